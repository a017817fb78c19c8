# SPDX-License-Identifier: MIT
"""docs/azure.md and the table of sizes against the script."""
import re
import unittest

from tools import ROOT
from tools.azure import SCRIPTS

import bootlog
import sizes


class DocumentTest(unittest.TestCase):
    """docs/azure.md says what the script says."""

    def setUp(self):
        self.text = (ROOT / "docs/azure.md").read_text()

    def rows(self, title: str) -> list[list[str]]:
        part = self.text.partition(f"## {title}\n")[2].partition("\n## ")[0]
        rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
        return [[cell.strip() for cell in row] for row in rows[1:]]

    def test_messages(self):
        sources = "".join(path.read_text() for path in sorted(SCRIPTS.glob("*.py")))
        sources = re.sub(r'"\s*\n\s*f?"', "", sources)
        rows = self.rows("When it does not work")
        self.assertGreater(len(rows), 10)
        for said, _ in rows:
            self.assertIn(said.strip("`").rstrip(), sources)

    def test_exit_codes(self):
        for verdict, code in bootlog.EXIT_CODES.items():
            self.assertRegex(self.text, rf"\| {code} \| the verdict is `{verdict}` \|")

    def test_sizes(self):
        named, prices = [], []
        for _, names, price in self.rows("Sizes and what they cost"):
            named += re.findall(r"`(?:Standard_)?(\w+)`", names)
            prices += [float(number) for number in price.split(", ")]
        self.assertEqual(
            sorted(zip(named, prices)),
            sorted((size.name.removeprefix("Standard_"), size.usd_hour) for size in sizes.SIZES),
        )


class SizesTest(unittest.TestCase):
    def test_names(self):
        for name, architecture, nvme in (
            ("Standard_B2ats_v2", "x64", False), ("Standard_D2ps_v6", "Arm64", True),
            ("Standard_F72s_v2", "x64", False), ("Standard_HB120rs_v3", "x64", False),
            ("Standard_D4as_v6", "x64", True), ("Standard_B2pts_v2", "Arm64", False),
            ("Standard_A1", "x64", False), ("Standard_E96-24ads_v5", "x64", False),
            ("Basic", "x64", False),
        ):  # fmt: skip
            self.assertEqual(sizes.architecture(name), architecture, name)
            self.assertEqual(sizes.is_nvme(name), nvme, name)

    def test_the_table_names_sizes_as_they_are_written(self):
        for size in sizes.SIZES:
            self.assertIsNotNone(sizes.NAME.fullmatch(size.name), size)
            self.assertIn(size.name, sizes.table())
            self.assertIn("ARM64" if sizes.architecture(size.name) == "Arm64" else "processors",
                          size.shows)  # fmt: skip

    def test_cost(self):
        self.assertEqual(sizes.cost("Standard_F72s_v2", 25), "about 1.42 USD")
        self.assertEqual(sizes.cost("Standard_X", 25), sizes.UNKNOWN)


if __name__ == "__main__":
    unittest.main()

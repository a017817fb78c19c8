# SPDX-License-Identifier: MIT
"""dist.py and sbom.py: what a release has, says of itself, and must be equal in."""
import contextlib
import io
import json
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools import ROOT
from tools.image import dist, sbom

DATE = 1700000001


class SbomTest(unittest.TestCase):
    def setUp(self):
        self.tmp = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.files = []
        for name in ("hvsmp.efi", "hvsmp.iso", "hvsmp.cer", "refhv.efi"):
            (self.tmp / name).write_text(name)
            self.files.append(self.tmp / name)

    def make(self, version="v1"):
        return sbom.make(self.files, version, DATE)

    def test_everything_that_is_named_is_there(self):
        bill = self.make()
        known = {entry["SPDXID"] for entry in bill["packages"] + bill["files"]}
        self.assertEqual(len(known), len(bill["packages"]) + len(bill["files"]))
        for relation in bill["relationships"]:
            for end in ("spdxElementId", "relatedSpdxElement"):
                self.assertIn(relation[end], known | {"SPDXRef-DOCUMENT"})
        for name in known:
            self.assertRegex(name, r"\ASPDXRef-[A-Za-z0-9.-]+\Z")
        self.assertEqual(bill["creationInfo"]["created"], "2023-11-14T22:13:21Z")

    def test_what_the_specification_wants(self):
        bill = self.make()
        self.assertEqual((bill["spdxVersion"], bill["dataLicense"], bill["SPDXID"]),
                         ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))  # fmt: skip
        for package in bill["packages"]:
            self.assertTrue({"SPDXID", "name", "downloadLocation"} <= set(package))
        for entry in bill["files"]:
            kinds = {c["algorithm"]: c["checksumValue"] for c in entry["checksums"]}
            self.assertEqual({kind: len(value) for kind, value in kinds.items()},
                             {"SHA1": 40, "SHA256": 64})  # fmt: skip

    def test_what_is_of_others(self):
        contained = {
            (relation["spdxElementId"], relation["relatedSpdxElement"])
            for relation in self.make()["relationships"]
            if relation["relationshipType"] == "CONTAINS"
        }
        font, grub = "SPDXRef-Package-Terminus-Font", "SPDXRef-Package-GRUB"
        self.assertEqual(contained, {
            ("SPDXRef-File-hvsmp.efi", font), ("SPDXRef-File-hvsmp.iso", font),
            ("SPDXRef-File-hvsmp.iso", grub),
        })  # fmt: skip

    def test_the_name_space_goes_with_the_content(self):
        one = self.make()["documentNamespace"]
        self.assertEqual(self.make()["documentNamespace"], one)
        self.assertNotEqual(self.make("v2")["documentNamespace"], one)
        self.files[0].write_text("other")
        self.assertNotEqual(self.make()["documentNamespace"], one)

    def test_without_debian(self):
        with mock.patch("shutil.which", lambda name: None):
            bill = self.make()
        self.assertFalse(any("BUILD_TOOL_OF" in r.values() for r in bill["relationships"]))
        self.assertFalse(any("versionInfo" in p for p in bill["packages"][1:]))


class DistTest(unittest.TestCase):
    def setUp(self):
        self.tmp = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.dict("os.environ", SOURCE_DATE_EPOCH=str(DATE)))
        self.inputs = []
        for place, name in (("a", "hvsmp.efi"), ("b", "refhv.efi")):
            (self.tmp / place).mkdir()
            (self.tmp / place / name).write_bytes(name.encode() + bytes(1 << 20))
            self.inputs.append(self.tmp / place / name)

    def make(self, name="dist"):
        with contextlib.redirect_stdout(io.StringIO()):
            dist.make(self.tmp / name, "v1", self.inputs)
        return self.tmp / name

    def test_made_anew_and_summed_up(self):
        (self.tmp / "dist").mkdir()
        (self.tmp / "dist/old").write_text("of the last time")
        out = self.make()
        bill = f"hvsmp-{dist.version()}.spdx.json"
        self.assertEqual({f.name for f in out.iterdir()},
                         {"hvsmp.efi", "refhv.efi", bill, "SHA256SUMS"})  # fmt: skip
        check = ["sha256sum", "--strict", "--status", "-c", "SHA256SUMS"]
        subprocess.run(check, cwd=out, check=True)
        self.assertEqual(len((out / "SHA256SUMS").read_text().splitlines()), 3)
        self.assertEqual(json.loads((out / bill).read_text())["name"], "hvsmp-v1")
        self.assertEqual((out / "hvsmp.efi").read_bytes(), self.inputs[0].read_bytes())

    def test_two_of_one_name(self):
        self.inputs.append(self.tmp / "c/hvsmp.efi")
        with self.assertRaisesRegex(ValueError, "two files of one name"):
            self.make()

    def test_same(self):
        one, other = self.make("one"), self.make("other")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            dist.check_same(one, other)
        self.assertIn("4 files are the same", said.getvalue())
        (other / "refhv.efi").write_text("x")
        (other / "more").write_text("x")
        with self.assertRaisesRegex(ValueError, "differ: more refhv.efi$"):
            dist.check_same(one, other)
        (one / "SHA256SUMS").unlink()
        with self.assertRaisesRegex(ValueError, "has no SHA256SUMS"):
            dist.check_same(one, other)

    def test_versions(self):
        self.assertTrue(dist.version())
        for text, good in (
            ("1.2.3", True), ("0.1.0-rc.1", True), ("v1.2.3", False), ("1.2", False),
            ("01.2.3", False), ("1.2.3+x", False), ("", False), ("1.2.3\n4", False),
        ):  # fmt: skip
            (self.tmp / "VERSION").write_text(text + "\n")
            if good:
                self.assertEqual(dist.version(self.tmp), text)
            else:
                with self.assertRaisesRegex(ValueError, "must be a semantic version"):
                    dist.version(self.tmp)

    def test_tags(self):
        (self.tmp / "VERSION").write_text("1.2.3\n")
        log = self.tmp / "CHANGELOG.md"
        log.write_text("# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-01-02\n")
        dist.check_tag("v1.2.3", self.tmp)
        for tag in ("1.2.3", "v1.2.4", "v1.2.3-rc"):
            with self.assertRaisesRegex(ValueError, "VERSION says v1.2.3"):
                dist.check_tag(tag, self.tmp)
        for text in ("## Unreleased\n", "## 1x2.3 - 2026-01-02\n", "## 1.2.3\n"):
            log.write_text(text)
            with self.assertRaisesRegex(ValueError, "no heading '## 1.2.3 - YYYY"):
                dist.check_tag("v1.2.3", self.tmp)

    def test_the_document_names_every_file(self):
        """docs/releases.md against what scripts/dist.mk and the media are."""
        text = (ROOT / "docs/releases.md").read_text()
        for name in (
            "hvsmp.efi", "hvsmp-signed.efi", "hvsmp.cer", "hvsmp.img", "hvsmp.iso", "hvsmp.vhdx",
            "hvsmp-azure.vhd", "refhv.efi", "hvsmp-aa64.efi", "refhv-aa64.efi",
            "hvsmp-aa64-azure.vhd", "SHA256SUMS", ".spdx.json",
        ):  # fmt: skip
            self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main()

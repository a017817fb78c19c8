# SPDX-License-Identifier: MIT
"""architecture.py: a condition on the architecture is found in common files, and only there."""
import tempfile
import unittest
from pathlib import Path

from tools.check import architecture, rules

HELD = rules.load("architecture")


class ArchitectureTest(unittest.TestCase):
    def complaints(self, text: str, path: str = "hv/hv.h") -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / path).parent.mkdir(parents=True)
            (Path(name) / path).write_text(text)
            return architecture.check(Path(name), ["hv"], HELD["names"], HELD["macros"])

    def test_conditions(self):
        for text in ("#if defined(__x86_64__)\n#endif\n", "# ifdef __aarch64__\n#endif\n",
                     "#if 0\n#elif defined(__arm__)\n#endif\n", "#ifndef _M_ARM64\n#endif\n",
                     "#if 1 && \\\n\tdefined(__x86_64)\n#endif\n"):  # fmt: skip
            self.assertEqual(len(self.complaints(text)), 1, text)

    def test_the_line_is_told(self):
        complaint = self.complaints("int a;\n#ifdef __aarch64__\n#endif\n")[0]
        self.assertTrue(complaint.startswith("hv/hv.h:2: "), complaint)

    def test_what_is_none(self):
        for text in ("#ifdef __cplusplus\n#endif\n", "/* __x86_64__ */\n", "int __x86_64__;\n"):
            self.assertEqual(self.complaints(text), [])

    def test_a_folder_of_its_own(self):
        self.assertEqual(self.complaints("#ifdef __aarch64__\n#endif\n", "hv/aarch64/a.h"), [])

    def test_nothing_to_look_at(self):
        self.assertEqual(self.complaints("", "hv/words"), ["there are no sources"])


if __name__ == "__main__":
    unittest.main()

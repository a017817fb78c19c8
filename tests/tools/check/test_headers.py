# SPDX-License-Identifier: MIT
"""headers.py: C that C++ does not take, and what a header forgets to include, must be red."""
import tempfile
import unittest
from pathlib import Path

from tools.check import headers


class HeadersTest(unittest.TestCase):
    def languages(self, text: str) -> list[str]:
        """As what such a header does not compile."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "face.h").write_text("#pragma once\n" + text)
            wrong = headers.check_header(Path(name), "face.h")
        return [one.partition(":\n")[0].rpartition(" ")[2] for one in wrong]

    def test_both(self):
        self.assertEqual(self.languages("#include <stdint.h>\nuint32_t face(void);\n"), [])

    def test_neither(self):
        self.assertEqual(self.languages("uint32_t face(void);\n"), ["C11", "C++17"])
        self.assertEqual(self.languages("enum { ONE, };\nint x = (1, 2);\n"), ["C11", "C++17"])

    def test_one(self):
        self.assertEqual(self.languages("void face(char *class);\n"), ["C++17"])
        self.assertEqual(self.languages("_Static_assert(1, \"\");\n"), ["C++17"])
        self.assertEqual(self.languages("int face(bool yes);\n"), ["C11"])


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""headers.py: C that C++ does not take, and what a header forgets to include, must be red."""
import tempfile
import unittest
from pathlib import Path

from tools.check import headers


class HeadersTest(unittest.TestCase):
    def languages(self, text: str) -> list[str]:
        """As what such a header does not compile, for whichever architecture."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "face.h").write_text("#pragma once\n" + text)
            wrong = headers.check_header(Path(name), "face.h")
        return list(dict.fromkeys(one.partition(":\n")[0].rpartition(" ")[2] for one in wrong))

    def test_both(self):
        self.assertEqual(self.languages("#include <stdint.h>\nuint32_t face(void);\n"), [])

    def test_neither(self):
        self.assertEqual(self.languages("uint32_t face(void);\n"), ["C11", "C++17"])
        self.assertEqual(self.languages("enum { ONE, };\nint x = (1, 2);\n"), ["C11", "C++17"])

    def test_one(self):
        self.assertEqual(self.languages("void face(char *class);\n"), ["C++17"])
        self.assertEqual(self.languages("_Static_assert(1, \"\");\n"), ["C++17"])
        self.assertEqual(self.languages("int face(bool yes);\n"), ["C11"])

    def test_the_sketch_is_compiled(self):
        with tempfile.TemporaryDirectory() as name:
            document = Path(name) / headers.SKETCH
            document.parent.mkdir()
            for text, red in (("int one(void);\n", 0), ("int one(;\n", 2)):
                document.write_text(f"# Sketch\n\n```c\n{text}```\n")
                self.assertEqual(len(headers.check_sketch(Path(name))), red)
            document.write_text("# Nothing\n")
            self.assertRegex(headers.check_sketch(Path(name))[0], "0 blocks")


if __name__ == "__main__":
    unittest.main()

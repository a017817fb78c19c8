# SPDX-License-Identifier: MIT
"""width.py: what is too wide, and where nobody looks."""
import tempfile
import unittest
from pathlib import Path

from tools.check import width

HELD = {"columns": 20, "folders": ["Makefile", "src"]}
HELD |= {"not_yet": ["src/old"], "text": ["src/log.py"]}
WIDE = "x" * 21 + "\n"


class WidthTest(unittest.TestCase):
    def complaints(self, **files: str) -> list[str]:
        """About a tree of these files and a Makefile, without the text that is always the same."""
        with tempfile.TemporaryDirectory() as name:
            for path, text in {"Makefile": "all:\n", "src/a.c": "int a;\n", **files}.items():
                (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(name) / path).write_text(text)
            wrong = width.check(Path(name), HELD)
        return [one.removesuffix(" columns, may have 20") for one in wrong]

    def test_what_is_looked_at(self):
        self.assertEqual(self.complaints(), [])
        for name in ("a.c", "a.h", "a.asm", "a.py", "a.sh", "a.mk", "sub/Makefile"):
            self.assertEqual(self.complaints(**{f"src/{name}": WIDE}), [f"src/{name}:1: 21"])
        self.assertEqual(self.complaints(**{"Makefile": "\n" + WIDE}), ["Makefile:2: 21"])
        self.assertEqual(self.complaints(**{"src/init": "#!/bin/sh\n" + WIDE}), ["src/init:2: 21"])

    def test_what_is_not(self):
        for name in ("src/a.md", "src/words", "src/old/a.c", "other/a.c"):
            self.assertEqual(self.complaints(**{name: WIDE}), [])

    def test_columns(self):
        self.assertEqual(self.complaints(**{"src/a.c": "\t\t" + "x" * 4}), [])
        self.assertEqual(self.complaints(**{"src/a.c": "\t\t" + "x" * 5}), ["src/a.c:1: 21"])
        self.assertEqual(self.complaints(**{"src/a.c": "x\t" + "é" * 12}), [])

    def test_text(self):
        self.assertEqual(self.complaints(**{"src/log.py": WIDE}), [])
        comment = "# " + WIDE
        self.assertEqual(self.complaints(**{"src/log.py": comment}), ["src/log.py:1: 23"])

    def test_rules_about_nothing(self):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "Makefile").write_text("all:\n")
            with self.assertRaisesRegex(ValueError, "no sources in src"):
                width.check(Path(name), HELD)


if __name__ == "__main__":
    unittest.main()

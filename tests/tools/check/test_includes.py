# SPDX-License-Identifier: MIT
"""includes.py: what must be red, in a small house."""
import tempfile
import unittest
from pathlib import Path

from tools.check import includes

RULES = """
[includes]
top = ["middle", "bottom"]
middle = ["bottom", "bottom/odd.h"]
bottom = []
"*/x86_64" = ["bottom/x86_64/x86.h"]
"tests/host" = ["*"]

[public]
middle = ["middle.h"]
bottom = ["*.h"]

[generated]
top = ["made.inc"]
"""
FILES = {
    "top/main.c": '#include "middle/middle.h"\n#include <stdint.h>\n#include "made.inc"\n',
    "middle/middle.h": '#include "bottom/face.h"\n',
    "middle/private.h": "",
    "middle/one.c": '#include "middle/private.h"\n#include "private.h"\n',
    "middle/x86_64/page.c": '#include "bottom/x86_64/x86.h"\n',
    "bottom/face.h": "",
    "bottom/odd.h": "",
    "bottom/x86_64/x86.h": "",
    "bottom/x86_64/entry.asm": '%include "x86.h"\n',
    "tests/host/test.c": '#include "middle/private.h"\n',
}


class IncludesTest(unittest.TestCase):
    def complaints(self, rules: str = RULES, **more: str) -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name).resolve()
            for path, text in {**FILES, **more}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return includes.check(root, includes.Rules.parse(rules), root / "build")

    def red(self, complaint: str, rules: str = RULES, **more: str) -> None:
        self.assertEqual(self.complaints(rules, **more), [complaint])

    def test_a_sound_house(self):
        self.assertEqual(self.complaints(), [])

    def test_upward(self):
        for line in ('#include "middle/middle.h"', "# include <middle/middle.h>",
                     '%include "middle/middle.h"'):  # fmt: skip
            self.red(
                "bottom/low.c:2: bottom may not include middle", **{"bottom/low.c": "\n" + line}
            )

    def test_another_rooms_private_header(self):
        include = '#include "middle/private.h"\n'
        self.red("top/a.c:1: middle/private.h is private to middle", **{"top/a.c": include})
        self.red("top/a.c:1: middle/private.h is private to middle",
                 **{"top/a.c": '#include "../middle/private.h"\n'})  # fmt: skip

    def test_a_public_pattern_stays_in_its_folder(self):
        include = '#include "bottom/x86_64/x86.h"\n'
        self.red("top/a.c:1: bottom/x86_64/x86.h is private to bottom", **{"top/a.c": include})
        self.assertEqual(self.complaints(**{"top/x86_64/a.c": include}), [])

    def test_a_single_header(self):
        rules = RULES.replace("bottom = [\"*.h\"]", "bottom = [\"face.h\"]")
        include = '#include "bottom/odd.h"\n'
        self.assertEqual(self.complaints(rules, **{"middle/a.c": include}), [])
        self.red("top/a.c:1: bottom/odd.h is private to bottom", rules, **{"top/a.c": include})

    def test_what_cannot_be_judged(self):
        self.red("top/a.c:1: what does it include? WHERE", **{"top/a.c": "#include WHERE\n"})
        self.red("top/a.c:1: there is no gone.h", **{"top/a.c": '#include "gone.h"\n'})
        self.red("middle/a.c:1: there is no made.inc", **{"middle/a.c": '#include "made.inc"\n'})
        self.red("new/a.c is in no room of rooms.toml", **{"new/a.c": ""})
        self.assertEqual(self.complaints(**{"build/gen/a.c": ""}), [])

    def test_rules_about_nothing(self):
        self.red(
            "rooms.toml: there is no folder gone",
            RULES.replace("bottom = []", "bottom = []\ngone = []"),
        )
        self.red(
            "rooms.toml: middle has no public header gone.h",
            RULES.replace('"middle.h"', '"middle.h", "gone.h"'),
        )
        self.red(
            "rooms.toml: top may include nobody, which is nothing",
            RULES.replace('"middle", "bottom"]', '"middle", "bottom", "nobody"]'),
        )

    def test_a_circle(self):
        wrong = self.complaints(RULES.replace("bottom = []", 'bottom = ["middle"]'))
        self.assertEqual(len(wrong), 1)
        self.assertIn("a circle: ", wrong[0])


if __name__ == "__main__":
    unittest.main()

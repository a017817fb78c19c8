# SPDX-License-Identifier: MIT
"""cases.py and judge.py: what a case may declare of boot media, and how a machine that halts is judged."""
import json
import unittest

from tools.boot import cases, judge
from tools.boot.samples import fallback_report, tap_lines
from tools.machine import running

CASE = {"name": "x", "group": "media", "hv": "none", "smp": 2, "boots": "hvsmp.img"}
EXPECT = {"verdict": "ok", "aps": "sipi"}


def judged(ended: str, status: int | None, last: str) -> list[str]:
    report = fallback_report()
    lines = [*tap_lines(report), "@report " + json.dumps(report), last]
    outcome = running.Outcome(status, lines, 1.0, "", ended)
    return judge.judge({**CASE, "expect": EXPECT}, outcome, "", None)[1]


class MediaTest(unittest.TestCase):
    def red(self, text: str, **changes) -> None:
        with self.assertRaisesRegex(ValueError, text):
            cases.check_media({**CASE, **changes})

    def test_declarations(self):
        cases.check_media({**CASE, "attach": "usb", "keys": [["menu", "a"]]})
        self.red("attach is floppy", attach="floppy")
        self.red("their own cmdline", cmdline="log=verbose")
        self.red("for an .iso only", hv="ref")
        for steps in (["menu"], [["menu"]], [["menu", ""]], [["menu", 3]]):
            self.red("must be pairs", keys=steps)
        for key, value in (("attach", "usb"), ("keys", [["menu", "a"]])):
            without = {k: v for k, v in CASE.items() if k != "boots"}
            with self.assertRaisesRegex(ValueError, "go with boots"):
                cases.check_media({**without, key: value})

    def test_a_halted_machine_has_told_its_verdict(self):
        self.assertEqual(judged("halted", None, "verdict: ok - 2 of 2"), [])
        wrong = judged("halted", None, "verdict: failed - 2 of 2")
        self.assertIn("exit status is 37, must be 33", "".join(wrong))

    def test_the_case_files_load(self):
        declared = cases.load_cases()
        self.assertTrue(any("keys" in case for case in declared))


if __name__ == "__main__":
    unittest.main()

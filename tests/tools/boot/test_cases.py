# SPDX-License-Identifier: MIT
"""cases.py and judge.py: what a case takes over and may declare, how one that halts is judged."""
import json
import re
import tempfile
import unittest
from pathlib import Path

from tools import ROOT
from tools.boot import cases, expect, judge
from tools.boot.samples import fallback_report, tap_lines
from tools.machine import running

CASE = {"name": "x", "group": "media", "hv": "none", "smp": 2, "boots": "hvsmp.img"}
EXPECT = {"verdict": "ok", "aps": "sipi"}


def judged(ended: str, status: int | None, last: str) -> list[str]:
    report = fallback_report()
    lines = [*tap_lines(report), "@report " + json.dumps(report), last]
    outcome = running.Outcome(status, lines, 1.0, "", ended)
    return judge.judge({**CASE, "expect": EXPECT}, outcome, "", None)[1]


DEFAULTS = """
[defaults]
hv = "ref"
smp = 4
expect = { verdict = "ok", aps = "hv" }

[group.none]
hv = "none"
expect = { aps = "sipi" }

[[ref]]
name = "all-of-it"

[[ref]]
name = "some-of-it"
smp = 2
expect = { verdict = "degraded", cpus = [{ vp = 1 }] }

[[ref]]
name = "another-end"
expect = { ends = "panic" }

[[none]]
name = "of-a-group"
expect = { reason = "no hypervisor" }
"""


class DefaultsTest(unittest.TestCase):
    def test_what_is_taken_over(self):
        ref = {"group": "ref", "hv": "ref", "smp": 4}
        self.assertEqual(
            cases.read_cases(DEFAULTS),
            [
                {**ref, "name": "all-of-it", "expect": {"verdict": "ok", "aps": "hv"}},
                {**ref, "name": "some-of-it", "smp": 2,
                 "expect": {"verdict": "degraded", "aps": "hv", "cpus": [{"vp": 1}]}},
                {**ref, "name": "another-end", "expect": {"ends": "panic"}},
                {"group": "none", "hv": "none", "smp": 4, "name": "of-a-group",
                 "expect": {"verdict": "ok", "aps": "sipi", "reason": "no hypervisor"}},
            ],
        )  # fmt: skip

    def test_mistakes(self):
        for text, message in (
            ("[group.nobody]\nsmp = 1", "no case of this group"),
            ("[ref]\nname = 'one'", r"a case is \[\[ref\]\]"),
            ("[[ref]]\nname = 'one'\ngroup = 'none'", "the table's name"),
            ("[defaults]\nname = 'one'\n[[ref]]", "none shares a name"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                cases.read_cases(text)

    def test_a_mistake_in_defaults_is_one_of_every_case(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("[defaults]\nhv = 'ref'\nsmp = 1\nspeed = 3\n[[ref]]\nname = 'one'\n")
            file.flush()
            with self.assertRaisesRegex(ValueError, "case one: unknown keys {'speed'}"):
                cases.load_cases(Path(file.name))


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

    def test_a_hypervisor_that_stops(self):
        log = "refhv: error what=x\n"
        expected = {"ends": "stopped", "log": ["what=x"]}
        case = {"name": "x", "hv": "ref", "smp": 1, "expect": expected}
        for status, text, red in (
            (253, log, ""),
            (33, log, "exit status is 33"),
            (253, "", "no line of log"),
            (253, "refhv: start version=1\n" + log, "must be all of the log"),
        ):
            wrong = judge.judge(case, running.Outcome(status, [], 1.0, ""), text, ROOT)[1]
            self.assertEqual(bool(wrong), bool(red), wrong)
            self.assertIn(red, "".join(wrong))
        with self.assertRaisesRegex(ValueError, "the log is left"):
            expect.check_keys("x", {"ends": "stopped"})

    def test_the_case_files_load(self):
        declared = cases.load_cases()
        self.assertTrue(any("keys" in case for case in declared))


class SpoilTest(unittest.TestCase):
    """The rows of tests/spoil: each is told of, and each is used by a case."""

    def test_rows(self):
        home = ROOT / "tests" / "spoil"
        sources = [(home / name).read_text() for name in ("main.c", "x86_64/machine.c")]
        rows = re.findall(r'\{"([a-z0-9.]+)", \w+\}', "".join(sources))
        told = re.findall(r"^\| `([a-z0-9.]+)` \|.*\|.*\|$", (home / "README.md").read_text(), re.M)
        told = [row for row in told if not row.endswith((".c", ".asm"))]
        self.assertEqual(rows, told)
        spoils = [spoil for case in cases.load_cases() for spoil in case.get("spoil", [])]
        self.assertEqual(set(rows), {spoil.partition("=")[0] for spoil in spoils})

    def test_what_is_not_spoilt(self):
        self.assertEqual(judge.check_spoils(["a=1"], ["x spoil: a=1"]), [])
        self.assertEqual(judge.check_spoils(["a=1"], ["spoil: a=12"]), ["not spoilt: a=1"])
        self.assertEqual(
            judge.check_spoils([], ["spoil: violation: x", "spoil: ResetSystem was asked"]),
            ["violation: x"],
        )


if __name__ == "__main__":
    unittest.main()

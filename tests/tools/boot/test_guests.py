# SPDX-License-Identifier: MIT
"""guests.py: what is wrong with the run of a guest that is not the kernel."""
import tempfile
import unittest
from pathlib import Path

from tools.boot import cases, guests
from tools.machine import running

START = "refhv: start version=1\n"
CASE = '[[g]]\nname = "n"\nhv = "ref"\nsmp = 1\nguest = "g.efi"\n'


def check(ended, *lines, log=START, **expected):
    case = {"hv": "ref", "expect": {"ends": "guest"} | expected}
    return guests.check(case, running.Outcome(ended, list(lines), 1.0, ""), log)


class GuestsTest(unittest.TestCase):
    def test_status(self):
        self.assertEqual(check(1), [])
        self.assertEqual(check(0, status=0), [])
        self.assertEqual(check(3), ["the guest ended with 3, not 1"])

    def test_violation(self):
        log = START + "refhv: violation vp=0 what=x\n"
        self.assertIn("252, not 1: refhv: violation vp=0 what=x", check(1, log=log)[0])
        self.assertEqual(check(1, log=log, status=252), [])

    def test_failures_that_are_known(self):
        self.assertEqual(check(3, "FAIL: of the emulator", known=["the emulator"]), [])
        self.assertEqual(check(1, "PASS: all", known=["the emulator"]), [])
        self.assertEqual(check(3, "FAIL: ours", known=["the emulator"]), ["FAIL: ours"])
        self.assertEqual(check(127, known=["the"]), ["the guest ended with 127, not 1 nor 3"])

    def test_a_failure_fails_whatever_the_status(self):
        self.assertEqual(check(1, "FAIL: ours"), ["FAIL: ours"])

    def test_what_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder)
            case = {"guest": "g.efi", "initrd": "i"}
            self.assertIn("g.efi is missing: make deps-guests", guests.missing(case, build))
            for name in case.values():
                (build / name).touch()
            self.assertEqual(guests.missing(case, build), "")

    def test_declarations(self):
        def load(text):
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(text)
                file.flush()
                return cases.load_cases(Path(file.name))

        self.assertEqual(len(load(CASE + 'expect = { ends = "guest" }\n')), 1)
        for expected in ('{ ends = "panic" }', '{ ends = "guest", aps = "hv" }'):
            with self.assertRaises(ValueError):
                load(CASE + f"expect = {expected}\n")


if __name__ == "__main__":
    unittest.main()

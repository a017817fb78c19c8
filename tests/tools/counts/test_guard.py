# SPDX-License-Identifier: MIT
"""The judgement of the guard: growth must turn red, and so must a bound that nobody counts."""
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools.counts import arm64, gdbstub, guard

BOUNDS = """
[steps]
now = 50
growth = 5

[bytes]
now = 4096
growth = 0
limit = 8192
"""


class CountsTest(unittest.TestCase):
    def wrong(self, **counted) -> dict[str, str]:
        bounds = guard.load_bounds(BOUNDS)
        return {name: wrong for name, wrong, _ in guard.judge(bounds, counted) if wrong}

    def test_within_bounds(self):
        self.assertEqual(self.wrong(steps=50, bytes=4096), {})
        self.assertEqual(self.wrong(steps=55, bytes=1), {})

    def test_growth(self):
        self.assertEqual(list(self.wrong(steps=56, bytes=4096)), ["steps"])
        self.assertIn("is 56, was 50, must be at most 55", self.wrong(steps=56, bytes=0)["steps"])
        self.assertEqual(list(self.wrong(steps=0, bytes=4097)), ["bytes"])

    def test_a_change_is_said(self):
        notes = [
            note
            for _, _, note in guard.judge(guard.load_bounds(BOUNDS), {"steps": 49, "bytes": 4096})
        ]
        self.assertEqual(notes, ["49; bounds.toml says 50", "4096"])

    def test_bounds_and_counts_go_together(self):
        for counted in ({"steps": 1}, {"steps": 1, "bytes": 1, "more": 1}):
            with self.assertRaises(ValueError):
                guard.judge(guard.load_bounds(BOUNDS), counted)

    def test_mistakes_in_bounds(self):
        for text in ("[a]\nnow = 1", "[a]\ngrowth = 1", "[a]\nnow = 1\ngrowth = 1\nmax = 3",
                     "[a]\nnow = 1\ngrowth = 2\nlimit = 2"):  # fmt: skip
            with self.assertRaises(ValueError):
                guard.load_bounds(text)

    def test_without_arm64_its_bounds_are_skipped(self):
        bounds = guard.load_bounds(guard.BOUNDS.read_text())
        due = {name: bound["now"] for name, bound in bounds.items()}
        arm = [name for name in due if name.startswith(arm64.PREFIX)]
        own = {name: value for name, value in due.items() if name not in arm}
        with (
            tempfile.TemporaryDirectory() as name,
            mock.patch.object(guard, "measure", lambda _: own),
            mock.patch("builtins.print"),
        ):
            counts = guard.run_counts(Path(name))
        self.assertEqual(counts, {"passed": len(own), "failed": 0, "skipped": len(arm)})

    def test_instructions_of_arm64(self):
        aps = [{"role": "ap", "method": "psci", "t_first_ns": 100, "t_online_ns": 100 + n}
               for n in (61, 60, 900)]  # fmt: skip
        report = {"cpus": [{"role": "bsp", "method": "firmware"}, *aps]}
        self.assertEqual(arm64.instructions(report, "psci"), 60)
        self.assertRaises(gdbstub.Lost, arm64.instructions, report, "hv")
        self.assertRaises(gdbstub.Lost, arm64.instructions, {"cpus": aps[:2]}, "psci")

    def test_the_bounds_are_sound(self):
        bounds = guard.load_bounds(guard.BOUNDS.read_text())
        self.assertEqual(bounds["bytes-image"]["limit"], 256 * 1024)
        self.assertEqual(bounds["bytes-per-processor"]["limit"], 32 * 1024)


if __name__ == "__main__":
    unittest.main()

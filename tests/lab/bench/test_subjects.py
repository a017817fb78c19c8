# SPDX-License-Identifier: MIT
"""What each subject says, and what is taken of it."""
import json
import unittest

from lab.bench import floor, hvsmp, linux, ovmf, report
from lab.bench.shared import Run

GHZ2 = 2_000_000_000
LINUX = """\
[    0.000000] Linux version 6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12)
[    0.000013] tsc: Detected 2500.000 MHz processor
[    0.160000] smp: Bringing up secondary CPUs ...
[    0.300000] smpboot: x86: Booting SMP configuration:
[    0.560000] smp: Brought up 1 node, 4 CPUs
[    0.570000] smpboot: Total of 4 processors activated (20769.17 BogoMIPS)
@linux end
""".splitlines()


def run(n: int) -> Run:
    return Run("some", n, "single", 0)


class LinuxTest(unittest.TestCase):
    def test_time_between_the_messages_at_the_true_rate(self):
        figures = linux.parse(LINUX, {}, run(4), GHZ2)
        # 0.4 s of a clock that is fast
        self.assertAlmostEqual(figures.methods["bring-up"][0], 0.5e9)
        self.assertEqual(figures.record["version"], "6.1.0-50-cloud-amd64")
        self.assertFalse(figures.record["died_later"])
        figures = linux.parse(
            LINUX + ["[ 1.0] Kernel panic - not syncing: No init"], {}, run(4), GHZ2
        )
        self.assertTrue(figures.record["died_later"])

    def test_nodes(self):
        lines = [line.replace("1 node,", "2 nodes,") for line in LINUX]
        self.assertIn("bring-up", linux.parse(lines, {}, run(4), GHZ2).methods)

    def test_what_is_no_figure(self):
        for lines, n, text in (
            (LINUX, 8, "4 processors of 8"), (LINUX[:4], 4, "brought processors up.*Booting SMP"),
            (LINUX[:2], 4, "brings processors up"), ([], 4, "the last line was: nothing"),
            ([line for line in LINUX if "tsc:" not in line], 4, "which rate"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, text):
                linux.parse(lines, {}, run(n), GHZ2)

    def test_parameters(self):
        tuned = linux.parameters(True, GHZ2).split()
        self.assertIn("lpj=8000000", tuned)  # 2 GHz, 250 jiffies a second
        self.assertIn("tsc_early_khz=2000000", tuned)
        self.assertFalse([word for word in linux.parameters(False, GHZ2).split() if "lpj" in word])


class LinesTest(unittest.TestCase):
    LINE = "@floor method={} processors=4 online={} ticks={}"

    def test_floor(self):
        lines = [
            "SeaBIOS",
            *(self.LINE.format("sipi-broadcast", 4, ticks) for ticks in (4000, 2000)),
        ]
        methods = floor.parse(
            lines + [self.LINE.format("sipi-parallel", 4, 20)], {}, run(4), GHZ2
        ).methods
        expected = {"sipi-broadcast": [2000, 1000], "sipi-parallel": [10], floor.FIRST: [2000]}
        self.assertEqual(methods, expected)

    def test_somebody_is_missing(self):
        lines = [self.LINE.format("sipi-broadcast", online, 1) for online in (4, 3)]
        with self.assertRaisesRegex(ValueError, "3 of 4 came online, 4 should"):
            floor.parse(lines, {}, run(4), GHZ2)
        with self.assertRaisesRegex(ValueError, "4 of 4 came online, 8 should"):
            floor.parse(lines, {}, run(8), GHZ2)
        with self.assertRaisesRegex(ValueError, "no line begins with @ovmf; the last one was: x"):
            ovmf.parse(["x", ""], {}, run(4), GHZ2)

    def test_firmware(self):
        methods = ovmf.parse(["@ovmf processors=2 online=2 ticks=10"], {}, run(2), GHZ2).methods
        self.assertEqual(methods, {"StartupAllAPs": [5]})


class KernelTest(unittest.TestCase):
    @staticmethod
    def line(**changes) -> str:
        rounds = [{"online": 4, "total_ticks": 6000}, {"online": 4, "total_ticks": 5000}]
        methods = [
            {"name": "hv-serial", "offered": False, "reason": "no hypervisor", "rounds": []},
            {"name": "sipi-broadcast", "offered": True, "reason": "", "rounds": rounds},
        ]
        record = {"schema": "hvsmp-bench/1", "verdict": "ok", "processors": 4, "methods": methods}
        return "@bench " + json.dumps(record | changes)

    def test_rounds_and_reasons(self):
        figures = hvsmp.parse([self.line()], {}, run(4), GHZ2)
        self.assertEqual(figures.methods, {"sipi-broadcast": [3000, 2500]})
        self.assertEqual(figures.reasons, {"hv-serial": "no hypervisor"})

    def test_a_round_with_processors_missing_is_no_figure(self):
        rounds = [{"online": 3, "total_ticks": 1}, {"online": 4, "total_ticks": 2000}]
        methods = [{"name": "hv-fanout", "offered": True, "reason": "", "rounds": rounds}]
        figures = hvsmp.parse([self.line(methods=methods)], {}, run(4), GHZ2)
        self.assertEqual(figures.methods, {"hv-fanout": [1000]})
        self.assertEqual(figures.reasons, {"hv-fanout": "1 rounds with processors missing"})

    def test_what_is_no_figure(self):
        for lines, n, text in (
            ([], 4, "no bench"), ([self.line()] * 2, 4, "2 bench"),
            ([self.line()], 8, "4 processors of 8"),
            ([self.line(schema="hvsmp-bench/2")], 4, "schema"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, text):
                hvsmp.parse(lines, {}, run(n), GHZ2)

    def test_ordinary_boot(self):
        record = {"schema": "hvsmp-report/2", "verdict": "ok", "online": 4, "bringup_ns": 100}
        line = "@report " + json.dumps(record | {"clock": {"hz": 2 * GHZ2}})
        self.assertEqual(report.parse([line], {}, run(4), GHZ2).methods, {"bring-up": [200]})
        with self.assertRaisesRegex(ValueError, "4 of 8"):
            report.parse([line], {}, run(8), GHZ2)


if __name__ == "__main__":
    unittest.main()

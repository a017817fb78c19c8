# SPDX-License-Identifier: MIT
"""vtl=monitor, judged: a good run passes, and each difference between report and log is named."""
import unittest

from tools.boot import judge, monitor, witness
from tools.boot.samples import LOG, good_report, monitor_log, monitor_report, tap_lines


class MonitorTest(unittest.TestCase):
    def check(self, report: dict, log: str) -> list[str]:
        return witness.check_witness(report, witness.parse_log(log))

    def assert_red(self, complaints: list[str], text: str) -> None:
        self.assertTrue(any(text in c for c in complaints), f"no '{text}' in {complaints}")

    def test_good_run(self):
        self.assertEqual(self.check(monitor_report(), monitor_log()), [])
        self.assertEqual(witness.check_sets(monitor_report()), [])
        self.assertEqual(witness.check_tap(monitor_report(), tap_lines(monitor_report())), [])
        self.assertEqual(monitor.check_report(good_report()), [])

    def test_a_log_that_says_something_else(self):
        log = monitor_log()
        lines = log.splitlines()
        caught = [line for line in lines if "intercept vp=3" in line][0]
        skip = [line for line in lines if "0x00020010" in line and "vp=3" in line][0]
        enable = [line for line in lines if "code=0x000f" in line and "target_vp=3" in line][0]
        start = [line for line in lines if "code=0x0099" in line and "target_vp=3" in line][0]
        for old, new, text in (
            (caught + "\n", "", "apic 1: intercepts are 1, the log has 0"),
            (caught, caught + " lost=fault", "apic 1: intercepts are 1, the log has 0"),
            (caught, caught.replace("write", "read"), "apic 1: no write: "),
            (caught, caught.replace("gpa=0x5004", "gpa=0x6000"), "apic 1: the intercept is"),
            (skip + "\n", "", "apic 1: RIP was set to []"),
            (skip, skip.replace("0x7002", "0x7000"), "apic 1: RIP was set to [28672]"),
            (skip, skip.replace("0x7002", "0x7010"), "apic 1: RIP was set to [28688]"),
            (enable + "\n", "", "vsm.calls is 4, the log has 3"),
            (enable + "\n", "", "apic 1: online in VTL 0, and 0 calls 0x0F gave it one"),
            (start, start.replace("target_vtl=0", "target_vtl=1"), "the bring-up is in VTL 0: "),
            ("run vp=3 apic_id=1 vtl=1", "run vp=3 apic_id=1 vtl=0", "it ran in 0"),
            ("flags=0xd start", "flags=0xf start", "pages are protected as {15: 31"),
            ("reps=77", "reps=76", "pages are protected as"),
            ("input_vtl=0x11 flags=0xd", "input_vtl=0x00 flags=0xd", "not VTL 1's own protection"),
            ("0x000d0007:0x5f", "0x000d0007:0x1f", "startup_denied is True"),
            ("apic_id=3 dropped=1", "apic_id=3", "not dropped, or to another processor"),
            ("sipi vp=2 target_vp=1", "note vp=2 target_vp=1", "the log has 1 IPIs"),
            ("refhv: vtl_switch vp=1 from=1", "refhv: note vp=1 from=1", "apic 3: switches are"),
        ):
            self.assertIn(old, log)
            self.assert_red(self.check(monitor_report(), log.replace(old, new, 1)), text)

    def test_intercepts_that_nobody_reports(self):
        self.assert_red(self.check(good_report(), monitor_log()), "log: no monitor, and refhv: int")
        self.assert_red(self.check(monitor_report(), LOG), "apic 0: intercepts are 1, the log has")

    def test_a_report_is_one_story(self):
        for text, change in (
            ("monitor.intercepts is 3", lambda r: r["vsm"]["monitor"].update(intercepts=3)),
            ("the checksum has changed", lambda r: r["vsm"]["monitor"]["checksum"].update(after=6)),
            ("verdict ok, and 1 are broken", lambda r: r["vsm"]["monitor"].update(broken=1)),
            ("verdict failed, and 0 are", lambda r: r.update(verdict="failed")),
            ("verdict ok with", lambda r: r["vsm"]["monitor"].update(startup_denied=False)),
            ("a monitor, and intercepts", lambda r: r["cpus"][1].update(intercepts=None)),
            ("without a monitor", lambda r: r["vsm"].update(monitor=None)),
            ("the VTL is 1, not 0", lambda r: r["vsm"].update(active_vtl=1)),
        ):
            report = monitor_report()
            change(report)
            self.assert_red(witness.check_sets(report), text)

    def test_the_schemas_know_it(self):
        self.assertEqual(judge.schema_complaints(monitor_report()), [])


if __name__ == "__main__":
    unittest.main()

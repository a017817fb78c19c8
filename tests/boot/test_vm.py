# SPDX-License-Identifier: MIT
"""scripts/vm.py: what is made of a request before QEMU runs and of its output afterwards."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import vm  # noqa: E402

REPORT = '@report {"schema": "hvsmp-report/1", "verdict": "ok"}'


def outcome(status, *lines: str, errors: str = "", ended: str = "") -> vm.Outcome:
    return vm.Outcome(status, list(lines), 1.0, errors, ended)


class RequestTest(unittest.TestCase):
    def test_kernel_options(self):
        self.assertEqual(vm.kernel_options(""), "exit=qemu")
        self.assertEqual(vm.kernel_options("fanout=off"), "fanout=off exit=qemu")
        self.assertEqual(vm.kernel_options("exit=halt log=info"), "exit=halt log=info")

    def test_processors(self):
        self.assertEqual(vm.processors("6,sockets=2,cores=3"), 6)
        self.assertEqual(vm.processors("cpus=3"), 3)
        for text in ("", "x", "sockets=2", "4x"):
            with self.assertRaises(vm.Unusable):
                vm.processors(text)

    def test_missing_tool_names_its_package(self):
        vm.PACKAGES["no-such-tool"] = "some-package"
        with self.assertRaisesRegex(vm.Unusable, "no-such-tool is missing.*some-package"):
            vm.find_tool("no-such-tool")

    def test_given_firmware_must_be_there(self):
        with self.assertRaisesRegex(vm.Unusable, "OVMF_CODE=/no/CODE.fd is not a file"):
            vm.find_firmware("/no/CODE.fd")

    def test_no_secure_boot_firmware(self):
        for pair in vm.FIRMWARE:
            self.assertFalse(any("sec" in name or ".ms." in name for name in pair))


class OutputTest(unittest.TestCase):
    def test_lines_are_clean(self):
        for raw, clean in (
            (b"\x1b[2J\x1b[01;01H\x1b[=3h\x1b[0m\x1b[35m\x1b[40mhello \x1b[0m\r", "hello"),
            (b"progress 1\rprogress 2\r", "progress 2"),
            (b"tab\there\x00\x07", "tab\there"),
            ("µs \N{EM DASH} \x1b(B".encode(), "µs \N{EM DASH}"),
            (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        ):
            self.assertEqual(vm.clean_line(raw), clean)

    def test_report(self):
        self.assertEqual(vm.find_report(["a", REPORT, "b"])["verdict"], "ok")
        for lines, text in (
            (["a"], "no report"), ([REPORT, REPORT], "2 reports"), ([REPORT[:-1]], "not JSON"),
            (["@report []"], "schema"), ([REPORT.replace("/1", "/2")], "schema"),
            ([REPORT.replace("ok", "fine")], "verdict is 'fine'"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, text):
                vm.find_report(lines)

    def test_failures_are_told(self):
        for what, text in (
            (outcome(None, "last", "", ended="time-out"), "time-out.*last"),
            (outcome(39), "panic"), (outcome(255), "triple fault"), (outcome(253), "gave up"),
            (outcome(0, "bye"), "without a report.*bye"),
            (outcome(1, errors="a\nqemu: no such cpu\n\n"), "status 1: qemu: no such cpu"),
            (outcome(1), "no message"),
        ):  # fmt: skip
            self.assertRegex(vm.failure(what), text)
        for what in (outcome(33), outcome(35), outcome(37), outcome(0, REPORT)):
            self.assertEqual(vm.failure(what), "")
        self.assertEqual(vm.failure(outcome(None, ended="halted")), "")

    def test_exit_status_must_agree(self):
        self.assertEqual(vm.verdict_of(outcome(33), {"verdict": "ok"}), "ok")
        self.assertEqual(vm.verdict_of(outcome(0), {"verdict": "degraded"}), "degraded")
        with self.assertRaises(ValueError):
            vm.verdict_of(outcome(35), {"verdict": "ok"})


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""vm.py: what is made of a request before QEMU runs and of its output afterwards."""
import tempfile
import unittest
from pathlib import Path

from tools.machine import running, verdicts, vm

REPORT = '@report {"schema": "hvsmp-report/2", "verdict": "ok"}'


def outcome(status, *lines: str, errors: str = "", ended: str = "") -> running.Outcome:
    return running.Outcome(status, list(lines), 1.0, errors, ended)


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

    def test_many_processors_want_an_x2apic(self):
        for smp, cpu, hv, wants in (
            ("255", "", "ref", False), ("256", "", "ref", True), ("256", "", "kvm", False),
            ("4", "qemu64,+x2apic", "none", True), ("4", "qemu64", "none", False),
        ):  # fmt: skip
            self.assertEqual(vm.needs_x2apic(vm.Machine(smp=smp, cpu=cpu, hv=hv)), wants)

    def test_an_old_qemu_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = Path(folder, "old"), Path(folder, "qemu-system-x86_64")
            for path, version in ((old, "7.2.22 (Debian 1:7.2)"), (new, "10.0.2")):
                path.write_text(f"#!/bin/sh\necho 'QEMU emulator version {version}'\n")
                path.chmod(0o755)
            many = vm.Machine(smp="256", qemu=str(old), scale=Path(folder))
            with self.assertRaisesRegex(vm.OldQemu, r"QEMU 7\.2\.22 .*make deps-scale"):
                vm.find_qemu(many)
            self.assertEqual(vm.find_qemu(vm.Machine(smp="255", qemu=str(old))), str(old))
            self.assertEqual(vm.find_qemu(vm.Machine(smp="256", scale=Path(folder))), str(new))

    def test_firmware_for_many_processors(self):
        with tempfile.TemporaryDirectory() as folder:
            pair = Path(folder, "OVMF_CODE_4M.fd"), Path(folder, "OVMF_VARS_4M.fd")
            for path in pair:
                path.touch()
            few, many = (vm.Machine(smp=n, scale=Path(folder)) for n in ("512", "513"))
            self.assertEqual(vm.scale_firmware(few), [])
            self.assertEqual(
                vm.find_firmware("", "", [*vm.scale_firmware(many), *vm.FIRMWARE]), pair
            )

    def test_no_secure_boot_firmware(self):
        for pair in vm.FIRMWARE:
            self.assertFalse(any("sec" in name or ".ms." in name for name in pair))


    def test_boot_media_have_no_boot_index(self):
        with tempfile.TemporaryDirectory() as name:
            media = Path(name) / "hvsmp.vhdx"
            m = vm.Machine(hv="none", boots=media, attach="scsi")
            with self.assertRaisesRegex(vm.Unusable, "hvsmp.vhdx is missing: run make images"):
                vm.drive_words(m, Path(name))
            media.touch()
            words = " ".join(vm.drive_words(m, Path(name)))
            self.assertRegex(
                words, "^-drive file=[^ ]*hvsmp.vhdx,format=vhdx,[^ ]* .*scsi-hd,drive=media$"
            )
            m.hv = "ref"
            words = " ".join(vm.drive_words(m, Path(name)))
            self.assertRegex(words, "drive=disk,bootindex=0 .*drive=media,bootindex=1$")


class TypistTest(unittest.TestCase):
    def test_keys_follow_their_texts(self):
        typist = running.Typist([("one", "1"), ("two", "2"), ("two", "3")])
        for data, keys in (
            (b"two o", b""), (b"n", b""), (b"e two", b"1"), (b"tw\x1b[01;02Ho", b"2"),
            (b"nothing", b""), (b"two", b"3"), (b"one two", b""),
        ):  # fmt: skip
            self.assertEqual(typist.feed(data), keys, data)
        self.assertEqual(typist.awaited(), "")

    def test_what_never_came_is_told(self):
        typist = running.Typist([("menu", "x")])
        typist.feed(b"no such thing")
        self.assertEqual(typist.awaited(), "menu")
        ended = outcome(33, "bye")
        ended.awaited = typist.awaited()
        self.assertRegex(verdicts.failure(ended), "'menu' never came.*bye")

    def test_memory_is_bounded(self):
        typist = running.Typist([("menu", "x")])
        for _ in range(100):
            typist.feed(b"." * 4096)
        self.assertLessEqual(len(typist.seen), typist.LOOKS_BACK)

    def test_keys_reach_the_machine(self):
        """Something that asks and answers, in QEMU's place."""
        script = "echo -n 'key? '; read -r key; echo \"got $key\"; echo verdict: ok; sleep 60"
        with tempfile.TemporaryDirectory() as name:
            done = running.run_qemu(
                ["sh", "-c", script], Path(name), 30, halts=running.said_all, keys=[("key?", "k\n")]
            )
        self.assertEqual((done.lines, done.ended), (["key? got k", "verdict: ok"], "halted"))

    def test_a_machine_that_ended_gets_no_keys(self):
        script = "(sleep 1; echo 'key?') &"  # its output comes when nobody reads any more
        with tempfile.TemporaryDirectory() as name:
            command = ["sh", "-c", script]
            done = running.run_qemu(command, Path(name), 30, keys=[("key?", "k"), ("more", "k")])
        self.assertEqual((done.status, done.awaited), (0, "more"))


class OutputTest(unittest.TestCase):
    def test_lines_are_clean(self):
        for raw, clean in (
            (b"\x1b[2J\x1b[01;01H\x1b[=3h\x1b[0m\x1b[35m\x1b[40mhello \x1b[0m\r", "hello"),
            (b"progress 1\rprogress 2\r", "progress 2"),
            (b"tab\there\x00\x07", "tab\there"),
            ("µs \N{EM DASH} \x1b(B".encode(), "µs \N{EM DASH}"),
            (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        ):
            self.assertEqual(running.clean_line(raw), clean)

    def test_report(self):
        self.assertEqual(verdicts.find_report(["a", REPORT, "b"])["verdict"], "ok")
        for lines, text in (
            (["a"], "no report"), ([REPORT, REPORT], "2 reports"), ([REPORT[:-1]], "not JSON"),
            (["@report []"], "schema"), ([REPORT.replace("/2", "/1")], "schema"),
            ([REPORT.replace("ok", "fine")], "verdict is 'fine'"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, text):
                verdicts.find_report(lines)

    def test_failures_are_told(self):
        for what, text in (
            (outcome(None, "last", "", ended="time-out"), "time-out.*last"),
            (outcome(39), "panic"), (outcome(255), "triple fault"), (outcome(253), "gave up"),
            (outcome(0, "bye"), "without a report.*bye"),
            (outcome(1, errors="a\nqemu: no such cpu\n\n"), "status 1: qemu: no such cpu"),
            (outcome(1), "no message"),
        ):  # fmt: skip
            self.assertRegex(verdicts.failure(what), text)
        for what in (outcome(33), outcome(35), outcome(37), outcome(0, REPORT)):
            self.assertEqual(verdicts.failure(what), "")
        self.assertEqual(verdicts.failure(outcome(None, ended="halted")), "")

    def test_last_line(self):
        self.assertTrue(running.said_all(["@report {}", "verdict: ok - 1 of 1 processors online"]))
        for lines in ([], ["verdict: fine"], ["verdict: ok", "more"]):
            self.assertFalse(running.said_all(lines))

    def test_exit_status_must_agree(self):
        self.assertEqual(verdicts.verdict_of(outcome(33), {"verdict": "ok"}), "ok")
        self.assertEqual(verdicts.verdict_of(outcome(0), {"verdict": "degraded"}), "degraded")
        with self.assertRaises(ValueError):
            verdicts.verdict_of(outcome(35), {"verdict": "ok"})


if __name__ == "__main__":
    unittest.main()

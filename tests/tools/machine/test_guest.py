# SPDX-License-Identifier: MIT
"""guest.py: what stands on a guest's disk, and what a run of it ends with."""
import tempfile
import unittest
from pathlib import Path

from tools.machine import guest, running, vm

START = "refhv: start version=1\n"


class DiskTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        for name in ("refhv.efi", "g.efi", "i.cpio"):
            (self.build / name).write_bytes(name.encode())

    def machine(self, **words) -> vm.Machine:
        return vm.Machine(guest=self.build / "g.efi", **words)

    def config(self, m: vm.Machine) -> list[str]:
        return guest.files(m, self.build)[vm.REFHV_CFG].decode().splitlines()

    def test_the_hypervisor_starts_the_guest(self):
        files = guest.files(self.machine(), self.build)
        self.assertEqual(files[vm.BOOT_PATH], b"refhv.efi")
        self.assertEqual(files[guest.GUEST_PATH], b"g.efi")
        self.assertEqual(set(files), {vm.BOOT_PATH, guest.GUEST_PATH, vm.REFHV_CFG})

    def test_words_stand_in_a_line_of_their_own(self):
        lines = self.config(self.machine(args="a b=c", refhv=["vp=sparse"]))
        self.assertEqual(lines, ["vp=sparse", "start=\\EFI\\guest\\guest.efi", "args=a b=c"])

    def test_no_words_no_line(self):
        self.assertEqual(self.config(self.machine()), ["start=\\EFI\\guest\\guest.efi"])

    def test_the_initrd_is_named(self):
        m = self.machine(args="quiet", initrd=self.build / "i.cpio")
        self.assertEqual(self.config(m)[-1], "args=quiet initrd=\\EFI\\guest\\initrd")
        self.assertEqual(guest.files(m, self.build)[guest.INITRD_PATH], b"i.cpio")

    def test_words_that_the_configuration_cannot_hold(self):
        for args in ("a\nfault=x", "\u00e4", "x" * 512):
            with self.assertRaisesRegex(vm.Unusable, "ARGS is one line"):
                guest.files(self.machine(args=args), self.build)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(vm.Unusable, "none.efi is not a file"):
            guest.files(vm.Machine(guest=self.build / "none.efi"), self.build)

    def test_without_the_hypervisor_there_are_no_words(self):
        files = guest.files(self.machine(hv="none"), self.build)
        self.assertEqual(files, {vm.BOOT_PATH: b"g.efi"})
        with self.assertRaisesRegex(vm.Unusable, "go with HV=ref"):
            guest.files(self.machine(hv="none", args="x"), self.build)

    def test_the_disk_grows_with_what_it_holds(self):
        image = self.build / "disk"
        for size, expected in ((1, 32 << 20), (40 << 20, 64 << 20)):
            vm.build_image(image, {vm.BOOT_PATH: bytes(size)})
            self.assertEqual(image.stat().st_size, expected)


class JudgeTest(unittest.TestCase):
    def judge(self, status, log, hv="ref", ended="", errors=""):
        outcome = running.Outcome(status, ["said", ""], 3.0, errors, ended)
        return guest.judge(hv, outcome, log)

    def test_status_of_the_guest(self):
        for status in (0, 1, 3, 33):
            self.assertEqual(self.judge(status, START), (status, ""))

    def test_violation(self):
        log = START + "refhv: violation vp=0 what=x\nrefhv: violation vp=1 what=y\n"
        expected = (guest.EXIT_VIOLATION, "refhv: violation vp=0 what=x, and 1 more")
        self.assertEqual(self.judge(1, log), expected)
        self.assertEqual(self.judge(None, log, ended="time-out"), expected)

    def test_a_note_is_none(self):
        self.assertEqual(self.judge(1, START + "refhv: note vp=0 what=x\n"), (1, ""))

    def test_time_out(self):
        status, reason = self.judge(None, START, ended="time-out")
        self.assertEqual(status, guest.EXIT_TIME_OUT)
        self.assertIn("the last line was: said", reason)

    def test_shutdown_is_told(self):
        status, reason = self.judge(255, START + "refhv: shutdown vp=1 rip=0x1\n")
        self.assertEqual((status, reason), (255, "refhv: shutdown vp=1 rip=0x1"))

    def test_a_machine_that_did_not_start(self):
        status, reason = self.judge(1, "", errors="qemu: no such option\n")
        self.assertEqual(status, guest.EXIT_UNUSABLE)
        self.assertIn("no such option", reason)
        status, reason = self.judge(253, "refhv: error what=configuration reason=unknown_key")
        self.assertEqual(status, guest.EXIT_UNUSABLE)
        self.assertIn("unknown_key", reason)
        self.assertEqual(self.judge(1, "", hv="none"), (1, ""))


if __name__ == "__main__":
    unittest.main()

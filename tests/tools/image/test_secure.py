# SPDX-License-Identifier: MIT
"""What a refusal is, what an SBAT section is, and that keys and signatures are made as promised."""
import contextlib
import io
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools import ROOT
from tools.boot import secure_cases
from tools.image import pe, secure, source_date
from tools.machine import running, vm

DISK = 'Boot0001 "UEFI Non-Block Boot Device" from PciRoot(0x0)/Pci(0x1,0x0)'
SHELL = 'Boot0002 "EFI Internal Shell" from Fv(7CB8BDC9)/FvFile(7C04A583)'
REFUSED = [
    f"BdsDxe: loading {DISK}",
    f"BdsDxe: failed to load {DISK}: Access Denied",
    f"BdsDxe: loading {SHELL}",
]
SOME_IMAGE = next(Path("/usr").glob("*/efitools/**/HelloWorld.efi"), None)


def outcome(lines: list[str], ended: str = "halted") -> running.Outcome:
    return running.Outcome(None if ended else 0, lines, 5.0, "", ended)


class Refusal(unittest.TestCase):
    def complaints(self, lines, ended="halted"):
        return secure_cases.check_refused(outcome(lines, ended))

    def test_the_firmware_says_so_and_goes_on(self):
        self.assertEqual(self.complaints(REFUSED), [])
        self.assertTrue(secure_cases.refused(REFUSED))

    def test_a_machine_that_hangs_has_refused_nothing(self):
        for lines in ([], REFUSED[:1], REFUSED[:2]):
            self.assertFalse(secure_cases.refused(lines))
            self.assertEqual(len(self.complaints(lines, "time-out")), 2)

    def test_another_image_than_the_disks(self):
        lines = [f"BdsDxe: failed to start {SHELL}: Security Violation", REFUSED[2]]
        self.assertIn("did not say", self.complaints(lines)[0])

    def test_another_reason_than_secure_boot(self):
        lines = [line.replace("Access Denied", "Not Found") for line in REFUSED]
        self.assertIn("did not say", self.complaints(lines)[0])

    def test_a_kernel_that_ran_all_the_same(self):
        (complaint,) = self.complaints([*REFUSED, "hvsmp 1.0: image at 0x1000"])
        self.assertIn("the kernel ran", complaint)


class Images(unittest.TestCase):
    def test_one_byte_is_changed(self):
        self.assertEqual(secure_cases.changed(b"abcd", -1), b"abc" + bytes([ord("d") ^ 0xFF]))


class Sbat(unittest.TestCase):
    GOOD = b"sbat,1,SBAT Version,sbat,1,https://a/b\nhvsmp,1,vendor,hvsmp,2.0,http://c/\n\0"
    READ = pe.SCN_READ | 0x40

    def test_good(self):
        pe.check_sbat("x", self.GOOD, self.READ)

    def test_bad(self):
        bad = (
            (self.GOOD.split(b"\n")[0], self.READ),  # no line of the image's own
            (self.GOOD.split(b"\n")[1], self.READ),
            (self.GOOD.replace(b"hvsmp,1", b"hvsmp,0"), self.READ),
            (self.GOOD.replace(b"vendor", b"a,b"), self.READ),
            (self.GOOD.replace(b"vendor", b""), self.READ),
            (self.GOOD.replace(b"vendor", b"\xff"), self.READ),
            (self.GOOD.replace(b"http://c/", b"see README.md"), self.READ),
            (self.GOOD, self.READ | pe.SCN_WRITE),
            (self.GOOD, self.READ | pe.SCN_EXECUTE),
        )
        for text, flags in bad:
            with self.subTest(text=text, flags=flags), self.assertRaises(SystemExit):
                pe.check_sbat("x", text, flags)


class Relocations(unittest.TestCase):
    def test_only_what_the_entry_applies(self):
        def table(*types):
            return b"".join(struct.pack(pe.RELA_ENTRY, 0x1000, 7 << 32 | kind, 0) for kind in types)

        x86, arm = 0x8664, 0xAA64
        pe.check_relocations("x", table(8, 8, 0) + bytes(4), x86)
        pe.check_relocations("x", table(1027, 1027, 0) + bytes(4), arm)
        for kind in 1, 6, 37, 1027:  # R_X86_64_64, GLOB_DAT, IRELATIVE, R_AARCH64_RELATIVE
            with self.subTest(kind=kind), self.assertRaises(SystemExit):
                pe.check_relocations("x", table(8, kind), x86)
        for kind in 8, 257, 1025:  # R_X86_64_RELATIVE, R_AARCH64_ABS64, GLOB_DAT
            with self.subTest(kind=kind), self.assertRaises(SystemExit):
                pe.check_relocations("x", table(1027, kind), arm)


class Checksum(unittest.TestCase):
    def test_words_carries_length_and_not_the_field(self):
        image = b"\xff\xff\x02\x00" + b"\xaa\xbb\xcc\xdd" + b"\x07"
        self.assertEqual(pe.checksum(image, 4), 2 + 7 + len(image))

    @unittest.skipUnless(SOME_IMAGE, "efitools' HelloWorld.efi is not installed")
    def test_as_sbsign_does_it(self):
        with tempfile.TemporaryDirectory() as tmp:
            where = Path(tmp)
            secure.make_keys(where / "k")
            secure.sign(where / "k/hvsmp.key", where / "k/hvsmp.crt", SOME_IMAGE, where / "signed")
            image = (where / "signed").read_bytes()
        (header,) = struct.unpack_from("<I", image, pe.PE_POINTER)
        field = header + pe.COFF_SIZE + pe.OPT_CHECKSUM
        (stored,) = struct.unpack_from("<I", image, field)
        self.assertEqual(pe.checksum(image, field), stored)


class Keys(unittest.TestCase):
    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.dir = Path(tmp.name) / "keys"

    def contents(self):
        return {p.name: p.read_bytes() for p in self.dir.iterdir()}

    def test_made_once(self):
        secure.make_keys(self.dir)
        before = self.contents()
        self.assertEqual(set(before), set(secure.NAMES))
        self.assertEqual((self.dir / "hvsmp.key").stat().st_mode & 0o777, 0o600)
        secure.make_keys(self.dir)
        self.assertEqual(self.contents(), before)

    def test_a_key_without_certificate_is_not_written_over(self):
        self.dir.mkdir()
        (self.dir / "hvsmp.key").write_text("somebody's")
        with self.assertRaisesRegex(vm.Unusable, "not hvsmp.cer and hvsmp.crt"):
            secure.make_keys(self.dir)
        self.assertEqual(self.contents(), {"hvsmp.key": b"somebody's"})

    def signature(self, day, epoch):
        """The bytes that are signed on some day, by the clock of the machine."""
        out = self.dir / "signed.efi"
        out.unlink(missing_ok=True)
        with mock.patch.dict(
            os.environ, SOURCE_DATE_EPOCH=str(epoch), PYTHONPATH=str(ROOT / "tests")
        ):
            secure.run(sys.executable, "-m", secure.__name__, "sign", self.dir / "hvsmp.key",
                       self.dir / "hvsmp.crt", SOME_IMAGE, out, at=day)  # fmt: skip
        return out.read_bytes()

    @unittest.skipUnless(SOME_IMAGE, "efitools' HelloWorld.efi is not installed")
    def test_a_signature_does_not_depend_on_the_day(self):
        secure.make_keys(self.dir)
        first = self.signature("2026-03-01 10:00:00", 1767225600)
        self.assertEqual(self.signature("2027-04-02 11:11:11", 1767225600), first)
        self.assertNotEqual(self.signature("2026-03-01 10:00:00", 1767225601), first)

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(vm.Unusable, "make keys"):
            secure.sign(self.dir / "no.key", self.dir / "no.crt", self.dir / "i", self.dir / "o")
        with mock.patch.dict(os.environ, SOURCE_DATE_EPOCH="soon"):
            with self.assertRaisesRegex(vm.Unusable, "SOURCE_DATE_EPOCH=soon"):
                source_date.find()

    def test_usage(self):
        with mock.patch.object(sys, "argv", ["secure.py", "sign", "one"]):
            with contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(secure.main(), 2)
        self.assertIn("sign KEY CERT", said.getvalue())


if __name__ == "__main__":
    unittest.main()

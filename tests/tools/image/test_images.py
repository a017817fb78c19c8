# SPDX-License-Identifier: MIT
"""images.py and vhdx.py: the same bytes whenever, wherever and by whomever made."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
import uuid
import zlib
from pathlib import Path

from tools import ROOT
from tools.image import images, source_date, vhd, vhdx
from tools.machine import vm

EPOCH = "1700000001"  # odd: FAT times are even
MEDIA = "hvsmp.img", "hvsmp.iso", "hvsmp.vhdx", "hvsmp-azure.vhd"
KERNEL = bytes(range(256)) * 700  # images.py does not care what it puts on a disk
SOURCES = (
    "Makefile VERSION linker.ld efi boot kernel screen conform smp start hv arch acpi lib "
    "examples scripts tests/refhv tests/spoil tests/guests tests/tools tests/lab/kvm_nested "
    "tests/lab/vtl"
).split()


def make_media(out: Path, epoch: str, zone: str, umask: int) -> dict[str, bytes]:
    """All media, made in a directory of their own by a process of another place and user."""
    kernel = out / "hvsmp.efi"
    kernel.write_bytes(KERNEL)
    for name, *inputs in (
        ("hvsmp.img", kernel, ROOT / "boot/hvsmp.cfg"),
        ("grub.efi",),
        ("hvsmp.iso", kernel, out / "grub.efi", ROOT / "boot/grub.cfg"),
        ("hvsmp.vhdx", out / "hvsmp.img"),
        ("hvsmp-azure.vhd", kernel, ROOT / "boot/azure.cfg"),
    ):
        kind = {"grub.efi": "grub", "hvsmp-azure.vhd": "azure"}.get(name, name.partition(".")[2])
        command = [sys.executable, "-B", "-m", "tools.image.images", kind, out / name, *inputs]
        env = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "TZ": zone}
        done = subprocess.run(
            command, env=env, umask=umask, cwd=ROOT / "tests", capture_output=True, text=True
        )
        if done.returncode:
            raise AssertionError(done.stderr)
    return {name: (out / name).read_bytes() for name in MEDIA}


class ReproducibleTest(unittest.TestCase):
    """Two sets of media of the same date, made at different times, and one of another date."""

    @classmethod
    def setUpClass(cls):
        cls.here = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.sets = []
        for name, *how in (
            ("one", EPOCH, "UTC", 0o022),
            ("other", EPOCH, "Asia/Tokyo", 0o077),
            ("later", str(int(EPOCH) + 86400), "UTC", 0o022),
        ):
            out = cls.here / f"{name} set"
            out.mkdir()
            cls.sets.append(make_media(out, *how))
            if name == "one":
                time.sleep(2.1)  # the coarsest clock on the media, FAT's, has moved on

    def test_same_bytes(self):
        one, other, _ = self.sets
        for name in MEDIA:
            at = next((i for i, (a, b) in enumerate(zip(one[name], other[name])) if a != b), None)
            self.assertIsNone(at, f"{name} differs")
            self.assertEqual(len(one[name]), len(other[name]), name)

    def test_date_is_used(self):
        one, _, later = self.sets
        for name in MEDIA:
            self.assertFalse(one[name] == later[name], name)  # without megabytes of difference

    def test_vhdx_is_the_disk(self):
        out = self.here / "one set"
        qemu_img = vm.find_tool("qemu-img")
        vhd, raw = out / "hvsmp.vhdx", out / "hvsmp.img"
        subprocess.run([qemu_img, "check", "-q", vhd], check=True)
        compare = [qemu_img, "compare", "-q", "-f", "vhdx", "-F", "raw", vhd, raw]
        subprocess.run(compare, check=True)

    def check_table(self, disk):
        """A GPT whose backup is the last sector, both with good checksums, and one ESP."""
        last = len(disk) // images.SECTOR - 1
        for at, other in ((1, last), (last, 1)):
            header = bytearray(disk[at * images.SECTOR :][:92])
            signature, _, size, crc, _, mine, backup = struct.unpack_from("<8sIIIIQQ", header)
            self.assertEqual((signature, size, mine, backup), (b"EFI PART", 92, at, other))
            struct.pack_into("<I", header, 16, 0)
            self.assertEqual(zlib.crc32(header), crc)
            start, count, each, crc = struct.unpack_from("<QIII", header, 72)
            entries = disk[start * images.SECTOR :][: count * each]
            self.assertEqual(zlib.crc32(entries), crc)
        used = [entries[i : i + each] for i in range(0, len(entries), each)]
        used = [entry for entry in used if any(entry)]
        self.assertEqual(len(used), 1)
        self.assertEqual(used[0][:16], uuid.UUID(images.ESP_TYPE).bytes_le)
        self.assertEqual(disk[images.ESP_START + 82 :][:8], b"FAT32   ")

    def test_disk_has_one_esp_and_two_tables(self):
        self.check_table(self.sets[0]["hvsmp.img"])

    def test_azure_takes_the_vhd(self):
        """Fixed, whole MiB, 20 or more of them, and a footer in which everything is true."""
        image = self.sets[0]["hvsmp-azure.vhd"]
        disk, footer = image[: -vhd.FOOTER_SIZE], vhd.read(image[-vhd.FOOTER_SIZE :])
        self.assertGreaterEqual(len(disk), 20 * images.MIB)
        self.assertEqual(len(disk) % images.MIB, 0)
        self.assertEqual((footer.size, footer.original_size), (len(disk), len(disk)))
        self.assertEqual((footer.version, footer.features), (0x10000, 2))
        self.assertEqual(footer.timestamp, int(EPOCH) - vhd.VHD_EPOCH)
        self.assertEqual((footer.creator, footer.saved_state), (b"qem2", 0))
        self.assertEqual(uuid.UUID(bytes=footer.identifier).version, 4)
        self.check_table(disk)
        self.assertEqual(disk.count(b"#@options %d\n" % images.OPTIONS_ROOM), 1)

class KernelTest(unittest.TestCase):
    def test_same_kernel_in_another_directory(self):
        """The sources elsewhere, without git and with other times, give the same hvsmp.efi."""
        made = []
        for name in ("a", "a longer name"):
            with tempfile.TemporaryDirectory(suffix=name.replace(" ", "-")) as where:
                for source in SOURCES:
                    copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
                    (Path(where) / source).parent.mkdir(parents=True, exist_ok=True)
                    copy(ROOT / source, Path(where) / source)
                make = ["make", "-s", "-C", where, "-j", "2", "BUILD=out", "out/hvsmp.efi"]
                env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
                done = subprocess.run(make, env=env, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                made.append((Path(where) / "out/hvsmp.efi").read_bytes())
        self.assertTrue(made[0] == made[1], "hvsmp.efi differs")


class DateTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(unittest.mock.patch.dict(os.environ))

    def test_environment_wins(self):
        os.environ["SOURCE_DATE_EPOCH"] = EPOCH
        self.assertEqual(source_date.find()[0], int(EPOCH))

    def test_bad_dates_are_refused(self):
        for text in ("yesterday", "-1", "0", "1.5", "99999999999"):
            os.environ["SOURCE_DATE_EPOCH"] = text
            with self.assertRaisesRegex(vm.Unusable, "between 1980 and 2107"):
                source_date.find()


class VhdxTest(unittest.TestCase):
    def test_crc32c(self):
        self.assertEqual(vhdx.crc32c(b"123456789"), 0xE3069283)  # the usual check value

    def test_another_file_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no valid VHDX"):
            vhdx.normalise(bytearray(512 * 1024), b"")

    def test_open_log_is_refused(self):
        image = bytearray(512 * 1024)
        header = bytearray(vhdx.HEADER_SIZE)
        header[:4] = b"head"
        header[vhdx.LOG_GUID] = bytes(range(16))
        struct.pack_into("<I", header, 4, vhdx.crc32c(header))
        for at in vhdx.HEADERS:
            image[at : at + vhdx.HEADER_SIZE] = header
        with self.assertRaisesRegex(ValueError, "log is not empty"):
            vhdx.normalise(image, b"")


class VhdTest(unittest.TestCase):
    FOOTER = bytes.fromhex(
        "636f6e65637469780000000200010000ffffffffffffffff329eb63371656d32"
        "000500035769326b00000000040000000000000004000000ffff10ff00000002"
        "ffffe45a5fcfeeedcf00429ebe3576619e3085ce"
    ).ljust(512, b"\0")  # of a disk of 64 MiB, as qemu-img 7.2 wrote it

    def test_what_qemu_img_writes(self):
        footer = vhd.read(self.FOOTER)
        self.assertEqual((footer.size, footer.disk_type), (64 << 20, vhd.FIXED))

    def test_content_and_date_make_it(self):
        one = vhd.normalise(self.FOOTER, bytes(64 << 20), int(EPOCH))
        self.assertEqual(vhd.read(one).timestamp, int(EPOCH) - vhd.VHD_EPOCH)
        other = vhd.normalise(self.FOOTER, b"x" * (64 << 20), int(EPOCH))
        self.assertNotEqual(vhd.read(one).identifier, vhd.read(other).identifier)

    def test_another_disk_is_refused(self):
        with self.assertRaisesRegex(ValueError, "the VHD's size is 67108864, must be 512"):
            vhd.normalise(self.FOOTER, bytes(512), int(EPOCH))

    def test_bad_footers(self):
        dynamic = bytearray(self.FOOTER)
        dynamic[63] = 3
        struct.pack_into(">I", dynamic, vhd.CHECKSUM_AT, vhd.checksum(bytes(dynamic)))
        for footer, says in (
            (bytes(512), "no VHD footer"),
            (self.FOOTER[:-1], "no VHD footer"),
            (self.FOOTER[:-1] + b"x", "checksum is 0xffffe45a, must be 0xffffe3e2"),
            (bytes(dynamic), "type is 3, must be 2"),
        ):
            with self.subTest(says=says), self.assertRaisesRegex(ValueError, says):
                vhd.read(footer)


class SumsTest(unittest.TestCase):
    def test_sums_are_what_sha256sum_reads(self):
        with tempfile.TemporaryDirectory() as name:
            for letter in "ba":
                (Path(name) / letter).write_text(letter)
            sums = Path(name) / "SHA256SUMS"
            images.make_sums(sums, Path(name) / "b", Path(name) / "a")
            check = ["sha256sum", "--strict", "--status", "-c", "SHA256SUMS"]
            subprocess.run(check, cwd=name, check=True)
            self.assertEqual([line[-1] for line in sums.read_text().splitlines()], ["a", "b"])


if __name__ == "__main__":
    unittest.main()

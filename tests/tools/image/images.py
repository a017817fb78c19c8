# SPDX-License-Identifier: MIT
"""Boot media of the kernel, the same bytes from the same commit: the tool behind `make images`.

    images.py img|grub|iso|vhdx|azure|azure-aa64 OUTPUT INPUT...     (inputs: scripts/images.mk)
    images.py sums OUTPUT FILE...
    images.py epoch OUTPUT                     the media's date, a file that changes only with it

Every date is SOURCE_DATE_EPOCH; every GUID and serial number is fixed here or follows from the
content. "Same bytes" holds for the same versions of mtools, sfdisk, GRUB, xorriso and qemu-img.
"""
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.image import source_date, vhd, vhdx
from tools.machine import arm64, vm

MIB = 1 << 20
DISK_BYTES = 64 * MIB  # a FAT32 of the smallest clusters needs 33 MiB
ESP_START, ESP_BYTES = MIB, 62 * MIB  # the last MiB is left to the second partition table
GRUB_ESP_BYTES = 2880 * 1024  # El Torito counts sectors in 16 bits; GRUB takes a third of it
SECTOR = 512
OPTIONS_ROOM = 2048  # scripts/azure/vhd.py replaces them

FAT_SERIAL = "48565350"
ESP_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"  # UEFI specification, "Protective MBR" ff.
DISK_GUID = "5B0B4B5C-6B3D-4A0E-9C61-0D1F6E3A7A01"
ESP_GUID = "5B0B4B5C-6B3D-4A0E-9C61-0D1F6E3A7A02"
ISO_GUID = "5B0B4B5C-6B3D-4A0E-9C61-0D1F6E3A7A03"

# What boot/grub.cfg uses, and what finds it.
GRUB_MODULES = (
    "boot chain configfile echo fat iso9660 normal part_gpt part_msdos search search_fs_uuid "
    "serial smbios terminal test"
).split()
# GRUB's own image only finds the disc that it came from, first of all where it was started.
GRUB_START = """search --no-floppy --fs-uuid --set=root --hint=$root {uuid}
set prefix=($root)/boot/grub
"""


def run(tool: str, *args: str, data: bytes | None = None, others: tuple = ()) -> None:
    """Run a tool as if it were always the same day, place and user."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    env = {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1", "MTOOLSRC": ""}
    env["SOURCE_DATE_EPOCH"] = str(source_date.find()[0])
    command = [vm.find_tool(tool, *others), *args]
    result = subprocess.run(command, input=data, capture_output=True, env=env)
    if result.returncode:
        raise vm.Unusable(f"{tool} failed: {result.stderr.decode(errors='replace').strip()}")


def make_fat(image: Path, start: int, size: int, files: dict[str, bytes], fat32: bool) -> None:
    """A FAT file system with these files, in a part of an image file."""
    where = f"{image}@@{start}"
    shape = ["-F", "-c", "1"] if fat32 else []
    shape += ["-h", "64", "-s", "32", "-T", str(size // SECTOR), "-H", str(start // SECTOR)]
    run("mformat", "-i", where, *shape, "-N", FAT_SERIAL, "-v", "HVSMP", "::")
    parents = {str(p) for name in files for p in Path(name).parents if str(p) != "."}
    run("mmd", "-i", where, *(f"::{p}" for p in sorted(parents)))
    for name, data in files.items():
        run("mcopy", "-i", where, "-", f"::{name}", data=data)


def make_img(out: Path, kernel: Path, options: Path, boot_path: str = vm.BOOT_PATH) -> None:
    """A disk with one partition, the ESP, from which the firmware starts the kernel itself."""
    with open(out, "wb") as f:
        f.truncate(DISK_BYTES)
    table = (
        f"label: gpt\nlabel-id: {DISK_GUID}\nfirst-lba: 34\n"
        f"start={ESP_START // SECTOR}, size={ESP_BYTES // SECTOR}, type={ESP_TYPE}, "
        f'uuid={ESP_GUID}, name="hvsmp"\n'
    )
    run("sfdisk", "--no-reread", "--no-tell-kernel", str(out), data=table.encode())
    files = {boot_path: kernel.read_bytes(), vm.KERNEL_CFG: options.read_bytes()}
    make_fat(out, ESP_START, ESP_BYTES, files, fat32=True)



def disc_date(form: str) -> str:
    """The disc's date, to a hundredth of a second; written with dashes it is its UUID."""
    return time.strftime(form, time.gmtime(source_date.find()[0]))


def make_grub(out: Path) -> None:
    """GRUB with the modules it needs; the menu stays on the disc, where it can be read."""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as start:
        start.write(GRUB_START.format(uuid=disc_date("%Y-%m-%d-%H-%M-%S-00")))
        start.flush()
        run(
            "grub-mkimage", "-O", "x86_64-efi", "-o", str(out), "-p", "/boot/grub",
            "-c", start.name, *GRUB_MODULES, others=("grub2-mkimage",)
        )  # fmt: skip


def make_iso(out: Path, kernel: Path, grub: Path, menu: Path) -> None:
    """A disc, and a hybrid: the ESP with GRUB is its El Torito image and a GPT partition.

    GRUB reads its menu and the kernel from the ISO 9660 file system, which both kinds of media
    show.
    """
    stamp = disc_date("%Y%m%d%H%M%S00")
    with tempfile.NamedTemporaryFile(suffix=".img") as esp:
        esp.truncate(GRUB_ESP_BYTES)
        files = {vm.BOOT_PATH: grub.read_bytes()}
        make_fat(Path(esp.name), 0, GRUB_ESP_BYTES, files, fat32=False)
        out.unlink(missing_ok=True)  # xorriso would add to it
        run(
            "xorriso", "-as", "mkisofs", "-o", str(out), "-quiet", "-V", "HVSMP", "-R", "-J",
            "-graft-points", "-uid", "0", "-gid", "0", "-file-mode", "0444", "-dir-mode", "0555",
            f"--modification-date={stamp}", "--set_all_file_dates", stamp,
            "--gpt_disk_guid", ISO_GUID, "-partition_offset", "16",
            "-append_partition", "2", ESP_TYPE, esp.name, "-appended_part_as_gpt",
            "-e", "--interval:appended_partition_2:all::", "-no-emul-boot",
            f"/{vm.KERNEL_PATH}={kernel}", f"/boot/grub/grub.cfg={menu}",
        )  # fmt: skip


def make_vhdx(out: Path, raw: Path) -> None:
    """The disk as dynamic VHDX. Blocks of 1 MiB keep the file small.

    block_state_zero=on: a block that was never written reads as zeros, by the format's own rules
    and not by the reader's kindness. qemu-img forbids the other setting for a conversion.
    """
    options = "subformat=dynamic,block_size=1M,log_size=1M,block_state_zero=on"
    run("qemu-img", "convert", "-f", "raw", "-O", "vhdx", "-o", options, str(raw), str(out))
    image = bytearray(out.read_bytes())
    vhdx.normalise(image, raw.read_bytes())
    out.write_bytes(image)


def make_vhd(out: Path, raw: Path) -> None:
    """The disk as fixed VHD: the raw bytes, and a footer.

    force_size: the size is what it is, and not what the old geometry of cylinders can say.
    """
    options = "subformat=fixed,force_size=on"
    run("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", options, str(raw), str(out))
    with open(out, "r+b") as f:  # in place: what is zero stays a hole
        f.seek(-vhd.FOOTER_SIZE, os.SEEK_END)
        footer = vhd.normalise(f.read(), raw.read_bytes(), source_date.find()[0])
        f.seek(-vhd.FOOTER_SIZE, os.SEEK_END)
        f.write(footer)


def make_azure(out: Path, kernel: Path, options: Path, boot_path: str = vm.BOOT_PATH) -> None:
    """The disk for Azure. Its options have room to be replaced in place, without a FAT's tools."""
    text = b"#@options %d\n" % OPTIONS_ROOM + options.read_bytes()
    if len(text) >= OPTIONS_ROOM:
        raise ValueError(f"{options}: {len(text)} bytes, must be less than {OPTIONS_ROOM}")
    with tempfile.TemporaryDirectory() as tmp:
        raw, padded = Path(tmp, "disk.img"), Path(tmp, "options")
        padded.write_bytes(text.ljust(OPTIONS_ROOM - 1) + b"\n")
        make_img(raw, kernel, padded, boot_path)
        make_vhd(out, raw)


def make_azure_aa64(out: Path, kernel: Path, options: Path) -> None:
    make_azure(out, kernel, options, arm64.NAMES.boot)


def make_sums(out: Path, *files: Path) -> None:
    """What sha256sum -c reads, in the directory of the files."""
    lines = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files]
    out.write_text("".join(sorted(lines, key=lambda line: line.split()[1])))


def make_epoch(out: Path) -> None:
    date, source = source_date.find()
    text = f"{date} ({source})\n"
    if not out.exists() or out.read_text() != text:
        out.write_text(text)
        print(
            f"dates of the images: {time.strftime('%F %T', time.gmtime(date))} UTC, from {source}"
        )


KINDS = {
    "img": make_img,
    "grub": make_grub,
    "iso": make_iso,
    "vhdx": make_vhdx,
    "azure": make_azure,
    "azure-aa64": make_azure_aa64,
    "sums": make_sums,
    "epoch": make_epoch,
}


def main(kind: str, out: str, *inputs: str) -> None:
    """Make one file; a half-made one never has its name."""
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "epoch":
        return make_epoch(path)
    part = path.with_name(path.name + ".part")
    try:
        KINDS[kind](part, *map(Path, inputs))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in KINDS:
        sys.exit("usage: images.py " + "|".join(KINDS) + " OUTPUT [INPUT...]")
    try:
        main(*sys.argv[1:])
    except (vm.Unusable, ValueError, OSError) as e:
        sys.exit(f"images: {sys.argv[2]}: {e}")

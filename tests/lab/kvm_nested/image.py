# SPDX-License-Identifier: MIT
"""The emulated machine's files: Debian's kernel with KVM, and an initial file system around QEMU.

Everything comes from Debian: the kernel and busybox are downloaded once, QEMU and the firmware are
this machine's own.
"""
import re
import tempfile
from pathlib import Path

from lab import debian
from lab.cpio import Archive
from lab.debian import one, output

HERE = Path(__file__).resolve().parent
KERNEL_PACKAGE = "linux-image-cloud-amd64"  # a name for the newest; depends on the real one
MODULES = (
    "irqbypass kvm kvm-amd virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev "
    "virtio_pci virtio_blk"
).split()
COMMANDS = "sh mount insmod cat dmesg grep kill mkfifo poweroff sleep stty sync timeout".split()
# What QEMU looks for besides the firmware that it is told.
QEMU_FILES = ["/usr/share/qemu/kvmvapic.bin"]


def fetch_packages(work: Path) -> Path:
    """The unpacked packages, downloaded into the work directory unless they are there."""
    return debian.fetch(work, ["busybox-static"], [KERNEL_PACKAGE])


def kernel(packages: Path) -> Path:
    return one(packages, "boot/vmlinuz-*")


def stripped(module: Path) -> bytes:
    with tempfile.NamedTemporaryFile() as out:
        output("strip", "--strip-debug", "-o", out.name, str(module))
        return Path(out.name).read_bytes()


def libraries(program: str) -> list[str]:
    """The shared libraries of a program, with the loader, by the names it looks for."""
    return re.findall(r"(/\S+) \(0x", output("ldd", program))


def base_archive(packages: Path, qemu: str, firmware: str) -> bytes:
    """Everything but the plan of one run. The kernel takes archives one after the other."""
    archive = Archive()
    for name in ("proc", "sys", "dev", "tmp"):
        archive.add(name, 0o040755)
    archive.file("/init", (HERE / "init").read_bytes(), 0o755)
    archive.file("/bin/busybox", one(packages, "bin/busybox").read_bytes(), 0o755)
    for name in COMMANDS:
        archive.link(f"/bin/{name}", "busybox")
    for name in MODULES:
        module = one(packages, f"lib/modules/*/kernel/**/{name}.ko")
        archive.file(f"/modules/{name}.ko", stripped(module))
    for path in [qemu, *libraries(qemu)]:
        archive.file(path, Path(path).read_bytes(), 0o755)
    for path in [*QEMU_FILES, firmware]:
        archive.file(path, Path(path).read_bytes())
    return archive.close()


def plan_archive(files: dict[str, str]) -> bytes:
    """The commands and limits of one run, under /plan."""
    archive = Archive()
    for name, text in files.items():
        archive.file(f"/plan/{name}", text.encode())
    return archive.close()

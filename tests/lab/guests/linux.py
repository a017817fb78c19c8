# SPDX-License-Identifier: MIT
"""Debian's kernels for the group guests: their packages, and an initial file system for each."""
import lzma
from pathlib import Path
from typing import NamedTuple

from lab import cpio, debian


class Kernel(NamedTuple):
    name: str  # of the directory in build/guests
    package: str  # behind which the newest of this version stands
    suites: str = ""  # where it is, if not in what the machine's apt knows
    arch: str = ""


KERNELS = (
    Kernel("linux-6.1", "linux-image-cloud-amd64"),
    Kernel("linux-6.12", "linux-image-6.12-cloud-amd64"),  # in Debian 12's security suite
)
BOOKWORM = "bookworm bookworm-security"
ARM64_KERNELS = (
    Kernel("linux-6.1-arm64", "linux-image-cloud-arm64", BOOKWORM, "arm64"),
    Kernel("linux-6.12-arm64", "linux-image-6.12-cloud-arm64", BOOKWORM, "arm64"),
)
HERE = Path(__file__).resolve().parent
COMMANDS = (
    "sh mount insmod poweroff sleep dd hexdump nproc seq grep echo"
).split()
# In the order in which they want each other; a kernel that has one built in lacks the file.
MODULES = "virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk"


def modules(packages: Path) -> dict[str, bytes]:
    """The drivers of a virtio disk, by name, in the order in which they are to be loaded."""
    found = {}
    for name in MODULES.split():
        for path in packages.glob(f"**/kernel/drivers/*/{name}.ko*"):
            data = path.read_bytes()
            found[f"{name}.ko"] = lzma.decompress(data) if path.suffix == ".xz" else data
    return found


def initrd(busybox: bytes, drivers: dict[str, bytes]) -> bytes:
    archive = cpio.Archive()
    for name in ("dev", "proc", "sys"):
        archive.add(name, 0o040755)
    archive.file("/init", (HERE / "init").read_bytes(), 0o755)
    archive.file("/bin/busybox", busybox, 0o755)
    for name in COMMANDS:
        archive.link(f"/bin/{name}", "busybox")
    archive.file("/modules/order", "".join(name + "\n" for name in drivers).encode())
    for name, data in drivers.items():
        archive.file(f"/modules/{name}", data)
    return archive.close()


def bring(directory: Path, kernels: tuple[Kernel, ...]) -> None:
    """Leave NAME.efi (the kernel is a UEFI program) and NAME.initrd for each kernel."""
    for name, package, suites, arch in kernels:
        made = directory / f"{name}.initrd"
        if made.exists() and made.stat().st_mtime > (HERE / "init").stat().st_mtime:
            continue
        packages = debian.fetch(directory / name, ["busybox-static"], [package], suites, arch)
        kernel = debian.one(packages, "boot/vmlinuz-*").read_bytes()
        busybox = debian.one(packages, "bin/busybox").read_bytes()
        (directory / f"{name}.efi").write_bytes(kernel)
        (directory / f"{name}.initrd").write_bytes(initrd(busybox, modules(packages)))

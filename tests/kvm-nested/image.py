# SPDX-License-Identifier: MIT
"""The emulated machine's files: Debian's kernel with KVM, and an initial file system around QEMU.

Everything comes from Debian: the kernel and busybox are downloaded once, QEMU and the firmware are
this machine's own.
"""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import vm  # of scripts/; nested.py puts it on the path

HERE = Path(__file__).resolve().parent
KERNEL_PACKAGE = "linux-image-cloud-amd64"  # a name for the newest; depends on the real one
MODULES = (
    "irqbypass kvm kvm-amd virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev "
    "virtio_pci virtio_blk"
).split()
COMMANDS = "sh mount insmod cat dmesg grep kill mkfifo poweroff sleep stty sync timeout".split()
# What QEMU looks for besides the firmware that it is told.
QEMU_FILES = ["/usr/share/qemu/kvmvapic.bin"]


def output(*command: str, cwd: Path | None = None) -> str:
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise vm.Unusable(f"{' '.join(command)}: {last}")
    return result.stdout


def download(directory: Path) -> None:
    kernel = re.search(r"Depends: (\S+)", output("apt-cache", "depends", KERNEL_PACKAGE))
    if not kernel:
        raise vm.Unusable(f"apt-cache knows no kernel behind {KERNEL_PACKAGE}")
    output("apt-get", "download", kernel[1], "busybox-static", cwd=directory)


def fetch_packages(work: Path) -> Path:
    """The unpacked packages, downloaded into the work directory unless they are there."""
    done = work / "packages"
    if done.exists():
        return done
    debs, unpacked = work / "debs", work / "packages.new"
    for directory in (debs, unpacked):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    try:
        download(debs)
    except vm.Unusable:  # the lists of packages are missing or old
        output(*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get", "update")
        download(debs)
    for deb in debs.glob("*.deb"):
        output("dpkg", "-x", str(deb), str(unpacked))
    unpacked.rename(done)
    return done


def one(root: Path, pattern: str) -> Path:
    found = sorted(root.glob(pattern))
    if not found:
        raise vm.Unusable(f"the downloaded packages have no {pattern}")
    return found[0]


def kernel(packages: Path) -> Path:
    return one(packages, "boot/vmlinuz-*")


class Archive:
    """A cpio archive in the "newc" form, as the kernel unpacks it into its initial file system."""

    def __init__(self):
        self.data = bytearray()
        self.names = set()

    def add(self, name: str, mode: int, data: bytes = b"") -> None:
        number = len(self.names) + 1  # a file number of its own: no hard links
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields)
        self.data += name.encode() + b"\0"
        self.data += bytes(-len(self.data) % 4) + data
        self.data += bytes(-len(self.data) % 4)
        self.names.add(name)

    def directories(self, path: str) -> None:
        for parent in reversed(Path(path).parents):
            name = str(parent).strip("/.")
            if name and name not in self.names:
                self.add(name, 0o040755)

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        self.directories(path)
        self.add(path.strip("/"), 0o100000 | mode, data)

    def link(self, path: str, target: str) -> None:
        self.directories(path)
        self.add(path.strip("/"), 0o120777, target.encode())

    def close(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return bytes(self.data)


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

# SPDX-License-Identifier: MIT
"""Linux built for VTL 2 from Debian's source package, and its initial file system.

The kernel is kept until the package's version or the configuration changes: some minutes on two
processors. Run as a program, this brings both: `make deps-guests`.
"""
import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from lab import cpio, debian
from tools.machine import vm

HERE = Path(__file__).resolve().parent
PACKAGE = "linux-source-6.12"  # in Debian 12's security suite
CONFIG, INIT = HERE / "linux.config", HERE / "init.c"


def home(build: Path) -> Path:
    return build / "guests" / "linux-vtl"


def kernel(build: Path) -> Path:
    return home(build) / "linux.efi"  # the kernel is a UEFI program


def initrd(build: Path) -> Path:
    return home(build) / "initrd"


def missing(build: Path) -> str:
    """Why the cases cannot be run; empty if they can."""
    absent = [path for path in (kernel(build), initrd(build)) if not path.is_file()]
    return f"{absent[0]} is missing: make deps-guests" if absent else ""


def candidate(policy: str) -> str:
    """The version that apt would take, from what `apt-cache policy` says."""
    found = re.search(r"^ *Candidate: (\S+)$", policy, re.MULTILINE)
    if not found or found[1] == "(none)":
        raise vm.Unusable(f"apt knows no package {PACKAGE}: Debian 12's security suite has it")
    return found[1]


def stamp(version: str, config: bytes) -> str:
    return f"{version} {hashlib.sha256(config).hexdigest()}\n"


def lost(asked: str, made: str) -> list[str]:
    """Options that the kernel's own rules did not take over."""
    there = set(made.splitlines())
    return [line for line in asked.splitlines() if line.startswith("CONFIG_") and line not in there]


def run(log, *command: str) -> None:
    if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT).returncode:
        raise vm.Unusable(f"{' '.join(command)} failed: see {log.name}")


def compile_kernel(source: Path, out: Path, log) -> Path:
    make = ["make", "-s", "-C", str(source), f"O={out}", "ARCH=x86_64"]
    run(log, *make, f"KCONFIG_ALLCONFIG={CONFIG}", "allnoconfig")
    if gone := lost(CONFIG.read_text(), (out / ".config").read_text()):
        raise vm.Unusable(f"this Linux does not take {' '.join(gone)}")
    run(log, *make, f"-j{os.cpu_count() or 1}", "bzImage")
    return out / "arch" / "x86" / "boot" / "bzImage"


def bring_kernel(build: Path) -> None:
    work = home(build).resolve()
    work.mkdir(parents=True, exist_ok=True)
    now = stamp(candidate(debian.output("apt-cache", "policy", PACKAGE)), CONFIG.read_bytes())
    done = work / "stamp"
    if done.is_file() and done.read_text() == now and kernel(build).is_file():
        return
    print(f"Linux for VTL 2: {now.split()[0]} of {PACKAGE} is built, which takes minutes")
    done.unlink(missing_ok=True)
    for name in ("packages", "source", "out"):
        shutil.rmtree(work / name, ignore_errors=True)
    packages = debian.fetch(work, [PACKAGE], [])
    (work / "source").mkdir()
    with open(work / "build.log", "w", encoding="utf-8") as log:
        archive = debian.one(packages, f"usr/src/{PACKAGE}.tar.xz")
        run(log, "tar", "-xf", str(archive), "-C", str(work / "source"))
        source = debian.one(work / "source", "*")
        shutil.copyfile(compile_kernel(source, work / "out", log), kernel(build))
    for name in ("packages", "source", "out"):
        shutil.rmtree(work / name)
    done.write_text(now)


def bring_initrd(build: Path) -> None:
    """Made anew each time: it takes a second."""
    work = home(build).resolve()
    with open(work / "init.log", "w", encoding="utf-8") as log:
        run(log, "gcc", "-Os", "-Wall", "-static", "-o", str(work / "init"), str(INIT))
    archive = cpio.Archive()
    archive.add("sys", 0o040755)
    archive.file("/init", (work / "init").read_bytes(), 0o755)
    initrd(build).write_bytes(archive.close())


def main() -> int:
    p = argparse.ArgumentParser(description="Bring a Linux for VTL 2 and its first process.")
    p.add_argument("--build", type=Path, required=True)
    args = p.parse_args()
    try:
        bring_kernel(args.build)
        bring_initrd(args.build)
    except vm.Unusable as e:
        print(f"deps-guests: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

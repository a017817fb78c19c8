# SPDX-License-Identifier: MIT
"""Bring the guests that nobody here wrote: the tool behind `make deps-guests`.

    python3 -m lab.guests.bring DIRECTORY MAKE ARCH

ARCH=aarch64 brings what ARM64 runs alone, and x86_64 both.
Each part stands for itself: one that cannot be brought is told, its cases are skipped, and the
exit code is 1. What is there already is left alone.
"""
import subprocess
import sys
from pathlib import Path

from lab.guests import linux, unit_tests
from tools import ROOT
from tools.machine import vm


def newer_qemu(directory: Path) -> None:
    """What Linux 6.12 and an x2APIC want."""
    result = subprocess.run([ROOT / "scripts" / "deps-scale.sh", directory.parent / "qemu-scale"])
    if result.returncode:
        raise vm.Unusable("make deps-scale failed")


def main() -> int:
    directory, make, arch = Path(sys.argv[1]), *sys.argv[2:4]
    directory.mkdir(parents=True, exist_ok=True)
    parts = {"Debian's kernels for ARM64": lambda: linux.bring(directory, linux.ARM64_KERNELS)}
    if arch == "x86_64":
        parts |= {
            "the newer QEMU": lambda: newer_qemu(directory),
            "Debian's kernels": lambda: linux.bring(directory, linux.KERNELS),
            "kvm-unit-tests": lambda: unit_tests.bring(directory, make),
        }
    failed = 0
    for name, bring in parts.items():
        try:
            bring()
        except (vm.Unusable, OSError) as e:
            print(f"deps-guests: no {name.removeprefix('the ')}: {e}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())

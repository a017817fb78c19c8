# SPDX-License-Identifier: MIT
"""kvm-unit-tests for the group guests: one commit of them, built as UEFI programs."""
import os
import shutil
import subprocess
from pathlib import Path

from tools.machine import vm

# A clone elsewhere may stand in for the address, by the environment.
ADDRESS = os.environ.get("KVM_UNIT_TESTS", "https://gitlab.com/kvm-unit-tests/kvm-unit-tests.git")
COMMIT = "1da1819e49fc4938985edca67df669099b4c87a7"  # of 2026-06-26
PROGRAMS = "apic hypercall hyperv_clock hyperv_connections hyperv_stimer hyperv_synic smptest"


def run(*command: str, cwd: Path, seconds: float = 600) -> None:
    try:
        result = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=seconds, errors="replace"
        )
    except subprocess.TimeoutExpired:
        raise vm.Unusable(f"{' '.join(command)}: takes more than {seconds:.0f} s") from None
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise vm.Unusable(f"{' '.join(command)}: {last}")


def bring(directory: Path, make: str) -> None:
    """Leave kut-NAME.efi for each program; the sources stay away once they are built."""
    wanted = {name: directory / f"kut-{name}.efi" for name in PROGRAMS.split()}
    stamp = directory / "kut.commit"
    if stamp.exists() and stamp.read_text() == COMMIT and all(p.exists() for p in wanted.values()):
        return
    source = directory / "kvm-unit-tests"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    run("git", "init", "-q", cwd=source)
    run("git", "fetch", "-q", "--depth=1", ADDRESS, COMMIT, cwd=source)
    run("git", "checkout", "-q", "FETCH_HEAD", cwd=source)
    run("./configure", "--arch=x86_64", "--enable-efi", cwd=source)
    run(*make.split(), "-s", *(f"x86/{name}.efi" for name in wanted), cwd=source)
    for name, path in wanted.items():
        shutil.copyfile(source / "x86" / f"{name}.efi", path)
    stamp.write_text(COMMIT)
    shutil.rmtree(source)

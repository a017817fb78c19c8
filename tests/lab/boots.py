# SPDX-License-Identifier: MIT
"""One machine booted outside the declared cases: what campaign and races share."""
import shlex
import shutil
from pathlib import Path

from tools.boot.cases import processors
from tools.machine import running, vm

SCRATCH = ("disk.img", "vars.fd", "vars.qcow2")


def boot(case: dict, out: Path, build: Path, accel: str = "tcg") -> tuple[running.Outcome, str]:
    """Run a case's machine; what came out of it, and the reference hypervisor's log."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    words = ("hv", "smp", "mem", "cmdline", "refhv", "cpu", "extra")
    m = vm.Machine(**{word: case[word] for word in words if word in case})
    command = vm.qemu_command(m, out)
    command[command.index("-accel") + 1] = accel
    (out / "command").write_text(shlex.join(command) + "\n")
    vm.build_image(out / "disk.img", vm.image_files(m, build))
    outcome = running.run_qemu(command, out, 180 + 10 * processors(case))
    for name in SCRATCH:
        (out / name).unlink(missing_ok=True)
    log = out / "refhv.log"
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    return outcome, text

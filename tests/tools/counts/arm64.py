# SPDX-License-Identifier: MIT
"""What the guard counts on ARM64, where there is no benchmark whose rounds could be stepped.

QEMU counts for itself (-icount): an instruction takes a nanosecond, and the generic timer, which
the entry code reads first of all and arrive() last before it says "I am in", ticks once in it. The
other processors' instructions count as well, where QEMU goes on to one of them in between; so the
smallest difference is the way of a processor that was not interrupted.
"""
import shutil
from pathlib import Path

from tools.boot import witness
from tools.counts import gdbstub
from tools.machine import arm64, running, verdicts, vm

PROCESSORS = 4
CPU = arm64.CPU + ",cntfrq=1000000000"
ICOUNT = ["-icount", "shift=0,sleep=off"]
SECONDS = 300
PREFIX = "arm64-"


def missing(build: Path) -> str:
    """Why it cannot be counted here; "" where it can."""
    images = build / "aarch64"
    for name in (arm64.KERNEL, arm64.NAMES.refhv):
        if not (images / name).exists():
            return f"there is no {name}: make ARCH=aarch64"
    return "" if shutil.which("qemu-system-aarch64") else "there is no qemu-system-aarch64"


def boot(build: Path, hv: str, options: str = "") -> tuple[dict, list[witness.Event]]:
    """The report of one boot, and refhv's log."""
    out = build / "counts" / f"{PREFIX}{options or hv}"
    out.mkdir(parents=True, exist_ok=True)
    log = out / "refhv.log"
    log.unlink(missing_ok=True)
    m = vm.Machine(arch="aarch64", hv=hv, smp=str(PROCESSORS), kernel=arm64.KERNEL)
    m.cpu, m.extra, m.cmdline = CPU, ICOUNT, f"log=quiet {options}".strip()
    command = vm.qemu_command(m, out)
    vm.build_image(out / "disk.img", vm.image_files(m, build / "aarch64"))
    outcome = running.run_qemu(command, out, SECONDS)
    for name in ("disk.img", "vars.fd"):
        (out / name).unlink(missing_ok=True)
    report = verdicts.find_report(outcome.lines)
    if report["verdict"] != "ok":
        raise gdbstub.Lost(f"the verdict is {report['verdict']}")
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    return report, witness.parse_log(text)


def instructions(report: dict, method: str) -> int:
    """From the first instruction to the arrival."""
    aps = [cpu for cpu in report["cpus"] if cpu["role"] == "ap"]
    if len(aps) != PROCESSORS - 1 or any(cpu["method"] != method for cpu in aps):
        raise gdbstub.Lost(f"{[cpu['method'] for cpu in aps]} are the methods, not {method}")
    return min(cpu["t_online_ns"] - cpu["t_first_ns"] for cpu in aps)


def measure(build: Path) -> dict[str, int]:
    by_call, log = boot(build, "ref")
    by_psci, _ = boot(build, "none")
    through_it, psci_log = boot(build, "ref", "start=psci")
    instructions(through_it, "psci")
    counted = {
        "instructions-0x99": instructions(by_call, "hv"),
        "instructions-psci": instructions(by_psci, "psci"),
        "calls-0x99": sum(event.is_call(witness.START_VP) for event in log),
        "calls-0x9A": sum(event.is_call(witness.GET_VP_INDEX) for event in log),
        "calls-psci": sum(event.name == "cpu_on" for event in psci_log),
        "calls-psci-by-0x99": sum(event.name == "cpu_on" for event in log),
        "bytes-image": (build / "aarch64" / arm64.KERNEL).stat().st_size,
    }
    return {PREFIX + name: value for name, value in counted.items()}

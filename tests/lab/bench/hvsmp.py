# SPDX-License-Identifier: MIT
"""This kernel's mode=bench: every method it has, in rounds, and one @bench line."""
from pathlib import Path

from lab.bench.shared import Figures, Run, Tools
from tools.machine import verdicts, vm

# A line of the reference hypervisor's log takes longer than the call that it tells of, and that of
# a 0x99 is ten times as long as that of a start-up IPI: neither is a part of a start.
REFHV = ["log=errors"]


def boot(tools: Tools, spec: dict, run: Run, out: Path, cmdline: str) -> list[str]:
    m = vm.Machine(hv=spec["hv"], cmdline=cmdline, refhv=REFHV)
    words = tools.firmware_machine(run, out, m)
    vm.build_image(out / "disk.img", vm.image_files(m, tools.build))
    return words


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    accel = tools.accels[run.accel]
    rounds = accel.get("rounds", tools.rounds(run.n))
    return boot(
        tools, spec, run, out, f"mode=bench rounds={rounds} {accel.get('options', '')}".strip()
    )


def listener(tools: Tools, run: Run, out: Path):
    """What is to be called with each line of serial output while QEMU runs."""

    def hear(line: str) -> None:
        if line.startswith("hvsmp ") and "tick" in tools.accels[run.accel]:
            tools.set_tick(run, out)

    return hear


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    record = verdicts.find_report(lines, "bench")
    if record["processors"] != run.n:
        raise ValueError(f"the kernel found {record['processors']} processors of {run.n}")
    figures = Figures({}, record=record)
    for method in record["methods"]:
        whole = [one for one in method["rounds"] if one["online"] == run.n]
        lost = len(method["rounds"]) - len(whole)
        if not method["offered"]:
            figures.reasons[method["name"]] = method["reason"] or "not offered"
        elif lost:
            figures.reasons[method["name"]] = f"{lost} rounds with processors missing"
        if whole:
            figures.methods[method["name"]] = [one["total_ticks"] * 1e9 / true_hz for one in whole]
    return figures

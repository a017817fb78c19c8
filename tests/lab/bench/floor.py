# SPDX-License-Identifier: MIT
"""The floor: floor.asm, loaded by QEMU itself."""
from pathlib import Path

from lab.bench.shared import Figures, Run, Tools, check_online, marked_rounds

FIRST = "sipi-broadcast, first round"


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    return tools.plain_machine(run, ["-kernel", str(tools.work / "floor.bin")])


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    methods = {}
    found = marked_rounds(lines, "@floor")
    check_online(run.n, found)
    for one in found:
        methods.setdefault(one["method"], []).append(int(one["ticks"]) * 1e9 / true_hz)
    # What an ordinary boot can be held against: QEMU has not translated the code yet.
    methods[FIRST] = methods["sipi-broadcast"][:1]
    return Figures(methods)

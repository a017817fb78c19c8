# SPDX-License-Identifier: MIT
"""The firmware's MP services, asked by mp.c. Warm: it brought its processors up before."""
from pathlib import Path

from lab.bench.shared import Figures, Run, Tools, check_online, marked_rounds
from tools.machine import vm


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    words = tools.firmware_machine(run, out, vm.Machine(hv="none"))
    vm.build_image(out / "disk.img", {vm.BOOT_PATH: (tools.work / "mp.efi").read_bytes()})
    return words


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    found = marked_rounds(lines, "@ovmf")
    check_online(run.n, found)
    return Figures({"StartupAllAPs": [int(one["ticks"]) * 1e9 / true_hz for one in found]})

# SPDX-License-Identifier: MIT
"""This kernel's mode=bench: every method it has, in rounds, and one @bench line."""
from pathlib import Path

import verdicts
import vm  # of scripts/; measure.py puts it on the path
from tools import Figures, Run, Tools

# The reference hypervisor writes its log when all is over: writing it is no part of a start.
REFHV = ["log=late"]


def boot(tools: Tools, spec: dict, run: Run, out: Path, cmdline: str) -> list[str]:
    m = vm.Machine(hv=spec["hv"], cmdline=cmdline, refhv=REFHV)
    words = tools.firmware_machine(run, out, m)
    vm.build_image(out / "disk.img", vm.image_files(m, tools.build))
    return words


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    return boot(tools, spec, run, out, f"mode=bench rounds={tools.rounds(run.n)}")


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

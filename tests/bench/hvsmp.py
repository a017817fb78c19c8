# SPDX-License-Identifier: MIT
"""This kernel's mode=bench: every method it has, in rounds, and one @bench line."""
import json
from pathlib import Path

import vm  # of scripts/; bench.py puts it on the path
from tools import Figures, Run, Tools

MARK, SCHEMA = "@bench ", "hvsmp-bench/1"


def boot(tools: Tools, spec: dict, run: Run, out: Path, cmdline: str) -> list[str]:
    m = vm.Machine(hv=spec["hv"], cmdline=cmdline)
    words = tools.firmware_machine(run, out, m)
    vm.build_image(out / "disk.img", vm.image_files(m, tools.build))
    return words


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    return boot(tools, spec, run, out, f"mode=bench rounds={tools.rounds}")


def find_record(lines: list[str]) -> dict:
    found = [line[len(MARK) :] for line in lines if line.startswith(MARK)]
    if len(found) != 1:
        last = next((line for line in reversed(lines) if line), "nothing")
        raise ValueError(f"{len(found)} lines begin with {MARK.strip()}; the last one was: {last}")
    record = json.loads(found[0])
    if record.get("schema") != SCHEMA:
        raise ValueError(f"the schema is {record.get('schema')}, not {SCHEMA}")
    return record


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    record = find_record(lines)
    if record["processors"] != run.n:
        raise ValueError(f"the kernel found {record['processors']} processors of {run.n}")
    scale = record["clock"]["hz"] / true_hz
    figures = Figures({}, record=record)
    for method in record["methods"]:
        whole = [one for one in method["rounds"] if one["online"] == run.n]
        lost = len(method["rounds"]) - len(whole)
        if not method["offered"]:
            figures.reasons[method["name"]] = method["reason"] or "not offered"
        elif lost:
            figures.reasons[method["name"]] = f"{lost} rounds with processors missing"
        if whole:
            figures.methods[method["name"]] = [one["total_ns"] * scale for one in whole]
    return figures

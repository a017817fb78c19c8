# SPDX-License-Identifier: MIT
"""This kernel's ordinary boot: bring-up once, with all that it proves about each processor."""
from pathlib import Path

from lab.bench import hvsmp
from lab.bench.shared import Figures, Run, Tools
from tools.machine import verdicts


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    return hvsmp.boot(tools, spec, run, out, "report=json")


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    record = verdicts.find_report(lines)
    if record["online"] != run.n:
        raise ValueError(f"{record['online']} of {run.n} processors are online")
    ns = record["bringup_ns"] * record["clock"]["hz"] / true_hz
    return Figures({"bring-up": [ns]}, record=record)

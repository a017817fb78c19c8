# SPDX-License-Identifier: MIT
"""make campaign: machines with random faults, processors and options, each held against what holds
for every run: schema, sets, exit code, TAP, bounds, and the reference hypervisor's log.

A run is drawn from SEED and its number alone. One that fails keeps its directory and prints the
command that repeats it. Exit code: 0 all were clean, 1 one was not.
"""
import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

from lab import boots
from lab.campaign import draw
from tools.boot import judge, witness
from tools.machine import running, vm

MISCONFIGURED = "what=configuration"


def complaints(case: dict, outcome: running.Outcome, log: str) -> list[str]:
    """What is wrong with a run, less what its faults bring about by design."""
    _, wrong = judge.judge_report(case, outcome, witness.parse_log(log))
    return [w for w in wrong if not any(text in w for text in case["excuses"])]


def is_no_machine(log: str) -> bool:
    """Faults that exclude each other: the reference hypervisor refuses such a configuration."""
    return any(MISCONFIGURED in line for line in log.splitlines())


def words(case: dict) -> str:
    machine = f"{case['hv']} smp={case['smp']} {case['cmdline']}"
    numa = " numa" if case["extra"] else ""
    return f"{machine}{numa} {' '.join(case['refhv'])}".strip()


def run_one(seed: str, run: int, kinds: dict, build: Path) -> tuple[str, dict, list[str]]:
    """clean, void or failed; the case; what is wrong."""
    case = draw.draw(seed, run, kinds)
    out = build / "campaign" / case["name"]
    try:
        outcome, log = boots.boot(case, out, build)
    except vm.Unusable as e:
        return "failed", case, [str(e)]
    if is_no_machine(log):
        rmtree(out)
        return "void", case, []
    wrong = complaints(case, outcome, log)
    if wrong:
        (out / "problems").write_text("".join(line + "\n" for line in wrong))
        return "failed", case, wrong
    rmtree(out)
    return "clean", case, []


def tell(seed: str, run: int, state: str, case: dict, wrong: list[str]) -> None:
    if state == "failed":
        print(f"FAILED {run}: {words(case)}")
        for line in wrong[:10]:
            print(f"    {line}")
        print(f"    kept: build/campaign/{case['name']}/")
        print(f"    again: make campaign SEED={seed} RUN={run}", flush=True)
    else:
        print(f"{state} {run}: {words(case)}", flush=True)


def main() -> int:
    p = argparse.ArgumentParser(description="Boot random combinations of faults.")
    p.add_argument("--build", type=Path, default=Path("build"))
    p.add_argument("--runs", type=int, default=100)
    p.add_argument("--seed", default="1")
    p.add_argument("--first", type=int, default=0, help="the number of the first run")
    p.add_argument("--run", type=int, help="only this one")
    p.add_argument("--jobs", type=int, default=1)
    args = p.parse_args()
    if judge.validator() is None:
        sys.exit("campaign: the Python module jsonschema is missing: install python3-jsonschema")
    kinds = draw.load()
    numbers = range(args.first, args.first + args.runs) if args.run is None else [args.run]
    counts = {"clean": 0, "void": 0, "failed": 0}
    began = time.monotonic()
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda run: run_one(args.seed, run, kinds, args.build), numbers)
        for run, (state, case, wrong) in zip(numbers, results):
            counts[state] += 1
            tell(args.seed, run, state, case, wrong)
    took = time.monotonic() - began
    told = ", ".join(f"{n} {state}" for state, n in counts.items())
    print(f"campaign: seed {args.seed}: {told}; {took:.0f} s")
    return 1 if counts["failed"] or not counts["clean"] else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""make races: the same start over and over where the order of events varies most.

4, 8 and 16 processors, by hypercall (with its fan-out) and by INIT-SIPI, each processor a thread of
QEMU or all in one, beside a process that takes a processor of the host for itself. Every run must
have the verdict ok, no warning, and a witness that has nothing to say. Exit code 1 if one has not.
"""
import argparse
import itertools
import subprocess
import sys
import time
from pathlib import Path
from shutil import rmtree

from lab import boots
from tools.boot import judge

PROCESSORS = (4, 8, 16)
ACCELS = ("tcg,thread=multi", "tcg,thread=single")
METHODS = {"hv": "", "sipi": "start=sipi"}
# In this order, so that few runs already have every method and every number.
SHAPES = [
    (n, accel, method)
    for accel, n, method in itertools.product(ACCELS, PROCESSORS, METHODS)
]  # fmt: skip


def shape(run: int) -> tuple[dict, str]:
    """The case and QEMU's accelerator of a run."""
    n, accel, method = SHAPES[run % len(SHAPES)]
    case = {
        "name": f"race-{run}",
        "hv": "ref",
        "smp": n,
        "cmdline": METHODS[method],
        "expect": {"verdict": "ok", "aps": method},
    }
    return case | {"smp": str(n)}, accel


def run_one(run: int, build: Path) -> tuple[str, list[str]]:
    case, accel = shape(run)
    out = build / "races" / case["name"]
    outcome, log = boots.boot(case, out, build, accel)
    report, wrong = judge.judge(case, outcome, log, build)
    aps = case["expect"]["aps"]
    what = f"{case['smp']} processors by {aps}, {accel}, {outcome.seconds:.0f} s"
    if wrong:
        (out / "problems").write_text("".join(line + "\n" for line in wrong))
    else:
        rmtree(out)
    return what, wrong


# It ends with this process, however that ends.
BUSY_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass\n"


def main() -> int:
    p = argparse.ArgumentParser(description="The same start over and over.")
    p.add_argument("--build", type=Path, default=Path("build"))
    p.add_argument("--runs", type=int, default=len(SHAPES))
    p.add_argument("--first", type=int, default=0, help="the number of the first run")
    p.add_argument("--run", type=int, help="only this one")
    args = p.parse_args()
    if judge.validator() is None:
        sys.exit("races: the Python module jsonschema is missing: install python3-jsonschema")
    numbers = range(args.first, args.first + args.runs) if args.run is None else [args.run]
    failed, began = 0, time.monotonic()
    busy = subprocess.Popen([sys.executable, "-c", BUSY_LOOP])
    try:
        for run in numbers:
            what, wrong = run_one(run, args.build)
            failed += bool(wrong)
            print(f"{'FAILED' if wrong else 'clean'} {run}: {what}", flush=True)
            for line in wrong[:10]:
                print(f"    {line}")
            if wrong:
                print(f"    kept: build/races/race-{run}/; again: make races RUN={run}", flush=True)
    finally:
        busy.kill()
        busy.wait()
    took = time.monotonic() - began
    print(f"races: {len(numbers) - failed} clean, {failed} failed; {took:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""Run Linux in VTL mode under the reference hypervisor, and judge it by both accounts.

Output is TAP; what a case left behind lies in BUILD/test/CASE/. Exit code: 0 all passed, 1
something failed, 77 everything was skipped.
"""
import argparse
import shlex
import shutil
import sys
from collections import Counter
from pathlib import Path

from lab.vtl import judge, linux
from tools import ROOT
from tools.boot import cases as declared, runner
from tools.boot.judge import Result
from tools.machine import guest, running, vm

try:
    import tomllib
except ImportError:
    sys.exit("the tests need Python 3.11 or newer (tomllib)")

CASES = Path(__file__).resolve().parent / "cases.toml"
KEYS = {"name", "smp", "refhv", "exits"}
BASE = ["vtl=2", "running=restart"]
KERNEL_WORDS = "console=ttyS0 panic=-1"
EXITS_A_SECOND = 1000  # on each processor, of a slow machine


def load_cases(names: list[str] | None = None) -> list[dict]:
    cases = tomllib.loads(CASES.read_text())["vtl"]
    for case in cases:
        if unknown := set(case) - KEYS:
            raise ValueError(f"case {case.get('name')}: unknown keys {unknown}")
    return declared.choose([case | {"group": "guests"} for case in cases], "", names or [])


def machine(case: dict, build: Path) -> vm.Machine:
    words = f"{KERNEL_WORDS} storm={case['exits']}" if "exits" in case else KERNEL_WORDS
    return vm.Machine(
        smp=str(case["smp"]),
        refhv=[*BASE, *case["refhv"]],
        guest=linux.kernel(build),
        initrd=linux.initrd(build),
        args=words,
        single="exits" in case,  # README.md, "The world switch"
    )


def seconds(case: dict) -> float:
    return 120 + 10 * int(case["smp"]) + case.get("exits", 0) / EXITS_A_SECOND


def run_case(case: dict, build: Path) -> Result:
    out = build / "test" / case["name"]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    m = machine(case, build)
    command = vm.qemu_command(m, out)
    (out / "command").write_text(shlex.join(command) + "\n")
    vm.build_image(out / "disk.img", guest.files(m, build))
    outcome = running.run_qemu(command, out, seconds(case))
    log = out / "refhv.log"
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    wrong = judge.check(case, outcome, text)
    if wrong:
        (out / "problems").write_text("".join(line + "\n" for line in wrong))
    for name in runner.SCRATCH:
        (out / name).unlink(missing_ok=True)
    return Result(case["name"], "failed" if wrong else "passed", outcome.seconds, wrong)


def run_safely(case: dict, build: Path) -> Result:
    """A case that cannot be run at all has failed; the others go on."""
    if reason := linux.missing(build):
        return Result(case["name"], "skipped", reasons=[reason])
    try:
        return run_case(case, build)
    except Exception as e:  # whatever it is, it is this case's result
        return Result(case["name"], "failed", reasons=[f"{type(e).__name__}: {e}"])


def run_cases(cases: list[dict], build: Path) -> Counter:
    """One at a time."""
    return runner.report((run_safely(case, build) for case in cases), len(cases), "guests")


def main() -> int:
    p = argparse.ArgumentParser(description="Run Linux in VTL mode under the reference hypervisor.")
    p.add_argument("-l", "--list", action="store_true", help="list the cases and stop")
    p.add_argument("--exits", type=int, help="so many CPUIDs on each processor, in every case")
    p.add_argument("--build", type=Path, default=ROOT / "build")
    p.add_argument("names", nargs="*", metavar="CASE", help="only these cases")
    args = p.parse_args()
    try:
        cases = load_cases(args.names)
        if args.list:
            for case in cases:
                print(f"{case['name']:<28} smp={case['smp']}")
            return 0
        if args.exits:
            cases = [case | {"exits": args.exits} for case in cases]
        counts = run_cases(cases, args.build)
    except (ValueError, vm.Unusable) as e:
        print(f"vtl: {e}", file=sys.stderr)
        return 1
    return runner.sum_up(counts)


if __name__ == "__main__":
    sys.exit(main())

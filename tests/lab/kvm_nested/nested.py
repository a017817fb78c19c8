# SPDX-License-Identifier: MIT
"""Run boot cases under the real KVM inside emulated machines, one for each number of processors.

The cases are tests/boot/kvm.toml; judgement and output are those of tests/boot/run.py. Logs lie in
BUILD/kvm-nested/CASE/, those of the emulated machines in BUILD/kvm-nested/machine-N/. Exit code: 0
all passed, 1 something failed, 77 everything was skipped.
"""
import argparse
import queue
import re
import shutil
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import debian
from lab.kvm_nested import image, machine
from tools import ROOT
from tools.boot import cases as declared, judge, runner
from tools.machine import running, verdicts, vm

TCG_MODULE = "/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so"  # the one bqlfix.c is made for
CASE_FILE = ROOT / "tests" / "boot" / "kvm.toml"
SCRATCH = ("disk.img", "vars.fd", "initrd")


def load_cases(names: list[str] | None = None) -> list[dict]:
    return declared.choose(declared.load_cases(CASE_FILE), "", names or [])


def why_not() -> str:
    """Why this host cannot run the group; empty if it can."""
    version = debian.output(vm.find_tool("qemu-system-x86_64"), "--version")
    number = re.search(r"version (\S+)", version)[1]
    if not number.startswith("7.2."):
        return f"needs QEMU 7.2 (bqlfix.c says why), this is {number}"
    if not Path(TCG_MODULE).exists():
        return f"needs Debian's QEMU: there is no {TCG_MODULE}"
    if not shutil.which("apt-get"):
        return "needs Debian's packages: there is no apt-get"
    return ""


def fresh(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


class Group:
    """The cases of one emulated machine; every case gets exactly one result, whatever happens."""

    def __init__(self, cases: list[dict], build: Path, results: queue.Queue):
        self.cases = {case["name"]: case for case in cases}
        self.build, self.results = build, results
        self.work = build / "kvm-nested"
        self.firmware = "it did not begin"

    def run(self, base: bytes) -> None:
        out = self.work / f"machine-{declared.processors(next(iter(self.cases.values())))}"
        try:
            how = self.run_machine(fresh(out), base)
        except Exception as e:  # whatever it is, it is the result of the cases that are left
            how = f"{type(e).__name__}: {e}"
        how = how or f"the firmware was not saved: {self.firmware}"
        for name in self.cases:
            self.results.put(judge.Result(name, "failed", reasons=[f"{how} (see {out}/)"]))

    def run_machine(self, out: Path, base: bytes) -> str:
        outs = {name: fresh(self.work / name) for name in self.cases}
        try:
            return machine.run([*self.cases.values()], outs, self.build, out, base, self.ended)
        finally:
            for directory in (out, *outs.values()):
                for name in SCRATCH:
                    (directory / name).unlink(missing_ok=True)

    def ended(self, name: str, outcome: running.Outcome) -> None:
        """An inner machine has ended."""
        if name == "firmware":
            self.firmware = verdicts.failure(outcome)
            return
        out = self.work / name
        (out / "serial.log").write_text("".join(line + "\n" for line in outcome.lines))
        (out / "qemu.log").write_text(outcome.errors)
        result = judge.settle(self.cases[name], outcome, outcome.errors, out, self.build)
        del self.cases[name]
        self.results.put(result)


def run_all(cases: list[dict], build: Path, jobs: int):
    """Yields results as they come, the emulated machine with most processors first."""
    packages = image.fetch_packages(build / "kvm-nested")
    qemu = vm.find_tool("qemu-system-x86_64")
    base = image.base_archive(packages, qemu, machine.FIRMWARE)
    by_processors = defaultdict(list)
    for case in sorted(cases, key=declared.processors, reverse=True):
        by_processors[str(case["smp"])].append(case)
    results = queue.Queue()
    with ThreadPoolExecutor(jobs) as pool:
        for some in by_processors.values():
            pool.submit(Group(some, build, results).run, base)
        for _ in cases:
            yield results.get()


def run_cases(cases: list[dict], build: Path, jobs: int) -> Counter:
    if judge.validator() is None:
        raise vm.Unusable("the Python module jsonschema is missing: install python3-jsonschema")
    reason = why_not()
    if reason:
        results = (judge.Result(case["name"], "skipped", reasons=[reason]) for case in cases)
    else:
        results = run_all(cases, build.resolve(), jobs)
    return runner.report(results, len(cases), "kvm-nested")


def main() -> int:
    p = argparse.ArgumentParser(description="Run boot cases under KVM in emulated machines.")
    p.add_argument("-l", "--list", action="store_true", help="list the cases and stop")
    p.add_argument("-j", "--jobs", type=int, default=2, help="emulated machines at a time")
    p.add_argument("--build", type=Path, default=ROOT / "build")
    p.add_argument("names", nargs="*", metavar="CASE", help="only these cases")
    args = p.parse_args()
    try:
        cases = load_cases(args.names)
        if args.list:
            for case in cases:
                print(f"{case['name']:<28} smp={case['smp']}")
            return 0
        counts = run_cases(cases, args.build, args.jobs)
    except (ValueError, vm.Unusable) as e:
        print(f"kvm-nested: {e}", file=sys.stderr)
        return 1
    return runner.sum_up(counts)


if __name__ == "__main__":
    sys.exit(main())

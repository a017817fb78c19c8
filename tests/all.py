#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything that needs no special hardware: the tool behind `make test`.

Runs the unit tests of the tools' judgement (unit), the host tests (host), the guard against growth
(counts) and the boot cases (the other groups), and ends with one line that counts them all. The
group "all" runs slow cases as well, the script for a Hyper-V host with stand-ins (hyperv), and the
cases that want KVM in an emulated machine where this one's KVM cannot.
"""
import argparse
import re
import shlex
import subprocess
import sys
import unittest
from collections import Counter
from pathlib import Path

from lab.kvm_nested import nested
from lab.vtl import vtl
from tools.boot import cases as declared, runner
from tools.counts import guard
from tools.machine import vm

HERE = Path(__file__).resolve().parent
BY_NAME = {"scale-large"}  # groups that take minutes a case: only when asked for
TAP_RESULT = re.compile(r"(not )?ok\b(.*)")


def heading(text: str) -> None:
    print(f"\n# {text}", flush=True)


def run_unit() -> Counter:
    """unittest's own count of the test_*.py beside the tools and the rigs."""
    suite = unittest.TestSuite(
        unittest.TestLoader().discover(str(HERE / package), top_level_dir=str(HERE))
        for package in ("tools", "lab")
    )
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    return Counter(passed=result.testsRun - failed - skipped, failed=failed, skipped=skipped)


def count_tap(text: str, group: str = "host") -> Counter:
    """Results in TAP; a plan that was not kept counts as one failure."""
    counts = Counter()
    planned = 0
    for line in text.splitlines():
        if plan := re.match(r"1\.\.(\d+)", line):
            planned += int(plan[1])
        if found := TAP_RESULT.match(line):
            skip = re.search(r"# *skip", found[2], re.IGNORECASE)
            counts["failed" if found[1] else "skipped" if skip else "passed"] += 1
    if planned != counts.total():
        counts["failed"] += 1
        print(f"# {group}: the plan is {planned} tests, {counts.total() - 1} were reported")
    return counts


def run_host(make: str, build: Path) -> Counter:
    """The host tests through their own make target; a target that fails cannot pass."""
    results = build / "host" / "results.tap"
    results.unlink(missing_ok=True)
    status = subprocess.run([*shlex.split(make), "--no-print-directory", "host-test"]).returncode
    if not results.exists():
        print("# host: no results: the host tests could not be built or run")
        return Counter(failed=1)
    counts = count_tap(results.read_text(encoding="utf-8", errors="replace"))
    if status and not counts["failed"]:
        print(f"# host: make host-test ended with {status}")
        counts["failed"] += 1
    return counts


def run_hyperv(build: Path) -> Counter:
    """The script for a Hyper-V host under PowerShell, or one skipped test where there is none."""
    run = subprocess.Popen(
        [HERE / "hyperv" / "run.sh", build], stdout=subprocess.PIPE, text=True, errors="replace"
    )
    lines = []
    for line in run.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    counts = count_tap("".join(lines), "hyperv")
    if run.wait() and not counts["failed"]:
        print(f"# hyperv: run.sh ended with {run.returncode}")
        counts["failed"] += 1
    return counts


def run_boot(build: Path, group: str, jobs: int) -> Counter:
    try:
        cases = declared.load_cases()
        if group == "all" and not kvm_is_here():
            cases = [case for case in cases if case["group"] != "kvm"]
        if not group:
            cases = [case for case in cases if not case.get("slow")]
        if group in ("", "all"):
            cases = [case for case in cases if case["group"] not in BY_NAME]
        cases = declared.choose(cases, "" if group == "all" else group, [])
        return runner.run_cases(cases, build, jobs)
    except (ValueError, vm.Unusable) as e:
        print(f"# boot: {e}")
        return Counter(failed=1)


def run_guard(build: Path) -> Counter:
    try:
        return guard.run_counts(build)
    except (ValueError, vm.Unusable) as e:
        print(f"# counts: {e}")
        return Counter(failed=1)


def run_nested(build: Path, jobs: int) -> Counter:
    try:
        return nested.run_cases(nested.load_cases(), build, jobs)
    except (ValueError, vm.Unusable) as e:
        print(f"# kvm-nested: {e}")
        return Counter(failed=1)


def run_vtl(build: Path) -> Counter:
    try:
        return vtl.run_cases(vtl.load_cases(), build)
    except (ValueError, vm.Unusable) as e:
        print(f"# guests: {e}")
        return Counter(failed=1)


def is_boot_group(group: str) -> bool:
    """Whether boot cases are asked for; a name that nobody knows is left to their runner."""
    if group == "guests":
        return any(case["group"] == group for case in declared.load_cases())
    return group not in ("unit", "host", "hyperv", "counts", "kvm-nested")


def kvm_is_here() -> bool:
    try:
        vm.probe_kvm()
    except vm.NoKvm:
        return False
    return True


def main() -> int:
    p = argparse.ArgumentParser(description="Run all tests.")
    p.add_argument("--build", type=Path, default=Path("build"))
    p.add_argument("--make", default="make", help="the make program")
    p.add_argument(
        "--group",
        default="",
        help="unit, host, hyperv, counts, kvm-nested, guests, all or a boot group",
    )
    p.add_argument("--jobs", type=int, default=2, help="machines at a time")
    args = p.parse_args()
    total = Counter()
    if args.group in ("", "all", "unit"):
        heading("unit: the tools' judgement")
        total += run_unit()
    if args.group in ("", "all", "host"):
        heading("host: the kernel's sources on this machine")
        total += run_host(args.make, args.build)
    if args.group in ("all", "hyperv"):
        heading("hyperv: the script for a Hyper-V host, with stand-ins for Hyper-V")
        total += run_hyperv(args.build)
    if args.group in ("", "all", "counts"):
        heading("counts: what a start costs, against its bounds")
        total += run_guard(args.build)
    if is_boot_group(args.group):
        heading("boot: whole machines in QEMU")
        total += run_boot(args.build, args.group, args.jobs)
    if args.group == "kvm-nested" or args.group == "all" and not kvm_is_here():
        heading("kvm-nested: machines under KVM in an emulated machine")
        total += run_nested(args.build, args.jobs)
    if args.group in ("all", "guests"):
        heading("guests: Linux in VTL mode under the reference hypervisor")
        total += run_vtl(args.build)
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())

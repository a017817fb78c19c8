# SPDX-License-Identifier: MIT
"""Run the declared boot cases: each boots one machine in QEMU and judges what came out.

A case passes when the machine ended as declared, the report is what the case expects, and nothing
in witness.py objects. No case is tried twice. Output is TAP; what a case left behind lies in
BUILD/test/CASE/. Exit code: 0 all passed, 1 something failed, 77 everything was skipped.
"""
import argparse
import shlex
import shutil
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tools import ROOT
from tools.boot import guests, judge, secure_cases
from tools.boot.cases import MACHINE_KEYS, choose, load_cases, processors
from tools.boot.judge import Result
from tools.machine import arm64, guest, repeats, running, vm
from tools.screen import screenshot

ALONE_FROM = 64  # processors
SCRATCH = ("disk.img", "vars.fd", "vars.qcow2", "vars.bin")


def arm64_missing(images: Path) -> str:
    """Why no case of ARM64 can be run here; "" where they can."""
    if not shutil.which("qemu-system-aarch64"):
        return "there is no qemu-system-aarch64: make deps ARCH=aarch64"
    if not (images / arm64.KERNEL).exists():
        return f"there is no {arm64.KERNEL}: make ARCH=aarch64"
    return ""


def run_case(case: dict, build: Path, seconds: float | None) -> Result:
    out = build / "test" / case["name"]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    settings = {key: case[key] for key in MACHINE_KEYS if key in case}
    settings["boots"] = build / case["boots"] if "boots" in case else None
    settings |= secure_cases.settings(case, build) | guests.settings(case, build)
    images = build
    if case.get("arch") == "aarch64":
        images = build / "aarch64"
        settings["kernel"] = arm64.KERNEL
        if reason := arm64_missing(images):
            return Result(case["name"], "skipped", reasons=[reason])
    if reason := guests.missing(case, build):
        return Result(case["name"], "skipped", reasons=[reason])
    m = vm.Machine(**{**settings, "smp": str(case["smp"])}, scale=build / "qemu-scale")
    try:
        command = vm.qemu_command(m, out)
    except (vm.NoKvm, vm.OldQemu) as e:
        return Result(case["name"], "skipped", reasons=[str(e)])
    (out / "command").write_text(shlex.join(command) + "\n")
    if vm.needs_disk(m):
        files = guest.files(m, images) if m.guest else vm.image_files(m, images)
        vm.build_image(out / "disk.img", files)
    bound = seconds or case.get("seconds") or 120 + 2 * processors(case)
    camera = screenshot.Camera(case, out) if screenshot.is_due(case) else None
    halts = camera or (running.said_all if m.boots else None)
    last = case["expect"].get("halts")
    if last:
        halts = lambda lines: bool(lines) and last in lines[-1]  # noqa: E731
    if again := case["expect"].get("repeats"):
        halts = lambda lines: repeats.said(lines, again)  # noqa: E731
    if case["expect"].get("ends") == "refused":
        halts = secure_cases.refused
    outcome = running.run_qemu(command, out, bound, halts=halts, keys=case.get("keys", ()))
    log = out / ("refhv.log" if case["hv"] == "ref" else "qemu.log")
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    seen = []
    if camera:
        seen = screenshot.check(case, camera, outcome.lines)
        camera.develop()
        if outcome.ended == "halted":
            outcome.status = camera.status()  # what the exit status would have been
    result = judge.settle(case, outcome, text, out, build, seen)
    for name in SCRATCH:
        (out / name).unlink(missing_ok=True)
    return result


def run_safely(case: dict, build: Path, seconds: float | None) -> Result:
    """A case that cannot be run at all has failed; the others go on."""
    try:
        return run_case(case, build, seconds)
    except Exception as e:  # whatever it is, it is this case's result
        return Result(case["name"], "failed", reasons=[f"{type(e).__name__}: {e}"])


def print_result(number: int, result: Result, where: str = "boot") -> None:
    prefix = "not ok" if result.state == "failed" else "ok"
    note = f"# {result.seconds:.1f} s"
    if result.state == "skipped":
        note = f"# SKIP {result.reasons[0]}"
    print(f"{prefix} {number} - {where}/{result.name} {note}", flush=True)
    if result.state == "failed":
        for reason in result.reasons[:10]:
            print(f"#   {reason}", flush=True)
        if len(result.reasons) > 10:
            print(f"#   and {len(result.reasons) - 10} more in {result.name}/problems", flush=True)


def results(cases: list[dict], build: Path, jobs: int, seconds: float | None):
    """Results as they come. Machines with many processors run first, and alone: each processor is
    a thread of QEMU, and what the case is about would be the host's scheduler.
    """
    ordered = sorted(cases, key=processors, reverse=True)
    big = [case for case in ordered if processors(case) >= ALONE_FROM]
    for some, workers in ((big, 1), (ordered[len(big) :], jobs)):
        with ThreadPoolExecutor(workers) as pool:
            futures = [pool.submit(run_safely, case, build, seconds) for case in some]
            for future in as_completed(futures):
                yield future.result()


def report(some, total: int, where: str = "boot") -> Counter:
    """Print results as TAP, as they come; return how many passed, failed, were skipped."""
    counts = Counter(passed=0, failed=0, skipped=0)
    print("TAP version 13")
    print(f"1..{total}", flush=True)
    for number, result in enumerate(some, 1):
        counts[result.state] += 1
        print_result(number, result, where)
    return counts


def sum_up(counts: Counter) -> int:
    """The last line, and the exit code."""
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] else 0 if counts["passed"] else 77


def run_cases(cases: list[dict], build: Path, jobs: int, seconds: float | None = None) -> Counter:
    """Run cases, the big ones first."""
    if judge.validator() is None:
        raise vm.Unusable("the Python module jsonschema is missing: install python3-jsonschema")
    return report(results(cases, build, jobs, seconds), len(cases))


def main() -> int:
    p = argparse.ArgumentParser(description="Run boot cases in QEMU.")
    p.add_argument("-g", "--group", default="", help="only the cases of this group")
    p.add_argument("-l", "--list", action="store_true", help="list the cases and stop")
    p.add_argument("-j", "--jobs", type=int, default=2, help="machines at a time")
    p.add_argument("-t", "--timeout", type=float, help="seconds a case (default: by processors)")
    p.add_argument("--build", type=Path, default=ROOT / "build")
    p.add_argument("--cases", type=Path, action="append", help="a file of cases (default: all)")
    p.add_argument("names", nargs="*", metavar="CASE", help="only these cases")
    args = p.parse_args()
    try:
        cases = choose(load_cases(*(args.cases or [])), args.group, args.names)
        if args.list:
            for case in cases:
                print(f"{case['group']:<10} {case['name']:<28} hv={case['hv']} smp={case['smp']}")
            return 0
        counts = run_cases(cases, args.build, args.jobs, args.timeout)
    except (ValueError, vm.Unusable) as e:
        print(f"tests/boot/run.py: {e}", file=sys.stderr)
        return 1
    return sum_up(counts)


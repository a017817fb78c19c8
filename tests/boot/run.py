#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the declared boot cases: each boots one machine in QEMU and judges what came out.

A case passes when the machine ended as declared, the report is what the case expects, and nothing
in witness.py objects. No case is tried twice. Output is TAP; what a case left behind lies in
BUILD/test/CASE/. Exit code: 0 all passed, 1 something failed, 77 everything was skipped.
"""
import argparse
import json
import re
import shlex
import shutil
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]
import bench  # noqa: E402
import conformance  # noqa: E402
import expect  # noqa: E402
import running  # noqa: E402
import screenshot  # noqa: E402
import secure_cases  # noqa: E402
import symbols  # noqa: E402
import verdicts  # noqa: E402
import vm  # noqa: E402
import witness  # noqa: E402

try:
    import tomllib
except ImportError:
    sys.exit("the tests need Python 3.11 or newer (tomllib)")

CASE_FILES = sorted(HERE.glob("*.toml"))
MACHINE_KEYS = {
    "hv", "smp", "mem", "cmdline", "refhv", "cpu", "machine", "extra", "serial", "boots", "attach",
    "screen",
}  # fmt: skip
CASE_KEYS = MACHINE_KEYS | {"name", "group", "keys", "slow"} | secure_cases.KEYS
ALONE_FROM = 64  # processors
SCRATCH = ("disk.img", "vars.fd", "vars.qcow2", "vars.bin")


@dataclass
class Result:
    name: str
    state: str  # passed | failed | skipped
    seconds: float = 0
    reasons: list[str] = field(default_factory=list)


def load_cases(*paths: Path) -> list[dict]:
    """The declared cases; a mistake in the declaration is an error, never a silent pass."""
    cases = [case for path in paths for case in tomllib.loads(path.read_text())["case"]]
    for name, count in Counter(case.get("name") for case in cases).items():
        if count > 1:
            raise ValueError(f"{count} cases have the name {name}")
    for case in cases:
        unknown = set(case) - CASE_KEYS - {"expect"}
        missing = {"name", "group", "hv", "smp", "expect"} - set(case)
        if unknown or missing:
            what = f"unknown keys {unknown}, missing keys {missing}"
            raise ValueError(f"case {case.get('name')}: {what}")
        check_media(case)
        expect.check_keys(case["name"], case["expect"])
    return cases


def check_media(case: dict) -> None:
    """ValueError if a case says of boot media what cannot be done with them."""
    attach, steps = case.get("attach", "virtio"), case.get("keys", [])
    if attach not in vm.ATTACH:
        raise ValueError(f"{case['name']}: attach is {attach}, must be one of {sorted(vm.ATTACH)}")
    if "boots" not in case and {"attach", "keys"} & set(case):
        raise ValueError(f"{case['name']}: attach and keys go with boots")
    if "boots" in case and "cmdline" in case:
        raise ValueError(f"{case['name']}: boot media bring their own cmdline")
    if case["hv"] == "ref" and case.get("boots", ".iso")[-4:] != ".iso":
        raise ValueError(f"{case['name']}: the reference hypervisor starts GRUB, for an .iso only")
    if not all(len(step) == 2 and all(isinstance(word, str) and word for word in step) for step in steps):
        raise ValueError(f"{case['name']}: keys must be pairs, a text to wait for and what to type")


def processors(case: dict) -> int:
    return vm.processors(str(case["smp"]))


def validator(kind: str = "report"):
    """The schema's validator, or None where python3-jsonschema is not installed."""
    try:
        import jsonschema
    except ImportError:
        return None
    schema = json.loads((ROOT / "docs" / f"{kind}.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def schema_complaints(report: dict, kind: str = "report") -> list[str]:
    return [
        f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(kind).iter_errors(report)
    ]


def exit_status(outcome: running.Outcome) -> int | None:
    """QEMU's exit status; of a machine that halted, the one that its last line stands for."""
    if outcome.ended != "halted":
        return outcome.status
    return witness.EXIT_STATUS[running.END_OF_OUTPUT.match(outcome.lines[-1])[1]]


MODES = {"conformance": conformance, "bench": bench}  # modes with a machine line and a judge of their own


def judge_mode(case: dict, outcome: running.Outcome, events: list) -> tuple[dict | None, list]:
    """What such a mode prints instead of the report, and what is wrong with it."""
    kind = case["expect"]["ends"]
    mode = MODES[kind]
    failure = verdicts.failure(outcome)
    wrong = [failure] if failure else []
    try:
        result = verdicts.find_report(outcome.lines, kind)
    except ValueError as e:
        return None, wrong + [str(e)] + [e.text for e in events if e.name in witness.FORBIDDEN]
    invalid = schema_complaints(result, kind)
    if invalid:
        return result, wrong + invalid
    wrong += mode.check(result, outcome.lines, exit_status(outcome))
    if case["hv"] == "ref" and "log=errors" in case.get("refhv", []):
        wrong += witness.check_errors_only(events)
    elif case["hv"] == "ref":
        wrong += mode.check_witness(result, events)
    return result, wrong + mode.compare(case["expect"], result)


def judge(case: dict, outcome: running.Outcome, log: str, build: Path) -> tuple[dict | None, list[str]]:
    """The report, and everything that is wrong with this run."""
    events = witness.parse_log(log)
    texts = expect.compare_texts(case["expect"], outcome.lines, log.splitlines())
    if case["expect"].get("ends") in witness.ENDS:
        ends = case["expect"]["ends"]
        stack = symbols.frames(outcome.lines, build / "hvsmp.so")
        texts += expect.compare_stack(case["expect"], stack)
        return None, witness.check_panic(events, outcome.status, ends) + texts
    if case["expect"].get("ends") == "refused":
        return None, secure_cases.check_refused(outcome) + texts
    if case["expect"].get("ends") == "silent":
        return None, witness.check_silent(events, outcome, processors(case)) + texts
    if case["expect"].get("ends") in MODES:
        result, wrong = judge_mode(case, outcome, events)
        return result, wrong + texts
    failure = verdicts.failure(outcome)
    wrong = [failure] if failure else []
    try:
        report = verdicts.find_report(outcome.lines)
    except ValueError as e:
        log_complaints = [e.text for e in events if e.name in witness.FORBIDDEN]
        return None, wrong + [str(e)] + log_complaints
    invalid = schema_complaints(report)
    if invalid:
        return report, wrong + invalid
    by_firmware = bool(re.search(r"\bexit=(reset|poweroff)\b", case.get("cmdline", "")))
    wrong += witness.check_sets(report)
    wrong += witness.check_exit(report, exit_status(outcome), by_firmware)
    wrong += witness.check_tap(report, outcome.lines)
    if case["hv"] == "ref":
        wrong += witness.check_witness(report, events, case["expect"].get("apic_ids"))
        wrong += witness.check_no_crash(events)
        if case["expect"].get("linear"):
            wrong += witness.check_costs(events)
    else:
        wrong += witness.check_without_hypervisor(report)
    wrong += expect.check_bound(case.get("cmdline", ""), report)
    wrong = expect.excuse(case["expect"], wrong)
    return report, wrong + texts + expect.compare(case["expect"], processors(case), report)


def settle(
    case: dict, outcome: running.Outcome, log: str, out: Path, build: Path, seen: list[str] = []
) -> Result:
    """Judge what came out of a machine and leave the judgement beside its logs."""
    report, wrong = judge(case, outcome, log, build)
    if "boots" in case and outcome.ended != "halted":
        wrong.append("the machine did not halt after the report, as boot media must by default")
    wrong += seen  # what is wrong with its screen
    if report is not None:
        (out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    if wrong:
        (out / "problems").write_text("".join(line + "\n" for line in wrong))
    return Result(case["name"], "failed" if wrong else "passed", outcome.seconds, wrong)


def run_case(case: dict, build: Path, seconds: float | None) -> Result:
    out = build / "test" / case["name"]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    settings = {key: case[key] for key in MACHINE_KEYS if key in case}
    settings["boots"] = build / case["boots"] if "boots" in case else None
    settings |= secure_cases.settings(case, build)
    m = vm.Machine(**{**settings, "smp": str(case["smp"])}, scale=build / "qemu-scale")
    try:
        command = vm.qemu_command(m, out)
    except (vm.NoKvm, vm.OldQemu) as e:
        return Result(case["name"], "skipped", reasons=[str(e)])
    (out / "command").write_text(shlex.join(command) + "\n")
    if vm.needs_disk(m):
        vm.build_image(out / "disk.img", vm.image_files(m, build))
    bound = seconds or 120 + 2 * processors(case)
    camera = screenshot.Camera(case, out) if screenshot.is_due(case) else None
    halts = camera or (running.said_all if m.boots else None)
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
    result = settle(case, outcome, text, out, build, seen)
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


def run_cases(cases: list[dict], build: Path, jobs: int, seconds: float | None = None) -> Counter:
    """Run cases, the big ones first; print TAP; return how many passed, failed, were skipped."""
    counts = Counter(passed=0, failed=0, skipped=0)
    if validator() is None:
        raise vm.Unusable("the Python module jsonschema is missing: install python3-jsonschema")
    print("TAP version 13")
    print(f"1..{len(cases)}", flush=True)
    for number, result in enumerate(results(cases, build, jobs, seconds), 1):
        counts[result.state] += 1
        print_result(number, result)
    return counts


def choose(cases: list[dict], group: str, names: list[str]) -> list[dict]:
    chosen = [case for case in cases if not group or case["group"] == group]
    chosen = [case for case in chosen if not names or case["name"] in names]
    unknown = set(names) - {case["name"] for case in chosen}
    if unknown or not chosen:
        groups = sorted({case["group"] for case in cases})
        raise ValueError(f"no such case: {' '.join(sorted(unknown)) or group}; groups: {groups}")
    return chosen


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
        cases = choose(load_cases(*(args.cases or CASE_FILES)), args.group, args.names)
        if args.list:
            for case in cases:
                print(f"{case['group']:<10} {case['name']:<28} hv={case['hv']} smp={case['smp']}")
            return 0
        counts = run_cases(cases, args.build, args.jobs, args.timeout)
    except (ValueError, vm.Unusable) as e:
        print(f"tests/boot/run.py: {e}", file=sys.stderr)
        return 1
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] else 0 if counts["passed"] else 77


if __name__ == "__main__":
    sys.exit(main())

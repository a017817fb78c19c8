# SPDX-License-Identifier: MIT
"""What came out of a machine, held against what its case expects and against the witness."""
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT
from tools.boot import (
    bench, conformance, expect, guests, hand_off, psci_witness, secure_cases, witness,
)  # fmt: skip
from tools.boot.cases import processors
from tools.machine import backtrace, repeats, running, verdicts


@dataclass
class Result:
    name: str
    state: str  # passed | failed | skipped
    seconds: float = 0
    reasons: list[str] = field(default_factory=list)


def schema_of(result: dict, kind: str) -> str:
    """Which file of docs/ describes it."""
    return "report-arm64" if result.get("schema") == verdicts.ARM64_REPORT else kind


def alike(report: dict) -> dict:
    """A report of ARM64 with x86-64's name of what is the same thing there."""
    for cpu in report["cpus"]:
        if "mpidr" in cpu:
            cpu["apic_id"] = cpu.pop("mpidr")
    return report


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
        for error in validator(schema_of(report, kind)).iter_errors(report)
    ]


def exit_status(outcome: running.Outcome) -> int | None:
    """QEMU's exit status; of a machine that halted, the one that its verdict stands for."""
    if outcome.ended != "halted":
        return outcome.status
    said = [match for match in map(running.END_OF_OUTPUT.match, outcome.lines) if match]
    return witness.EXIT_STATUS[said[-1][1]]


BY_FIRMWARE = re.compile(r"\bexit=(reset|poweroff)\b")  # no exit status of the kernel's

# Modes with a machine line and a judge of their own.
MODES = {"conformance": conformance, "bench": bench}


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


def check_spoils(spoils: list[str], lines: list[str]) -> list[str]:
    """Each is said before it is done, and nothing that follows is told on."""
    said = [line.partition("spoil: ")[2] for line in lines if "spoil: " in line]
    return [f"not spoilt: {spoil}" for spoil in spoils if spoil not in said] + [
        text for text in said if text.startswith(("error", "violation"))
    ]


def check_stopped(events: list, outcome: running.Outcome) -> list[str]:
    """The reference hypervisor stops with an error, and has started nothing."""
    due, wrong = verdicts.EXIT_REFHV_ERROR, []
    if outcome.status != due:
        wrong.append(f"QEMU's exit status is {outcome.status}, must be {due} for an error")
    if [event.name for event in events] != ["error"]:
        wrong.append(f"one error must be all of the log: {[event.text for event in events]}")
    return wrong


def every_run(case: dict, outcome: running.Outcome, events: list, report: dict) -> list[str]:
    """What is wrong with a run whose report is valid, whatever its case expects."""
    expected = case.get("expect", {})
    by_firmware = bool(BY_FIRMWARE.search(case.get("cmdline", ""))) and "halts" not in expected
    wrong = witness.check_sets(report)
    if hand_off.is_done(case, report):
        events, after = hand_off.split(events) if case["hv"] == "ref" else ([], [])
        wrong += hand_off.check(case, report, after, outcome.status)
    else:
        wrong += witness.check_exit(report, exit_status(outcome), by_firmware)
        wrong += hand_off.check_kept(report)
    wrong += witness.check_tap(report, hand_off.own_lines(case, outcome.lines))
    if case["hv"] == "ref" and case.get("arch") == "aarch64":
        wrong += psci_witness.check(report, events, expected.get("apic_ids"))
        wrong += witness.check_no_crash(events)
    elif case["hv"] == "ref":
        wrong += witness.check_witness(report, events, expected.get("apic_ids"))
        wrong += witness.check_no_crash(events)
        if expected.get("linear"):
            wrong += witness.check_costs(events)
    else:
        wrong += witness.check_without_hypervisor(report)
    return wrong + expect.check_bound(case.get("cmdline", ""), report)


def judge_report(
    case: dict, outcome: running.Outcome, events: list
) -> tuple[dict | None, list[str]]:
    """The report, if there is a valid one, and what is wrong with any run that has one."""
    failure = verdicts.failure(outcome)
    wrong = [failure] if failure else []
    try:
        report = verdicts.find_report(hand_off.own_lines(case, outcome.lines))
    except ValueError as e:
        told = [event.text for event in events if event.name in witness.FORBIDDEN]
        return None, wrong + [str(e)] + told
    invalid = schema_complaints(report)
    if invalid:
        return None, wrong + invalid
    report = alike(report)
    return report, wrong + every_run(case, outcome, events, report)


def judge(
    case: dict, outcome: running.Outcome, log: str, build: Path
) -> tuple[dict | None, list[str]]:
    """The report, and everything that is wrong with this run."""
    events = witness.parse_log(log)
    texts = expect.compare_texts(case["expect"], outcome.lines, log.splitlines())
    texts += check_spoils(case.get("spoil", []), outcome.lines)
    if case["expect"].get("ends") in witness.ENDS:
        ends = case["expect"]["ends"]
        arm = case.get("arch") == "aarch64"
        elf = build / ("aarch64/hvsmp-aa64.so" if arm else "hvsmp.so")
        stack = backtrace.frames(outcome.lines, elf)
        texts += expect.compare_stack(case["expect"], stack)
        by_firmware = bool(BY_FIRMWARE.search(case.get("cmdline", "")))
        return None, witness.check_panic(events, outcome.status, ends, by_firmware) + texts
    if case["expect"].get("ends") == "stopped":
        return None, check_stopped(events, outcome) + texts
    if case["expect"].get("ends") == "refused":
        return None, secure_cases.check_refused(outcome) + texts
    if case["expect"].get("ends") == "payload":
        return None, hand_off.check_left(outcome, events) + texts
    if case["expect"].get("ends") == "silent":
        return None, witness.check_silent(events, outcome, processors(case)) + texts
    if case["expect"].get("ends") == "guest":
        return None, guests.check(case, outcome, log) + texts
    if case["expect"].get("ends") in MODES:
        result, wrong = judge_mode(case, outcome, events)
        return result, wrong + texts
    report, wrong = judge_report(case, outcome, events)
    if report is None:
        return None, wrong
    wrong = expect.excuse(case["expect"], wrong)
    return report, wrong + texts + expect.compare(case["expect"], processors(case), report)


def settle(
    case: dict, outcome: running.Outcome, log: str, out: Path, build: Path, seen: list[str] = []
) -> Result:
    """Judge what came out of a machine and leave the judgement beside its logs."""
    due = case["expect"].get("repeats", 0)
    again = repeats.check(outcome.lines, due, case.get("cmdline", ""))
    outcome.lines, _ = repeats.split(outcome.lines)
    report, wrong = judge(case, outcome, log, build)
    wrong += again
    if "boots" in case and outcome.ended != "halted":
        wrong.append("the machine did not halt after the report, as boot media must by default")
    wrong += seen  # what is wrong with its screen
    if report is not None:
        (out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    if wrong:
        (out / "problems").write_text("".join(line + "\n" for line in wrong))
    return Result(case["name"], "failed" if wrong else "passed", outcome.seconds, wrong)

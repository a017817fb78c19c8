# SPDX-License-Identifier: MIT
"""What a finished run says: the kernel's report, or why there is none; the verdict."""
import json
import re

from tools.machine.running import Outcome

# How the kernel and the reference hypervisor leave QEMU (isa-debug-exit returns 2 * value + 1).
EXIT_VERDICTS = {33: "ok", 35: "degraded", 37: "failed"}
EXIT_PANIC, EXIT_REFHV_ERROR, EXIT_GUEST_SHUTDOWN = 39, 253, 255
EXIT_SPOIL_ERROR = 251  # tests/spoil/text.c

VERSIONS = {"report": 2, "conformance": 2, "bench": 1}  # of the schemas
ARM64_REPORT = "hvsmp-report-arm64/1"
MACHINE_LINE = re.compile(r"@(report|conformance|bench) ")
FIRMWARE_CHATTER = re.compile(r"BdsDxe: (loading|starting) Boot\d+")


def report_kind(cmdline: str) -> str:
    """Which machine line the kernel is to print: @report, @conformance or @bench."""
    modes = re.findall(r"(?:^|\s)mode=(conformance|bench)(?=\s|$)", cmdline)
    return modes[-1] if modes else "report"


def find_report(lines: list[str], kind: str = "report") -> dict:
    """The report in the serial output; ValueError says what is wrong with it."""
    mark = f"@{kind} "
    found = [line[len(mark) :] for line in lines if line.startswith(mark)]
    if not found:
        raise ValueError(f"the kernel printed no {kind}")
    if len(found) > 1:
        raise ValueError(f"the kernel printed {len(found)} {kind}s")
    try:
        report = json.loads(found[0])
    except json.JSONDecodeError as e:
        raise ValueError(f"the {kind} is not JSON: {e}") from None
    schema = f"hvsmp-{kind}/{VERSIONS[kind]}"
    schemas = {schema, ARM64_REPORT} if kind == "report" else {schema}
    if not isinstance(report, dict) or report.get("schema") not in schemas:
        raise ValueError(f"the {kind} is not of the schema {schema}")
    if report.get("verdict") not in EXIT_VERDICTS.values():
        raise ValueError(f"the {kind}'s verdict is {report.get('verdict')!r}")
    return report


def failure(outcome: Outcome) -> str:
    """Why a run is no result at all, in one line; empty if the exit status is one of a kernel."""
    last = next((line for line in reversed(outcome.lines) if line), "nothing")
    if outcome.awaited:
        return (
            f"'{outcome.awaited}' never came, so its keys were not typed; the last line was: {last}"
        )
    if outcome.ended == "time-out":
        return f"time-out after {outcome.seconds:.0f} s; the last serial line was: {last}"
    status = outcome.status
    if status == EXIT_PANIC:
        return "the kernel panicked"
    if status == EXIT_GUEST_SHUTDOWN:
        return "a processor shut down (triple fault)"
    if status == EXIT_REFHV_ERROR:
        return "the reference hypervisor gave up"
    if status == EXIT_SPOIL_ERROR:
        return f"the machine could not be spoilt: {last}"
    if status == 0 and not any(map(MACHINE_LINE.match, outcome.lines)):
        return f"the machine reset or powered off without a report; the last line was: {last}"
    if status in (None, 0) or status in EXIT_VERDICTS:
        return ""
    errors = [line for line in outcome.errors.splitlines() if line.strip()]
    return f"QEMU failed with status {status}: {errors[-1] if errors else 'no message'}"


def verdict_of(outcome: Outcome, report: dict) -> str:
    """The report's verdict; ValueError if QEMU's exit status says otherwise."""
    told = EXIT_VERDICTS.get(outcome.status, report["verdict"])
    if told != report["verdict"]:
        raise ValueError(f"the report says {report['verdict']}, the exit status says {told}")
    return told

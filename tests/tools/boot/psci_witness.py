# SPDX-License-Identifier: MIT
"""ARM64's report against refhv.log: every processor that came is in both, by one CPU_ON."""
from collections import defaultdict

from tools.boot.witness import FORBIDDEN, Event

CAME = ("online", "late", "mismatch")


def check_start(cpu: dict, calls: list[Event], runs: list[Event], mpidr_of: dict) -> list[str]:
    """One processor: the CPU_ONs that were accepted for it, and what its own VP has said."""
    due = int(cpu["role"] == "ap" and cpu["verdict"] in CAME)
    wrong = []
    if len(runs) != due:
        wrong.append(f"{cpu['verdict']}, the log has {len(runs)} runs")
    if len(calls) != due:
        wrong.append(f"{cpu['verdict']}, the log has {len(calls)} accepted CPU_ONs")
    wrong += [
        f"method is {cpu['method']}: {run.text}"
        for run in runs if run.fields.get("method") != cpu["method"]
    ]  # fmt: skip
    wrong += [
        f"started_by is {cpu['started_by']}: {call.text}"
        for call in calls if mpidr_of.get(call.number("vp")) != cpu["started_by"]
    ]  # fmt: skip
    return wrong


def check(report: dict, events: list[Event]) -> list[str]:
    """Everything in which the two disagree."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN]
    starts = [event for event in events if event.name == "start"]
    if len(starts) != 1:
        return wrong + [f"log: {len(starts)} start events"]
    mpidrs, indexes = starts[0].numbers("mpidrs"), starts[0].numbers("vp_indexes")
    if not len(mpidrs) == len(indexes) == len(set(mpidrs)) == len(set(indexes)):
        return wrong + [f"log: no one-to-one map in: {starts[0].text}"]
    seen = {cpu["apic_id"] for cpu in report["cpus"] if cpu["verdict"] != "absent"}
    if seen != set(mpidrs):
        wrong.append(f"the report has mpidr {sorted(seen)}, the log {sorted(mpidrs)}")
    mpidr_of = dict(zip(indexes, mpidrs))
    calls, runs = defaultdict(list), defaultdict(list)
    for event in events:
        if event.name == "run":
            target, kind = event.number("vp"), runs
        elif event.name == "cpu_on" and event.number("accepted") == 1:
            target, kind = event.number("target_vp"), calls
        else:
            continue
        kind[event.number("mpidr")].append(event)
        if mpidr_of.get(target) != event.number("mpidr"):
            wrong.append(f"log: VP {target} is not that of this MPIDR: {event.text}")
    for cpu in report["cpus"]:
        mpidr = cpu["apic_id"]
        said = check_start(cpu, calls[mpidr], runs[mpidr], mpidr_of)
        wrong += [f"mpidr {mpidr}: {text}" for text in said]
    return wrong

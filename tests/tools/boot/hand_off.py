# SPDX-License-Identifier: MIT
"""Cases with a payload: what the kernel has said ends where the payload goes on.

Up to there a run is judged as any other. Behind it the machine is the payload's: how it ends, and
that no processor that waits at the mailbox was woken by anything else, is all that is looked at.
"""
import re

from tools.boot import witness

GOES_ON = re.compile(r"(\[ *\d+\.\d+\] )?payload: goes on$")
POWERED_OFF = 0  # QEMU's status


def is_done(case: dict, report: dict) -> bool:
    """Were the processors handed over?"""
    return "payload" in case and report["payload"] is not None and not report["payload"]["reason"]


def own_lines(case: dict, lines: list[str]) -> list[str]:
    """The kernel's lines, without the payload's."""
    ends = [i for i, line in enumerate(lines) if GOES_ON.match(line)] if "payload" in case else []
    return lines[: ends[0] + 1] if ends else lines


def split(events: list) -> tuple[list, list]:
    """The log of the bring-up, which ends with the guest OS id taken back, and what came then."""
    ends = [
        i for i, event in enumerate(events)
        if event.name == "msr_write" and event.fields.get("name") == "GUEST_OS_ID"
        and event.number("value") == 0
    ]  # fmt: skip
    end = ends[0] + 1 if ends else len(events)
    return events[:end], events[end:]


def check(case: dict, report: dict, after: list, status: int | None) -> list[str]:
    """after: the log behind the bring-up, empty where there is none."""
    due = case["expect"].get("payload_status", POWERED_OFF)
    wrong = [] if status == due else [f"the payload ended with {status}, not {due}"]
    handed = {cpu["apic_id"] for cpu in report["cpus"] if cpu["handed_over"]}
    online = {cpu["apic_id"] for cpu in report["cpus"] if cpu["verdict"] == "online"}
    if handed != online:
        wrong.append(f"{sorted(handed)} are handed over, {sorted(online)} are online")
    for event in after:
        woken = event.name in ("init", "sipi") and event.number("apic_id") in handed
        if event.name in witness.FORBIDDEN or (woken and not case["expect"].get("payload_status")):
            wrong.append(f"log: {event.text}")
    return wrong


def check_kept(report: dict) -> list[str]:
    """Without a hand-over nobody is handed over."""
    handed = [cpu["apic_id"] for cpu in report["cpus"] if cpu["handed_over"]]
    return [f"{handed} are handed over, without a payload"] if handed else []


def check_left(outcome, events: list) -> list[str]:
    """A payload to which nothing is handed over runs all the same, and there is no report."""
    wrong = [f"log: {event.text}" for event in events if event.name in witness.FORBIDDEN]
    wrong += [line for line in outcome.lines if line.startswith("@report ")]
    if outcome.status != POWERED_OFF:
        wrong.append(f"the payload ended with {outcome.status}, not {POWERED_OFF}")
    return wrong

# SPDX-License-Identifier: MIT
"""Linux's own account of its processors, held against the reference hypervisor's.

Pure functions from texts to complaints. Neither program knows the other; what both say of the same
processor must agree.
"""
import re

from tools.boot import witness
from tools.machine import running

ENABLE_VTL, GET_REGISTERS = 0x0F, 0x50  # TLFS, hypercall codes
SUCCESS, ALREADY_ENABLED = 0x0000, 0x0086  # TLFS, HV_STATUS
VSM_VP_STATUS = "0x000d0003:0x70002"  # active: 2; enabled: 0, 1 and 2
VTL = 2
ROUNDS = 2  # each processor but the first is started at boot, and once it was taken off
BRINGUP = (witness.GET_VP_INDEX, ENABLE_VTL, witness.START_VP)
BROUGHT_UP = re.compile(r"smp: Brought up \d+ nodes?, (\d+) CPUs?$")
BOOTING = re.compile(r"smpboot: Booting Node \d+ Processor (\d+) APIC 0x([0-9a-f]+)$")


def numbers(line: str) -> dict[str, int]:
    """A line of init.c: `@vtl cpu=1 off=1 on=1`."""
    return {key: int(value) for key, value in re.findall(r"(\w+)=(-?\d+)", line)}


def check_linux(case: dict, lines: list[str]) -> list[str]:
    """What Linux and its first process say is what the case's machine is."""
    cpus = int(case["smp"])
    said = [line.partition("@vtl ")[2] for line in lines if "@vtl " in line]
    due = [f"cpus={cpus}"]
    if exits := case.get("exits"):
        due.append(f"storm={exits} cpus={cpus} good={cpus}")
    due += [f"cpu={cpu} off=1 on=1" for cpu in range(1, cpus)] + ["done"]
    wrong = []
    if said != due:
        wrong.append(f"the first process said {said}, not {due}")
    up = [int(match[1]) for match in map(BROUGHT_UP.search, lines) if match]
    if up != [cpus]:
        wrong.append(f"Linux brought up {up} processors, not {cpus}")
    return wrong


def check_status(events: list[witness.Event]) -> list[str]:
    """It asked where it is, once, and was told."""
    asked = [event for event in events if event.is_call(GET_REGISTERS)]
    answers = [event.fields.get("registers", "") for event in asked]
    return [] if answers == [VSM_VP_STATUS] else [f"0x50 answered {answers}, not {VSM_VP_STATUS}"]


def check_starts(cpus: int, events: list[witness.Event], lines: list[str]) -> list[str]:
    """Each processor, each time: 0x9A, 0x0F, 0x99 in this order and of the same VP, and it runs."""
    starts = [event for event in events if event.name == "start"]
    if len(starts) != 1:
        return [f"{len(starts)} lines say what the partition is"]
    vp_of = dict(zip(starts[0].numbers("apic_ids"), starts[0].numbers("vp_indexes")))
    calls = [event for event in events if any(map(event.is_call, BRINGUP))]
    wrong, started = [], []
    for i in range(0, len(calls), len(BRINGUP)):
        mapped, enabled, start = [*calls[i : i + 3], None, None][:3]
        if not (start and mapped.is_call(BRINGUP[0]) and start.is_call(BRINGUP[2])):
            return wrong + [f"the calls from {mapped.text[:60]} on are not 0x9A, 0x0F, 0x99"]
        apic = mapped.numbers("apic_ids")
        told = mapped.numbers("vp_indexes")
        first = apic and apic[0] not in started
        started += apic
        wrong += check_start(apic, told, vp_of, enabled, start, first)
    if sorted(started) != sorted([*vp_of][1:] * ROUNDS):
        wrong.append(f"the processors started are {started}")
    wrong += check_runs(events)
    again = [int(match[2], 16) for match in map(BOOTING.search, lines) if match]
    if again[1 - cpus :] != started[cpus - 1 :]:
        wrong.append(f"Linux says that it started {again} again, by the log {started[cpus - 1:]}")
    return wrong


def check_runs(events: list[witness.Event]) -> list[str]:
    """Each start is followed by one run of the same processor; several may be on their way."""
    wrong, due = [], []
    for event in events:
        apic = event.number("apic_id")
        if event.is_call(witness.START_VP) and event.number("status") == SUCCESS:
            due.append(apic)
        elif event.name == "run" and apic not in due:
            wrong.append(f"processor {apic} runs without a start")
        elif event.name == "run":
            due.remove(apic)
    return wrong + ([f"started, and never ran: {due}"] if due else [])


def check_start(apic, told, vp_of, enabled, start, first) -> list[str]:
    """One processor's three calls; `first`: it never had VTL 2 before."""
    wrong = []
    if told != [vp_of.get(one) for one in apic] or len(apic) != 1:
        wrong.append(f"0x9A made {told} of {apic}")
    due = SUCCESS if first else ALREADY_ENABLED
    for what, event, status in (("0x0F", enabled, due), ("0x99", start, SUCCESS)):
        seen = (event.numbers("target_vp"), event.number("target_vtl"), event.number("status"))
        if seen != (told, VTL, status):
            wrong.append(f"{what} for VP {told}: VP, VTL, status are {seen}, status due {status}")
    return wrong


def check(case: dict, outcome: running.Outcome, log: str) -> list[str]:
    """Everything that is wrong with a run."""
    events = witness.parse_log(log)
    wrong = [event.text for event in events if event.name in witness.FORBIDDEN | {"init", "sipi"}]
    if outcome.status != witness.ENDED_BY_FIRMWARE:
        last = next((line for line in reversed(outcome.lines) if line), "nothing")
        how = outcome.ended or f"status {outcome.status}"
        wrong.append(f"it did not power off ({how}); its last line was: {last}")
    wrong += check_linux(case, outcome.lines) + check_status(events)
    return wrong + check_starts(int(case["smp"]), events, outcome.lines)

# SPDX-License-Identifier: MIT
"""ARM64's report against refhv.log: as x86-64's, and what only ARM64 has."""
from collections import defaultdict

from tools.boot import witness
from tools.boot.witness import Event

SET_VP_REGISTERS, GUEST_OS_ID = 0x51, 0x90002  # TLFS, hypercall codes and register names
NAMES = {"mpidrs": "apic_ids", "mpidr": "apic_id", "sp": "rsp"}


def alike(events: list[Event]) -> list[Event]:
    """Events of ARM64 by x86-64's names of what is the same thing there."""
    told = []
    for event in events:
        fields = {NAMES.get(key, key): value for key, value in event.fields.items()}
        name = "sipi" if event.name == "cpu_on" else event.name
        told.append(Event(name, event.text, fields))
        if event.is_call(SET_VP_REGISTERS) and event.number("register") == GUEST_OS_ID:
            ok = event.number("status") == witness.SUCCESS
            fields = fields | {"name": "GUEST_OS_ID", "result": "ok" if ok else "refused"}
            told.append(Event("msr_write", event.text, fields))
    return told


def check_uids(report: dict, start: Event) -> list[str]:
    """The report's UIDs are those of the MADT that was installed."""
    uid_of = dict(zip(start.numbers("mpidrs"), start.numbers("uids")))
    return [
        f"mpidr {cpu['apic_id']}: uid is {cpu['uid']}, the MADT's is {uid_of[cpu['apic_id']]}"
        for cpu in report["cpus"]
        if cpu["uid"] != uid_of.get(cpu["apic_id"], cpu["uid"])
    ]


def check_starters(report: dict, events: list[Event], start: Event) -> list[str]:
    """Who is said to have started a processor by PSCI is who made the CPU_ON that was accepted."""
    mpidr_of = dict(zip(start.numbers("vp_indexes"), start.numbers("mpidrs")))
    starters = defaultdict(set)
    for event in events:
        if event.name == "cpu_on" and event.number("accepted") == 1:
            starters[event.number("mpidr")].add(mpidr_of.get(event.number("vp")))
    return [
        f"mpidr {cpu['apic_id']}: started_by is {cpu['started_by']}, the log says {told}"
        for cpu in report["cpus"]
        if cpu["method"] == "psci" and (told := starters[cpu["apic_id"]])
        and cpu["started_by"] not in told
    ]  # fmt: skip


def check(report: dict, events: list[Event], listed: list | None = None) -> list[str]:
    """Everything in which the two disagree."""
    told = alike(events)
    # Before there is an OS id VP_INDEX is not to be read.
    has_os_id = any(event.name == "msr_write" and event.number("value") for event in told)
    wrong = witness.check_witness(report, told, listed, tells_vp=has_os_id)
    starts = [event for event in events if event.name == "start"]
    if len(starts) != 1:
        return wrong
    return wrong + check_uids(report, starts[0]) + check_starters(report, events, starts[0])

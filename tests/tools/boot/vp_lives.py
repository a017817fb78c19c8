# SPDX-License-Identifier: MIT
"""The lives of VPs in the log of ARM64's reference hypervisor, whoever the guest was.

A guest of others leaves no report; this is what its log must say of any that uses all processors.
"""
from collections import defaultdict

from tools.boot.witness import FORBIDDEN, Event

VP_INDEX = 0x90003
HYPERCALL = "hypercall"


def check_life(vp: int, events: list[Event], is_boot: bool, has_crashed: bool) -> list[str]:
    """One VP: started by one CPU_ON, then running, then off, and so on; it ends running, but a
    guest that crashes may take its others off.
    """
    due = "cpu_off" if is_boot else "cpu_on"
    after = {"cpu_on": "run", "run": "cpu_off", "cpu_off": "cpu_on"}
    for event in events:
        if event.name != due:
            return [f"VP {vp}: {due} was due: {event.text}"]
        due = after[due]
    if due == "cpu_off" or has_crashed and events and due == "cpu_on":
        return []
    return [f"VP {vp} is not running at the end: {due} was due"]


def check_index(event: Event) -> list[str]:
    """A VP that asks for its own index is told the one by which the log calls it."""
    if event.name != HYPERCALL or event.number("register") != VP_INDEX or event.number("status"):
        return []
    told, vp = event.number("value"), event.number("vp")
    return [] if told == vp else [f"VP {vp} was told that it is VP {told}: {event.text}"]


def check(events: list[Event]) -> list[str]:
    """Everything that is wrong with the lives of all VPs."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN]
    starts = [event for event in events if event.name == "start"]
    if len(starts) != 1:
        return wrong + [f"log: {len(starts)} start events"]
    lives, callers = defaultdict(list), set()
    for event in events:
        wrong += check_index(event)
        if event.name == HYPERCALL:
            callers.add(event.number("vp"))
        elif event.name == "cpu_on" and event.number("accepted") == 1:
            lives[event.number("target_vp")].append(event)
        elif event.name in ("run", "cpu_off"):
            lives[event.number("vp")].append(event)
    has_crashed = any(event.name == "crash" for event in events)
    indexes, mpidrs = starts[0].numbers("vp_indexes"), starts[0].numbers("mpidrs")
    for vp, mpidr in zip(indexes, mpidrs):
        wrong += check_life(vp, lives[vp], mpidr == 0, has_crashed)
        if vp not in callers:
            wrong.append(f"VP {vp} made no hypercall")
    return wrong

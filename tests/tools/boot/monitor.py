# SPDX-License-Identifier: MIT
"""vtl=monitor: the report against itself, and against refhv.log (docs/vtl1.md, docs/report.md).

Pure functions to lists of complaints, as in witness.py, which calls them. Events are its own.
"""
from collections import defaultdict

PROTECT, SET_VP_REGISTERS, SUCCESS = 0x0C, 0x51, 0  # TLFS
RIP, PARTITION_CONFIG, DENY_STARTUP = 0x00020010, 0x000D0007, 1 << 6
CODE, READ_ONLY = 0xD, 0x1  # flags of 0x0C: read and execute, read
OWN_VTL = 0x11  # HV_INPUT_VTL: VTL 1 by its number
LONGEST = 15  # bytes of an instruction
CALL = [(0, 1, "call"), (1, 0, "fast_return")]
INTERCEPT = [(0, 1, "interrupt"), (1, 0, "return")]


def is_armed(report: dict) -> bool:
    return bool(report["vsm"]["monitor"]) and report["vsm"]["monitor"]["armed"]


def check_report(report: dict) -> list[str]:
    """What it says of the monitor is one story."""
    monitor, verdict = report["vsm"]["monitor"], report["verdict"]
    told = [cpu["intercepts"] for cpu in report["cpus"]]
    if not is_armed(report):
        return [f"intercepts without a monitor: {told}"] if any(told) else []
    if None in told:
        return [f"a monitor, and intercepts are {told}"]
    wrong = []
    total = sum(one["count"] for one in told)
    if monitor["intercepts"] != total:
        wrong.append(f"monitor.intercepts is {monitor['intercepts']}, all processors' are {total}")
    changed = monitor["checksum"]["before"] != monitor["checksum"]["after"]
    if changed and not monitor["broken"]:
        wrong.append(f"nothing is broken, and the checksum has changed: {monitor['checksum']}")
    if bool(monitor["broken"]) != (verdict == "failed" and not report["vsm"]["leaked"]):
        mismatch = any(cpu["verdict"] == "mismatch" for cpu in report["cpus"])
        if monitor["broken"] or not mismatch:
            wrong.append(f"verdict {verdict}, and {monitor['broken']} are broken")
    good = total == report["online"] and monitor["startup_denied"]
    if verdict == "ok" and not good:
        wrong.append(f"verdict ok with {total} intercepts of {report['online']}: {monitor}")
    return wrong


def registers_of(event) -> dict[int, int]:
    """What a 0x51 has written."""
    pairs = [part.split(":") for part in event.fields.get("registers", "").split(",") if part]
    return {int(name, 0): int(value, 0) for name, value in pairs}


def check_log(report: dict, events: list, vp_of: dict) -> list[str]:
    """What was protected, who was caught and went on, who was sent an INIT."""
    caught = defaultdict(list)
    for event in events:
        if event.name == "intercept" and "lost" not in event.fields:
            caught[event.number("vp")].append(event)
    if not is_armed(report):
        return [f"log: no monitor, and {one[0].text}" for one in caught.values()]
    wrong = check_pages(report, events) + check_startup(report, events)
    for cpu in report["cpus"]:
        vp = vp_of.get(cpu["apic_id"])
        what = check_caught(cpu["intercepts"], caught[vp])
        what += check_skips(caught[vp], [e for e in events if e.number("vp") == vp])
        what += check_switches(cpu, caught[vp], [e for e in events if e.number("vp") == vp])
        wrong += [f"apic {cpu['apic_id']}: {text}" for text in what]
    return wrong


def check_pages(report: dict, events: list) -> list[str]:
    """Every page that is said to be protected is, by VTL 1's calls."""
    pages = report["vsm"]["monitor"]["pages"]
    due = {CODE: pages["code"], READ_ONLY: pages["constants"] + pages["own"]}
    done, wrong = defaultdict(int), []
    for call in events:
        if call.is_call(PROTECT):
            done[call.number("flags")] += call.number("reps")
            if call.number("vtl") != 1 or call.number("input_vtl") != OWN_VTL:
                wrong.append(f"not VTL 1's own protection: {call.text}")
    if done != due:
        wrong.append(f"pages are protected as {dict(done)}, the report has {due}")
    return wrong


def check_startup(report: dict, events: list) -> list[str]:
    """DenyLowerVtlStartup, and the INIT and start-up IPI that are sent after it."""
    monitor, wrong = report["vsm"]["monitor"], []
    configs = [
        registers_of(e)[PARTITION_CONFIG]
        for e in events
        if e.is_call(SET_VP_REGISTERS)
        and PARTITION_CONFIG in registers_of(e)
        and e.number("status") == SUCCESS
    ]
    if monitor["startup_denied"] != bool(configs and configs[-1] & DENY_STARTUP):
        wrong.append(f"startup_denied is {monitor['startup_denied']}, configs are {configs}")
    ipis = [event for event in events if event.name in ("init", "sipi")]
    due = [] if monitor["init_sent_to"] is None else ["init", "sipi"]
    if [ipi.name for ipi in ipis] != due:
        wrong.append(f"init_sent_to is {monitor['init_sent_to']}, the log has {len(ipis)} IPIs")
    for ipi in ipis:
        if ipi.number("apic_id") != monitor["init_sent_to"] or ipi.number("dropped") != 1:
            wrong.append(f"not dropped, or to another processor: {ipi.text}")
    return wrong


def check_caught(told: dict, caught: list) -> list[str]:
    if told["count"] != len(caught):
        return [f"intercepts are {told['count']}, the log has {len(caught)}"]
    wrong = [f"no write: {event.text}" for event in caught if event.fields["access"] != "write"]
    last = (caught[-1].number("gpa"), caught[-1].number("rip")) if caught else (None, None)
    if (told["address"], told["rip"]) != last:
        wrong.append(f"the intercept is {told}, the log's last {last}")
    return wrong


def check_skips(caught: list, own: list) -> list[str]:
    """VTL 1 moves VTL 0's RIP behind each instruction that was caught, and never else."""
    writes = [registers_of(event) for event in own if event.is_call(SET_VP_REGISTERS)]
    skips = [registers[RIP] for registers in writes if RIP in registers]
    lengths = [to - event.number("rip") for to, event in zip(skips, caught)]
    if len(skips) != len(caught) or not all(0 < length <= LONGEST for length in lengths):
        return [f"RIP was set to {skips}, for {[event.text for event in caught]}"]
    return []


def check_switches(cpu: dict, caught: list, own: list) -> list[str]:
    """Into VTL 1 first, then for each intercept; the boot processor by its two calls as well."""
    switches = [
        (event.number("from"), event.number("to"), event.fields.get("reason"))
        for event in own
        if event.name == "vtl_switch"
    ]
    due = INTERCEPT * len(caught)
    if cpu["role"] == "bsp":
        due = CALL + due + CALL
    elif cpu["verdict"] == "online":
        due = CALL[1:] + due
    return [] if switches == due else [f"switches are {switches}, must be {due}"]

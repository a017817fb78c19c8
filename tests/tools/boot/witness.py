# SPDX-License-Identifier: MIT
"""What a run must satisfy, whatever the case: pure functions from texts and dicts to complaints.

The kernel's report is held against itself (sets, one verdict a processor, times), against its exit
status, against its TAP, and against refhv.log, the reference hypervisor's own record of what the
guest did: an independent witness. Every function returns a list of sentences, empty if all is well.
"""
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tools.boot import monitor

GET_VP_INDEX, START_VP, ENABLE_VP_VTL = 0x9A, 0x99, 0x0F  # TLFS, hypercall codes
ENABLE_PARTITION_VTL, GET_VP_REGISTERS = 0x0D, 0x50
SEND_IPI, SEND_IPI_EX = 0x0B, 0x15
START_VP_PRIVILEGE = 1 << (32 + 21)  # TLFS, HV_PARTITION_PRIVILEGE_MASK: StartVirtualProcessor
SUCCESS, INVALID_VP_STATE, TIME_OUT = 0, 0x15, 0x78  # TLFS, HV_STATUS
VTL_ALREADY_ENABLED = 0x86
UNANSWERED = -1  # the call never came back
EXIT_STATUS = {"ok": 33, "degraded": 35, "failed": 37}  # isa-debug-exit: 2 * value + 1
ENDED_BY_FIRMWARE = 0  # QEMU's status after a reset (-no-reboot) or a power-off

# Values have no blanks, but for a quoted text at the end of a line.
EVENT = re.compile(r'refhv: (\w+)((?: [A-Za-z0-9_]+=[^\s"]*)*)(?: ([a-z]+)="(.*)")?$')
SET_REGISTERS = 0x51
CRASH_MSRS = range(0x40000100, 0x40000106)  # TLFS, HV_X64_MSR_CRASH_P0..P4, CTL
CRASH_REGISTERS = range(0x210, 0x216)  # the same on ARM64
# QEMU's status after a panic that the kernel itself ends, and where KVM is told of it (by the crash
# registers), which makes QEMU end.
ENDS = {"panic": 39, "crash": 0}
FORBIDDEN = {"violation", "error", "shutdown", "malformed"}
ROUTINE = {"hypercall", "init", "sipi", "run", "msr_write"}  # not with log=errors
TAP_TEST = re.compile(r"(not )?ok (\d+) - (.*)$")
TAP_CPU = re.compile(r"(?:apic|mpidr) (\d+): (\w+) by (\w+?)(?: in VTL (\d+))?$")


@dataclass(frozen=True)
class Event:
    """One line of refhv.log."""

    name: str
    text: str
    fields: dict = field(default_factory=dict)

    def number(self, key: str) -> int:
        """A field as a number; -1 where it is missing or is none."""
        try:
            return int(self.fields.get(key, ""), 0)
        except ValueError:
            return -1

    def numbers(self, key: str) -> list[int]:
        return [int(part, 0) for part in self.fields.get(key, "").split(",") if part]

    def is_call(self, code: int) -> bool:
        return self.name == "hypercall" and self.number("code") == code


def parse_log(text: str) -> list[Event]:
    """The events of a refhv.log; what the firmware wrote to the same port is passed over."""
    events = []
    for line in text.splitlines():
        if not line.startswith("refhv:") or line.startswith("refhv: regs "):
            continue
        match = EVENT.match(line)
        if match:
            fields = dict(part.split("=", 1) for part in match[2].split())
            if match[3]:
                fields[match[3]] = match[4]
            events.append(Event(match[1], line, fields))
        elif re.match(r"refhv: (violation|error|shutdown)\b", line):
            events.append(Event(line.split()[1], line))
        else:
            events.append(Event("malformed", line))
    return events


def check_sets(report: dict) -> list[str]:
    """P1 and P2, and that numbers and times in one report do not contradict each other."""
    wrong = []
    cpus = report["cpus"]
    for apic, count in Counter(cpu["apic_id"] for cpu in cpus).items():
        if count > 1:
            wrong.append(f"apic {apic} has {count} records")
    online = {cpu["apic_id"] for cpu in cpus if cpu["verdict"] == "online"}
    came = {cpu["apic_id"] for cpu in cpus if cpu["verdict"] in ("online", "late", "mismatch")}
    arrived = {cpu["apic_id"] for cpu in cpus if cpu["t_online_ns"] is not None}
    if came != arrived:
        wrong.append(f"the verdicts say that {sorted(came)} came, the times {sorted(arrived)}")
    if report["online"] != len(online):
        wrong.append(f"online is {report['online']}, but {len(online)} records say online")
    present = sum(cpu["verdict"] != "absent" for cpu in cpus)
    if report["expected"] not in (len(cpus), present):
        wrong.append(f"expected is {report['expected']}, records are {len(cpus)}")
    bsps = [cpu for cpu in cpus if cpu["role"] == "bsp"]
    if len(bsps) != 1:
        wrong.append(f"{len(bsps)} processors have the role bsp")
    for cpu in cpus:
        wrong += [f"apic {cpu['apic_id']}: {what}" for what in check_cpu(cpu, came, report)]
    return wrong + check_verdict(report, online) + check_selftest(report)


def check_cpu(cpu: dict, came: set, report: dict) -> list[str]:
    wrong = []
    is_online = cpu["verdict"] == "online"
    if (cpu["role"] == "bsp") != (cpu["method"] == "firmware"):
        wrong.append(f"role {cpu['role']} does not go with method {cpu['method']}")
    if is_online and cpu["method"] == "none":
        wrong.append("online by no method")
    by = cpu["started_by"]
    # One that was reset after it had come may have started others before.
    was_there = by in came or any(
        f" id {by}: had come in" in text for text in report["warnings"])
    if is_online and cpu["role"] == "ap" and (not was_there or by == cpu["apic_id"]):
        wrong.append(f"started by {by}, which is not another that came")
    times = [cpu[key] for key in ("t_issued_ns", "t_first_ns", "t_online_ns")]
    known = [t for t in times if t is not None]
    if known != sorted(known):
        wrong.append(f"times {times} are not in order")
    if is_online and cpu["t_online_ns"] is not None and cpu["t_online_ns"] > report["bringup_ns"]:
        wrong.append(f"came online after the bring-up's end, {report['bringup_ns']} ns")
    # One that an exception ended before it could prove itself is missing, and says why.
    may = {"mismatch": {True}, "missing": {True, False}}.get(cpu["verdict"], {False})
    if bool(cpu["mismatches"]) not in may:
        wrong.append(f"verdict {cpu['verdict']} with mismatches {cpu['mismatches']}")
    return wrong


def check_verdict(report: dict, online: set) -> list[str]:
    verdicts = {cpu["verdict"] for cpu in report["cpus"]}
    verdict = report["verdict"]
    if verdict == "ok" and len(online) != report["expected"]:
        return [f"verdict ok with {len(online)} of {report['expected']} processors online"]
    if verdict != "failed" and "mismatch" in verdicts:
        return [f"verdict {verdict} in spite of a mismatch"]
    return check_vsm(report)


def check_vsm(report: dict) -> list[str]:
    """What the report says of virtual trust levels is one story."""
    vsm, verdict, wrong = report["vsm"], report["verdict"], []
    if vsm["leaked"] and verdict != "failed":
        wrong.append(f"verdict {verdict} in spite of {vsm['leaked']}")
    if vsm["reason"] and verdict == "ok":
        wrong.append(f"verdict ok in spite of '{vsm['reason']}'")
    due = 0 if vsm["monitor"] else 1
    if vsm["wanted"] and not vsm["reason"] and vsm["active_vtl"] != due:
        wrong.append(f"without a reason, and the VTL is {vsm['active_vtl']}, not {due}")
    for cpu in report["cpus"]:
        if cpu["verdict"] == "online" and cpu["vtl"] != vsm["active_vtl"]:
            wrong.append(f"apic {cpu['apic_id']}: online, vtl is {cpu['vtl']}")
    return wrong + monitor.check_report(report)


def check_exit(report: dict, status: int | None, by_firmware: bool = False) -> list[str]:
    """P6: QEMU's exit status is the one of the report's verdict."""
    due = ENDED_BY_FIRMWARE if by_firmware else EXIT_STATUS[report["verdict"]]
    if status != due:
        return [f"QEMU's exit status is {status}, must be {due} for verdict {report['verdict']}"]
    return []


def check_tap(report: dict, lines: list[str]) -> list[str]:
    """P7: the TAP lines parse, and say of each processor what the report says."""
    if lines.count("TAP version 13") != 1:
        return [f"{lines.count('TAP version 13')} lines 'TAP version 13'"]
    wrong = []
    tap = lines[lines.index("TAP version 13") + 1 :]
    plans = [int(line[3:]) for line in tap if re.match(r"1\.\.\d+$", line)]
    tests = [match for match in map(TAP_TEST.match, tap) if match]
    if plans != [len(tests)]:
        wrong.append(f"TAP: plans {plans} for {len(tests)} tests")
    if [int(test[2]) for test in tests] != list(range(1, len(tests) + 1)):
        wrong.append("TAP: the tests are not numbered 1, 2, 3 ...")
    told = []
    for test in tests:
        cpu = TAP_CPU.match(test[3])
        if cpu:
            told.append((int(cpu[1]), cpu[2], cpu[3], int(cpu[4] or 0)))
            if (cpu[2] == "online") == bool(test[1]):
                wrong.append(f"TAP: '{test[0]}' contradicts itself")
    due = [
        (cpu["apic_id"], cpu["verdict"], cpu["method"], cpu["vtl"] or 0) for cpu in report["cpus"]
    ]
    if sorted(told) != sorted(due):
        wrong.append(f"TAP says {sorted(set(told) - set(due))}, not {sorted(set(due) - set(told))}")
    if report["verdict"] == "ok" and any(test[1] for test in tests):
        wrong.append("TAP: 'not ok' with verdict ok")
    if report["verdict"] == "failed" and not any(test[1] for test in tests):
        wrong.append("TAP: no 'not ok' with verdict failed")
    return wrong


def check_without_hypervisor(report: dict) -> list[str]:
    """No reference hypervisor: nothing may claim to have come through hypercall 0x99."""
    return [
        f"apic {cpu['apic_id']}: method {cpu['method']}, status {cpu['hv_status']} without 0x99"
        for cpu in report["cpus"]
        if cpu["method"] == "hv" or cpu["hv_status"] is not None or cpu["map_status"] is not None
    ]


def is_odd(event: Event) -> bool:
    """What hypervisors let pass, and a kernel that knows the rules does not do."""
    return event.name == "note" and event.fields.get("what") == "padding_not_zero"


def check_resets(report: dict, events: list[Event]) -> list[str]:
    """A processor that was put back into wait-for-SIPI, and not started anew, is not online."""
    reset, wrong = {}, []
    for event in events:
        if event.name in ("reset", "run"):
            reset[event.number("apic_id")] = event.name == "reset"
    for cpu in report["cpus"]:
        if cpu["verdict"] == "online" and reset.get(cpu["apic_id"]):
            wrong.append(f"apic {cpu['apic_id']}: online, the log has it reset")
    return wrong


def check_witness(
    report: dict, events: list[Event], listed: list | None = None, tells_vp: bool = True
) -> list[str]:
    """The report against refhv.log. listed: the APIC ids in the firmware's tables, if not all.
    tells_vp: a processor may read its VP index itself."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN or is_odd(event)]
    starts = [event for event in events if event.name == "start"]
    if len(starts) != 1:
        return wrong + [f"log: {len(starts)} start events"]
    apics, indexes = starts[0].numbers("apic_ids"), starts[0].numbers("vp_indexes")
    if not len(apics) == len(indexes) == len(set(apics)) == len(set(indexes)):
        return wrong + [f"log: no one-to-one map in: {starts[0].text}"]
    vp_of = dict(zip(apics, indexes))
    apic_of = dict(zip(indexes, apics))
    start_vp = report["hypervisor"]["start_vp"]
    if start_vp and not starts[0].number("privileges") & START_VP_PRIVILEGE:
        wrong.append("start_vp is true without the StartVirtualProcessor privilege")
    map_calls = sum(event.is_call(GET_VP_INDEX) for event in events)
    if report["map"]["calls"] != map_calls:
        wrong.append(f"map.calls is {report['map']['calls']}, the log has {map_calls} calls 0x9A")
    seen = {cpu["apic_id"] for cpu in report["cpus"] if cpu["verdict"] != "absent"}
    there = set(apics if listed is None else listed)
    if seen != there:
        more, fewer = sorted(seen - there), sorted(there - seen)
        wrong.append(f"the report has {more}, lacks {fewer}")
    wrong += check_map_status(report, events)
    calls, sipis, runs = defaultdict(list), defaultdict(list), defaultdict(list)
    for event in events:
        target = event.number("vp" if event.name == "run" else "target_vp")
        if event.name == "sipi" and event.number("accepted") == 1:
            kind = sipis
        elif event.name == "run":
            kind = runs
        elif event.is_call(START_VP):
            kind = calls
        else:
            continue
        kind[target].append(event)
        if target not in apic_of or event.number("apic_id") != apic_of[target]:
            wrong.append(f"log: VP {target} is not that of this APIC id: {event.text}")
    for cpu in report["cpus"]:
        vp = vp_of.get(cpu["apic_id"])
        # By 0x9A, or by the processor's own register; whoever was refused the one and never ran
        # has neither.
        ran = cpu["verdict"] in ("online", "late", "mismatch")
        told = start_vp and (ran and tells_vp or cpu["map_status"] == SUCCESS)
        if cpu["vp_index"] != vp and (told or cpu["vp_index"] is not None):
            what = [f"vp_index is {cpu['vp_index']}, the hypervisor's is {vp}"]
        else:
            what = check_calls(cpu, calls[vp], runs[vp], apic_of)
            what += check_runs(cpu, sipis[vp], runs[vp])
        wrong += [f"apic {cpu['apic_id']}: {text}" for text in what]
    wrong += check_resets(report, events) + check_vtls(report, events, vp_of)
    return wrong + check_stacks(events) + check_ipis(report, events) + check_teardown(events)


PAGE_ENABLED = 1  # TLFS, HV_X64_MSR_HYPERCALL


def check_vtls(report: dict, events: list[Event], vp_of: dict) -> list[str]:
    """Above VTL 0 each processor is given the VTL and started in it, and by nothing else."""
    vsm, wrong = report["vsm"], []
    active = vsm["active_vtl"]
    calls = [event for event in events if event.is_call(ENABLE_VP_VTL)]
    if vsm["calls"] != len(calls):
        wrong.append(f"vsm.calls is {vsm['calls']}, the log has {len(calls)} calls 0x0F")
    starts = [event for event in events if event.is_call(START_VP)]
    # Whatever becomes of it: VTL 1 for the boot processor is asked for in VTL 0.
    for event, due in [(call, active or 1) for call in calls] + [(s, active) for s in starts]:
        if event.number("target_vtl") != due:
            wrong.append(f"the bring-up is in VTL {active}: {event.text}")
    if active:
        ipis = [event.text for event in events if event.name in ("init", "sipi")]
        wrong += [f"the bring-up is in VTL {active}: {text}" for text in ipis]
    switches = [
        (event.number("from"), event.number("to"))
        for event in events
        if event.name == "vtl_switch"
    ]
    watched = monitor.is_armed(report)
    due = [(0, 1), (1, 0)] if vsm["wanted"] and active == 1 else []
    if switches != due and not watched:
        wrong.append(f"switches between VTLs are {switches}, must be {due}")
    for cpu in report["cpus"]:
        own = [call for call in calls if call.number("target_vp") == vp_of.get(cpu["apic_id"])]
        needs = bool(active) or watched
        wrong += [f"apic {cpu['apic_id']}: {what}" for what in check_vtl(cpu, own, needs)]
    wrong += monitor.check_log(report, events, vp_of)
    return wrong + check_runs_in_vtl(report, events)


def check_vtl(cpu: dict, calls: list[Event], needs: bool) -> list[str]:
    """One processor's record against the calls 0x0F that were made for it, if it needs one."""
    if cpu["role"] == "bsp":
        return []
    wrong = []
    statuses = [call.number("status") for call in calls]
    last = statuses[-1] if statuses else None
    last = None if last == UNANSWERED else last
    if cpu["vtl_status"] != last:
        wrong.append(f"vtl_status is {cpu['vtl_status']}, the log's last is {last}")
    given = sum(status in (SUCCESS, VTL_ALREADY_ENABLED) for status in statuses)
    if cpu["verdict"] == "online" and given != needs:
        wrong.append(f"online in VTL {cpu['vtl']}, and {given} calls 0x0F gave it one")
    return wrong


def check_runs_in_vtl(report: dict, events: list[Event]) -> list[str]:
    """Who is online in a VTL began to run in it; under a monitor in VTL 1, whoever it is."""
    vtls = {
        event.number("apic_id"): event.number("vtl")
        for event in events
        if event.name == "run" and "vtl" in event.fields
    }
    watched = monitor.is_armed(report)
    due = {cpu["apic_id"]: 1 if watched else cpu["vtl"] for cpu in report["cpus"]}
    return [
        f"apic {cpu['apic_id']}: online in VTL {cpu['vtl']}, it ran in {vtls[cpu['apic_id']]}"
        for cpu in report["cpus"]
        if cpu["verdict"] == "online" and vtls.get(cpu["apic_id"], due[cpu["apic_id"]])
        != due[cpu["apic_id"]]
    ]


def check_teardown(events: list[Event]) -> list[str]:
    """At the end both MSRs are as they were found: the last writes undo the first ones.

    Each VTL has its own. The way out of a higher one is its page, so there both stay.
    """
    writes = [e for e in events if e.name == "msr_write" and e.fields.get("result") == "ok"]
    left = {}
    for event in writes:
        if event.fields.get("vtl") == writes[0].fields.get("vtl"):
            left[event.fields.get("name")] = event.number("value")
    wrong = []
    if left.get("HYPERCALL", 0) & PAGE_ENABLED:
        wrong.append(f"the hypercall page is left enabled: {left['HYPERCALL']:#x}")
    if left.get("GUEST_OS_ID", 0):
        wrong.append(f"the guest OS id is left behind: {left['GUEST_OS_ID']:#x}")
    return wrong


def check_map_status(report: dict, events: list[Event]) -> list[str]:
    """A processor's map_status is what a call 0x9A with its APIC id among the elements says of it.

    Elements that were done before a call stopped have succeeded, whatever its status; a call that
    a fault answers with nothing done does not name its elements, and may be any processor's.
    """
    answers, unnamed = defaultdict(set), set()
    for call in events:
        if not call.is_call(GET_VP_INDEX):
            continue
        for i, apic in enumerate(call.numbers("apic_ids"), max(call.number("start"), 0)):
            done = i < call.number("reps")
            answers[apic].add(SUCCESS if done else call.number("status"))
        if "apic_ids" not in call.fields:
            unnamed.add(call.number("status"))
    return [
        f"apic {cpu['apic_id']}: map_status is {cpu['map_status']}, "
        f"the log has {sorted(answers[cpu['apic_id']] | unnamed)}"
        for cpu in report["cpus"]
        if cpu["map_status"] is not None
        and cpu["map_status"] not in answers[cpu["apic_id"]] | unnamed
    ]


ALL_PAIRS_UP_TO = 16  # processors; of more, each calls those 1, 2, 4 ... ranks on (docs/report.md)
STORM_ADDS = 1000


def check_selftest(report: dict) -> list[str]:
    """The self-test's counts are known beforehand; where they differ, the verdict is not ok."""
    test = report["selftest"]
    if test is None:
        return []
    wrong = []
    n, ipi, storm = test["processors"], test["ipi"], test["storm"]
    if n > report["online"]:
        wrong.append(f"self-test of {n} processors, {report['online']} are online")
    pairs = n * (n - 1 if n <= ALL_PAIRS_UP_TO else (n - 1).bit_length())
    if ipi["pairs"] != pairs:
        wrong.append(f"self-test: {ipi['pairs']} pairs of {n} processors, must be {pairs}")
    times = [ipi[key] for key in ("min_ns", "median_ns", "max_ns")]
    in_order = sorted(times, key=lambda t: t or 0)
    if (None in times) != (ipi["lost"] == ipi["pairs"]) or times != in_order:
        wrong.append(f"self-test: {ipi['lost']} of {ipi['pairs']} are lost, with times {times}")
    is_kept = not ipi["lost"] and ipi["announced"] == ipi["taken"]
    is_kept = is_kept and storm["actual"] == storm["expected"]
    if is_kept:
        # Each AP is called once for its pairs, once for the storm, once to end, once for its clock.
        due = pairs + (n - 1) * (3 if test["tsc_skew"] is None else 4)
        if ipi["announced"] != due:
            wrong.append(f"self-test: {ipi['announced']} IPIs, must be {due}")
        due = STORM_ADDS * n * (n + 1) // 2
        if storm["expected"] != due:
            wrong.append(f"self-test: expects the sum {storm['expected']}, must be {due}")
    elif report["verdict"] == "ok":
        wrong.append(f"verdict ok with a self-test that failed: {test}")
    return wrong


def check_ipis(report: dict, events: list[Event]) -> list[str]:
    """Every IPI by hypercall that the kernel says it sent, and no other."""
    ipi = (report["selftest"] or {}).get("ipi") or {"announced": 0, "sent": {}}
    sent = ipi["sent"]
    wrong, told = [], sent.get("apic", 0) + sent.get("sgi", 0)
    for code, key in ((SEND_IPI, "hypercall"), (SEND_IPI_EX, "hypercall_ex")):
        calls = [event for event in events if event.is_call(code)]
        if len(calls) != sent.get(key, 0):
            wrong.append(f"self-test: {sent.get(key, 0)} calls {code:#x}, the log has {len(calls)}")
        for call in calls:
            targets = call.numbers("target_vps")
            if call.number("vp") in targets:
                wrong.append(f"an IPI to oneself: {call.text}")
            told += len(targets) if call.number("status") == SUCCESS else 0
    if told != ipi["announced"]:
        wrong.append(f"self-test: {ipi['announced']} IPIs announced, log and APIC have {told}")
    return wrong


# What a run may cost the reference hypervisor: so much, and so much more for each VP.
COSTS = {"exits": (64, 8), "tables": (32, 1 / 8), "bytes": (3 << 20, 40 << 10)}


def check_costs(events: list[Event]) -> list[str]:
    """Counted, not timed: exits, page tables and memory grow no faster than the number of VPs."""
    costs = [event for event in events if event.name == "cost"]
    if len(costs) != 1:
        return [f"log: {len(costs)} cost events, must be one"]
    wrong = []
    for key, (once, each) in COSTS.items():
        bound = once + each * costs[0].number("vps")
        if not 0 <= costs[0].number(key) <= bound:
            wrong.append(f"{key} are more than {bound:.0f}: {costs[0].text}")
    return wrong


def check_stacks(events: list[Event]) -> list[str]:
    """No two processors are started on one stack."""
    calls = [e for e in events if e.is_call(START_VP) and e.number("status") == SUCCESS]
    stacks = Counter(call.number("rsp") for call in calls)
    return [f"{n} processors are started with rsp={rsp:#x}" for rsp, n in stacks.items() if n > 1]


def check_errors_only(events: list[Event]) -> list[str]:
    """With log=errors the hypervisor was there, and says nothing of what goes right."""
    wrong = [f"log: {e.text}" for e in events if e.name in FORBIDDEN | ROUTINE]
    return wrong if any(e.name == "start" for e in events) else ["the log does not begin", *wrong]


def check_no_crash(events: list[Event]) -> list[str]:
    """P8, the half that holds for every run with a report: the crash registers are untouched."""
    writes = [e for e in events if e.name == "msr_write" and e.number("msr") in CRASH_MSRS]
    writes += [
        e for e in events
        if e.is_call(SET_REGISTERS) and e.number("register") in CRASH_REGISTERS
    ]  # fmt: skip
    return [f"written without a panic: {event.text}" for event in writes]


def check_silent(events: list[Event], outcome, processors: int) -> list[str]:
    """A machine without a serial port: the exit code and the hypervisor's log are all there is."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN]
    if outcome.status != EXIT_STATUS["ok"]:
        wrong.append(f"QEMU's exit status is {outcome.status}, must be {EXIT_STATUS['ok']}")
    if any(outcome.lines):
        wrong.append(f"it has a serial port: {next(filter(None, outcome.lines))}")
    runs = Counter(event.number("vp") for event in events if event.name == "run")
    if sorted(runs.values()) != [1] * (processors - 1):
        wrong.append(
            f"{len(runs)} VPs began to run, must be {processors - 1}, once each: {dict(runs)}"
        )
    return wrong


def check_panic(
    events: list[Event], status: int | None, ends: str = "panic", by_firmware: bool = False
) -> list[str]:
    """A run that must end in a panic, and in nothing worse."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN]
    due = ENDED_BY_FIRMWARE if by_firmware else ENDS[ends]
    if status != due:
        wrong.append(f"QEMU's exit status is {status}, must be {due} for a {ends}")
    told = sum(event.name == "crash" for event in events)
    if told != 1 and any(event.name == "start" for event in events):
        wrong.append(f"P8: the reference hypervisor was told of {told} crashes, must be one")
    return wrong


def refusal_that_started(calls: list[Event], runs: list[Event]) -> Event | None:
    """The call whose refusal has had its effect all the same, if one has.

    Either the next call was answered that the VP runs, or there was none, because it had come.
    """
    statuses = [call.number("status") for call in calls]
    before = (SUCCESS, TIME_OUT, INVALID_VP_STATE, UNANSWERED)
    if SUCCESS in statuses:
        return None
    if statuses[-1:] == [INVALID_VP_STATE] and statuses[-2:-1] and statuses[-2] not in before:
        return calls[-2]
    came = [run for run in runs if run.fields.get("method") == "start"]
    return calls[-1] if statuses and statuses[-1] not in before and came else None


def check_calls(cpu: dict, calls: list[Event], runs: list[Event], apic_of: dict) -> list[str]:
    """One processor's record against the calls 0x99 that were made for it."""
    wrong = []
    tries = len(calls)
    successes = [call for call in calls if call.number("status") == SUCCESS]
    refusal = refusal_that_started(calls, runs)
    if refusal:
        successes = [refusal]
    final = refusal or (calls[-1] if calls else None)
    last = final.number("status") if final else None
    last = None if last == UNANSWERED else last
    if cpu["hv_status"] != last:
        wrong.append(f"hv_status is {cpu['hv_status']}, the log's last is {last}")
    if cpu["tries"] != tries:
        wrong.append(f"tries is {cpu['tries']}, the log has {tries} calls 0x99")
    if cpu["method"] == "hv" and cpu["verdict"] == "online":
        if len(successes) != 1:
            wrong.append(f"{len(successes)} successful calls 0x99, must be one")
        elif cpu["started_by"] != apic_of.get(successes[0].number("vp")):
            starter = apic_of.get(successes[0].number("vp"))
            wrong.append(f"started_by is {cpu['started_by']}, the log says apic {starter}")
    elif len(successes) > (cpu["method"] == "hv"):
        wrong.append(f"{len(successes)} successful calls 0x99 with method {cpu['method']}")
    return wrong


def check_runs(cpu: dict, sipis: list[Event], runs: list[Event]) -> list[str]:
    """One processor's record against the SIPIs it accepted and the times it began to run."""
    if cpu["role"] == "bsp":
        return [f"the boot processor accepted a SIPI: {sipis[0].text}"] if sipis else []
    wrong = []
    methods = [run.fields.get("method") for run in runs]
    if len(runs) > 1:
        wrong.append(f"began to run {len(runs)} times ({', '.join(map(str, methods))})")
    if cpu["verdict"] != "online":
        return wrong
    if len(sipis) != (cpu["method"] in ("sipi", "psci")):
        wrong.append(f"online by {cpu['method']}, but accepted {len(sipis)} SIPIs or CPU_ONs")
    due = {"hv": "start", "sipi": "sipi", "psci": "psci"}.get(cpu["method"])
    if methods != [due]:
        wrong.append(f"online by {cpu['method']}, but the log says it ran by {methods}")
    return wrong

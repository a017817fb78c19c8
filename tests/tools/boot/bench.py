# SPDX-License-Identifier: MIT
"""What a run of mode=bench must satisfy: pure functions from texts and dicts to complaints.

No figure is judged, only what is counted: the rounds against themselves and the exit status, and
against refhv.log: every start and every message of every round is in it, and nothing else.
"""

from tools.boot import witness

KEYS = {"ends", "verdict", "offered", "rounds", "reason", "vtl1", "serial", "log"}
BY_CALL = ("hv-serial", "hv-fanout")
VTL1 = "vtl1"
CALLS_OF = {"hv-serial": 1, "hv-fanout": 1, VTL1: 2}  # a processor: 0x99, and 0x0F before it
SWITCHES = 100
TIMES = ("first_ns", "median_ns", "p95_ns", "last_ns", "total_ns")
NS_PER_S = 1_000_000_000


def check_keys(name: str, expected: dict) -> None:
    """ValueError if a case declares something that nobody would look at, or too little."""
    unknown = set(expected) - KEYS
    missing = {"verdict", "offered"} - set(expected)
    if unknown or missing:
        raise ValueError(f"{name}: unknown expectations {unknown}, missing {missing}")


def check(result: dict, lines: list[str], status: int | None) -> list[str]:
    """The result against itself, the text for people and the exit status."""
    wrong = []
    told = [line for line in lines if line.startswith("verdict: ")]
    if told != [f"verdict: {result['verdict']}"]:
        wrong.append(f"the text says {told}, the result says {result['verdict']}")
    due = witness.EXIT_STATUS[result["verdict"]]
    if status != due:
        wrong.append(f"QEMU's exit status is {status}, must be {due} for {result['verdict']}")
    complete = True
    for method in result["methods"]:
        rounds = method["rounds"]
        if method["offered"] and len(rounds) != result["rounds"]:
            wrong.append(f"{method['name']}: {len(rounds)} rounds of {result['rounds']}")
        for number, one in enumerate(rounds, 1):
            where = f"{method['name']}, round {number}: "
            complete &= one["online"] == result["processors"]
            wrong += [where + what for what in check_round(method["name"], one, result)]
    for one in result["vtl1"]["rounds"]:
        complete &= one["online"] == result["processors"]
        wrong += [f"{VTL1}: {what}" for what in check_round(VTL1, one, result)]
    wrong += check_vtl1(result["vtl1"])
    if complete != (result["verdict"] == "ok"):
        wrong.append(f"verdict {result['verdict']}, but all rounds complete is {complete}")
    return wrong + check_cpus(result)


def check_vtl1(vtl1: dict) -> list[str]:
    """Where it is offered: one round, and all switches."""
    told = len(vtl1["rounds"]), vtl1["switches"], vtl1["switch_ns"] is not None
    due = (1, SWITCHES, True) if vtl1["offered"] else (0, 0, False)
    return [] if told == due else [f"{VTL1}: {told} rounds, switches, time; must be {due}"]


def check_round(name: str, one: dict, result: dict) -> list[str]:
    wrong = []
    aps = result["processors"] - 1
    times = [one[key] for key in TIMES]
    if times != sorted(times):
        wrong.append(f"times {times} are not in order")
    by_ticks = one["total_ticks"] * NS_PER_S / result["clock"]["hz"]
    if abs(by_ticks - one["total_ns"]) > 1000 + by_ticks / 1000:
        wrong.append(f"{one['total_ticks']} ticks are not {one['total_ns']} ns")
    if one["online"] > result["processors"]:
        wrong.append(f"{one['online']} processors online of {result['processors']}")
    if one["online"] <= aps:
        return wrong
    # One start-up IPI more for each is what a busy host brings about; never more.
    least, most = {"sipi-broadcast": (2, 2 + aps)}.get(name, (2 * aps, 3 * aps))
    calls = CALLS_OF.get(name, 0)
    if calls:
        least = most = 0
    if not least <= one["ipis"] <= most:
        wrong.append(f"{one['ipis']} messages, must be {least} to {most}")
    if one["hypercalls"] != aps * calls:
        wrong.append(f"{one['hypercalls']} hypercalls for {aps} processors")
    return wrong


def check_cpus(result: dict) -> list[str]:
    """The processors of the best method's last round."""
    cpus = result["cpus"]
    if not any(method["rounds"] for method in result["methods"]):
        return [f"{len(cpus)} processors of no round"] if cpus else []
    if len({cpu["apic_id"] for cpu in cpus}) != result["processors"] or not cpus:
        return [f"{len(cpus)} records of {result['processors']} processors"]
    wrong = []
    if sum(cpu["t_online_ns"] == 0 for cpu in cpus) != 1:
        wrong.append("not one boot processor, online at 0")
    ids = {cpu["apic_id"] for cpu in cpus}
    for cpu in cpus:
        times = [cpu[key] for key in ("t_issued_ns", "t_first_ns", "t_online_ns")]
        if None not in times and times != sorted(times):
            wrong.append(f"apic {cpu['apic_id']}: times {times} are not in order")
        if None not in times and cpu["started_by"] not in ids - {cpu["apic_id"]}:
            wrong.append(f"apic {cpu['apic_id']}: started by {cpu['started_by']}")
    return wrong


def check_witness(result: dict, events: list[witness.Event]) -> list[str]:
    """The result against refhv.log."""
    wrong = [f"log: {event.text}" for event in events if event.name in witness.FORBIDDEN]
    rounds = {method["name"]: method["rounds"] for method in result["methods"]}
    calls = [one for name in BY_CALL for one in rounds[name]]
    sipis = [one for name in rounds if name not in BY_CALL for one in rounds[name]]
    higher = result["vtl1"]["rounds"]
    aps = result["processors"] - 1
    undone = max(len(calls) + len(sipis) + len(higher) - 1, 0)
    due = [aps * (len(sipis) + undone)]
    if any(event.is_call(witness.ENABLE_PARTITION_VTL) for event in events) and not higher:
        due.append(due[0] + aps)
    inits = sum(event.name == "init" for event in events)
    starts = [event for event in events if event.is_call(witness.START_VP)]
    runs = [event.fields.get("method") for event in events if event.name == "run"]
    counts = {
        "calls 0x9A": (
            sum(event.is_call(witness.GET_VP_INDEX) for event in events), result["map_calls"]
        ),
        "calls 0x99": (
            len(starts), sum(one["hypercalls"] for one in calls) + aps * len(higher)
        ),
        # The boot processor's own, and one before each 0x99.
        "calls 0x0F": (
            sum(event.is_call(witness.ENABLE_VP_VTL) for event in events),
            sum(one["hypercalls"] - aps + 1 for one in higher),
        ),
        "runs by 0x99": (runs.count("start"), sum(one["online"] - 1 for one in calls + higher)),
        "runs in VTL 1": (
            sum(event.name == "run" and event.number("vtl") == 1 for event in events),
            sum(one["online"] - 1 for one in higher),
        ),
        # Each there and back; and once for the round.
        "switches": (
            sum(event.name == "vtl_switch" for event in events),
            2 * (result["vtl1"]["switches"] + len(higher)),
        ),
        "runs by SIPI": (runs.count("sipi"), sum(one["online"] - 1 for one in sipis)),
        "SIPIs accepted": (
            sum(e.name == "sipi" and e.number("accepted") == 1 for e in events), runs.count("sipi")
        ),
        # One to each processor for each INIT-SIPI round, and one to put each back between rounds,
        # or before a VTL 1 that is then refused.
        "INITs": (inits, inits if inits in due else due[0]),
    }  # fmt: skip
    wrong += [
        f"the log has {logged} {what}, the rounds say {told}"
        for what, (logged, told) in counts.items()
        if logged != told
    ]
    accepted = sum(event.number("status") == witness.SUCCESS for event in starts)
    if result["verdict"] == "ok" and accepted != runs.count("start"):
        wrong.append(f"{accepted} successful 0x99, {runs.count('start')} runs")
    return wrong


def compare(expected: dict, result: dict) -> list[str]:
    """What the case declares."""
    wrong = []
    if result["verdict"] != expected["verdict"]:
        wrong.append(f"verdict is {result['verdict']}, expected {expected['verdict']}")
    offered = [method["name"] for method in result["methods"] if method["offered"]]
    if offered != expected["offered"]:
        wrong.append(f"offered is {offered}, expected {expected['offered']}")
    if result["rounds"] != expected.get("rounds", result["rounds"]):
        wrong.append(f"{result['rounds']} rounds, expected {expected['rounds']}")
    vtl1 = result["vtl1"]["reason"] or "offered"
    if "vtl1" in expected and expected["vtl1"] not in vtl1:
        wrong.append(f"vtl1 is '{vtl1}', expected '{expected['vtl1']}'")
    reasons = [method["reason"] for method in result["methods"] if not method["offered"]]
    if "reason" in expected and not any(expected["reason"] in reason for reason in reasons):
        wrong.append(f"no method is not offered because of '{expected['reason']}': {reasons}")
    return wrong

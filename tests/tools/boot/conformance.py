# SPDX-License-Identifier: MIT
"""What a run of mode=conformance must satisfy: pure functions from texts and dicts to complaints.

The kernel's result is held against itself (rows, TAP, counts, exit status) and against refhv.log:
the rows' calls are the log's calls, one by one, with the same answers, and the registers that a VP
says it was started with are those that the reference hypervisor read.
"""
import re
from collections import Counter
from itertools import dropwhile

from tools.boot import witness

KEYS = {"ends", "verdict", "skipped", "made", "reason", "answers", "serial", "log"}
EXIT_STATUS = {"ok": 33, "failed": 37}
CODES = (  # of the calls that have rows
    witness.GET_VP_INDEX, witness.START_VP, witness.ENABLE_PARTITION_VTL, witness.ENABLE_VP_VTL,
    witness.GET_VP_REGISTERS,
)  # fmt: skip
TAP_ROW = re.compile(r"(not )?ok (\d+) - (.*?) #(.*)$")
TAP_ALLOWED = re.compile(r"[^;]*?, allowed ([0-9a-fx,]+)")
EFER_LMA = 1 << 10
OBSERVED = re.compile(r"asked and found (0x[0-9a-f]+)$")
SEGMENTS = {"Cs", "Ds", "Es", "Fs", "Gs", "Ss", "Tr", "Ldtr"}
TABLES = {"Idtr", "Gdtr"}
KEY_OF = {"MsrCrPat": "pat"}  # where the log's key is not the register's name
FORBIDDEN = witness.FORBIDDEN - {"violation"}  # breaking rules is what the mode is for


def check_keys(name: str, expected: dict) -> None:
    """ValueError if a case declares something that nobody would look at, or too little."""
    unknown = set(expected) - KEYS
    if unknown:
        raise ValueError(f"{name}: unknown expectations {unknown}")
    if "verdict" not in expected or not {"skipped", "made"} & set(expected):
        raise ValueError(f"{name}: verdict, and skipped or made, must be declared")


def check(result: dict, lines: list[str], status: int | None) -> list[str]:
    """The result against itself, its TAP and the exit status."""
    wrong = []
    rows = result["rows"]
    counts = Counter(row["result"] for row in rows)
    keys = {"ok": "passed", "failed": "failed", "skipped": "skipped", "error": "errors"}
    told = {outcome: result[key] for outcome, key in keys.items()}
    if {key: counts[key] for key in told} != told:
        wrong.append(f"the rows are {dict(counts)}, the counts say {told}")
    failed = counts["failed"] + counts["error"]
    if (result["verdict"] == "failed") != bool(failed):
        wrong.append(f"verdict {result['verdict']} with {failed} failed rows")
    if status != EXIT_STATUS[result["verdict"]]:
        wrong.append(f"QEMU's exit status is {status} for verdict {result['verdict']}")
    for name, count in Counter(row["name"] for row in rows).items():
        if count > 1:
            wrong.append(f"{count} rows are called {name}")
    for row in rows:
        allowed = not row["allowed"] or row["status"] in row["allowed"]
        if row["result"] == "ok" and not allowed:
            wrong.append(f"passed with status {row['status']}: {row['name']}")
        if row["result"] in ("ok", "failed") and row["allowed"] and not row["calls"]:
            wrong.append(f"judged without a call: {row['name']}")
    return wrong + check_tap(rows, lines)


def check_tap(rows: list[dict], lines: list[str]) -> list[str]:
    """The TAP has a plan that is kept, and says of each row what the result says."""
    plans = [line for line in lines if re.match(r"1\.\.\d+$", line)]
    wrong = []
    if plans != [f"1..{len(rows)}"]:
        wrong.append(f"TAP: plans {plans} for {len(rows)} rows")
    told = []
    for match in filter(None, map(TAP_ROW.match, lines)):
        skipped = match[4].startswith(" SKIP ")
        found = TAP_ALLOWED.match(match[4])
        allowed = tuple(int(code, 0) for code in found[1].split(",")) if found else ()
        told.append((int(match[2]), match[3], bool(match[1]), skipped, allowed))
    due = [
        (
            i, row["name"], row["result"] in ("failed", "error"), row["result"] == "skipped",
            tuple(row["allowed"]),
        )
        for i, row in enumerate(rows, 1)
    ]  # fmt: skip
    if told != due:
        odd = sorted(set(told) ^ set(due))
        wrong.append(f"TAP and result differ, first in {odd[0] if odd else 'their order'}")
    return wrong


def compare(expected: dict, result: dict) -> list[str]:
    """What the case declares."""
    wrong = []
    if result["verdict"] != expected["verdict"]:
        wrong.append(f"verdict is {result['verdict']}, expected {expected['verdict']}")
        wrong += [
            f"{row['name']}: {row['status']}, allowed {row['allowed']}; {row['note']}"
            for row in result["rows"]
            if row["result"] in ("failed", "error")
        ]
    told = {"skipped": result["skipped"], "made": result["passed"] + result["failed"]}
    for key, count in told.items():
        if count != expected.get(key, count):
            wrong.append(f"{count} rows are {key}, expected {expected[key]}")
    notes = [row["note"] for row in result["rows"] if row["result"] == "skipped"]
    if "reason" in expected and not any(expected["reason"] in note for note in notes):
        wrong.append(f"no row is skipped because of '{expected['reason']}'")
    for text, status in expected.get("answers", {}).items():
        rows = [row for row in result["rows"] if text in row["name"] and row["calls"]]
        wrong += [
            f"{row['name']}: {row['status']}, expected {status}"
            for row in rows
            if row["status"] != status
        ]
        if not rows:
            wrong.append(f"no row with a call is called '{text}'")
    return wrong


def check_witness(result: dict, events: list[witness.Event]) -> list[str]:
    """The result against refhv.log."""
    wrong = [f"log: {event.text}" for event in events if event.name in FORBIDDEN]
    calls = [event for event in events if any(map(event.is_call, CODES))]
    proofs = result["hypervisor"]["proof_calls"]  # of the page, before all rows
    wrong += [
        f"no proof: {call.text}"
        for call in calls[:proofs]
        if not call.is_call(witness.GET_VP_INDEX)
    ]
    # Then the kernel has asked where it is; no row begins so.
    calls = list(dropwhile(lambda call: call.is_call(witness.GET_VP_REGISTERS), calls[proofs:]))
    made = sum(row["calls"] for row in result["rows"])
    if made != len(calls):
        return wrong + [f"the rows made {made} calls, the log has {len(calls)}"]
    started, last_start, at = 0, None, 0
    for row in result["rows"]:
        mine = calls[at : at + row["calls"]]
        at += row["calls"]
        wrong += check_row(row, mine)
        for call in mine:
            if call.is_call(witness.START_VP) and call.number("status") == witness.SUCCESS:
                started, last_start = started + 1, call
        wrong += check_observed(row, last_start)
        if mine and row["name"].endswith("Efer with LME and without LMA"):
            if mine[-1].number("efer") & EFER_LMA:
                wrong.append(f"{row['name']}: the log says: {mine[-1].text}")
    wrong += check_inits(events)
    runs = [event for event in events if event.name == "run"]
    if len(runs) > started or (len(runs) < started and result["verdict"] == "ok"):
        wrong.append(f"{started} starts succeeded, the log has {len(runs)} runs")
    return wrong


def check_inits(events: list[witness.Event]) -> list[str]:
    """INIT is for one that runs, so that it can be started once more."""
    running, wrong = set(), []
    for event in events:
        if event.name == "run":
            running.add(event.number("vp"))
        elif event.name == "init":
            if event.number("target_vp") not in running:
                wrong.append(f"INIT to one that does not run: {event.text}")
            running.discard(event.number("target_vp"))
    return wrong


def check_row(row: dict, calls: list[witness.Event]) -> list[str]:
    if not calls:
        return []
    if any(call.number("code") != row["call"] for call in calls):
        return [f"{row['name']}: the log has another call: {calls[-1].text}"]
    faulted = row["status"] is None  # the log has status=none then
    if calls[-1].number("status") != (-1 if faulted else row["status"]):
        return [f"{row['name']}: status {row['status']}, the log says: {calls[-1].text}"]
    return []


def logged_register(text: str, start: witness.Event) -> int | None:
    """The register that a row's name speaks of, as the log has it; None if it speaks of none."""
    match = re.search(r": ([A-Z]\w+) at \d+(?:, (selector|base|limit))?$", text)
    if not match:
        return None
    name, part = match[1], match[2]
    value = start.fields.get(KEY_OF.get(name, name.lower()), "")
    if name in SEGMENTS:
        value = value.split(":")[("selector", "base", "limit").index(part)]
    elif name in TABLES:
        value = value.split(":")[("base", "limit").index(part)]
    return int(value, 0)


def check_observed(row: dict, start: witness.Event | None) -> list[str]:
    """A register that arrived as asked: is it what the call had in it?"""
    found = OBSERVED.match(row["note"])
    if not found or start is None:
        return []
    logged = logged_register(row["name"], start)
    if logged is not None and logged != int(found[1], 0):
        return [f"{row['name']}: {found[1]}, the log says {logged:#x}"]
    return []

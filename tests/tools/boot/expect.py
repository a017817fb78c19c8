# SPDX-License-Identifier: MIT
"""What one case of cases.toml expects of its report (tests/boot/README.md lists the keys).

Pure functions from what is expected and what came out to a list of complaints.
What is not declared has a strict default: no warnings, every processor online.
"""
import re

from tools.boot import bench, conformance, guests

KEYS = {
    "verdict", "aps", "start_vp", "reason", "stride", "elements", "calls", "warnings", "cpus",
    "indexes", "serial", "log", "apic_ids", "starters", "ends", "stack", "expected", "excuses",
    "shows",
    "never",  # not on the serial port
    "nodes", "linear", "ipis",
    "vtl", "vtl_reason", "leaked", "intercepts",
    "payload_status", "payload_reason",
    "repeats",  # so many times, with repeat=
    "halts",  # the machine's last line, by which its halt is told from a hang
}  # fmt: skip
CPU_KEYS = {
    "apic", "vp", "verdict", "method", "map_status", "hv_status", "tries", "started_by",
    "numa", "vp_index", "vtl", "vtl_status",
}  # fmt: skip
REPORT_KEYS = {"start_vp": "hypervisor", "stride": "map", "elements": "map", "calls": "map"}


def check_keys(name: str, expected: dict) -> None:
    """ValueError if a case declares something that nobody would look at."""
    if expected.get("ends") == "conformance":
        conformance.check_keys(name, expected)
        return
    if expected.get("ends") == "guest":
        guests.check_keys(name, expected)
        return
    if expected.get("ends") == "bench":
        bench.check_keys(name, expected)
        return
    unknown = set(expected) - KEYS
    for cpu in expected.get("cpus", []):
        unknown |= set(cpu) - CPU_KEYS
    if unknown:
        raise ValueError(f"{name}: unknown expectations {sorted(unknown)}")
    if expected.get("ends") in ("panic", "crash"):
        if set(expected) - {"ends", "serial", "log", "stack", "shows"}:
            raise ValueError(f"{name}: a panic leaves no report")
    elif expected.get("ends") == "silent":
        if set(expected) - {"ends", "log", "shows"}:
            raise ValueError(f"{name}: nobody hears what a machine without a serial port says")
    elif expected.get("ends") == "stopped":
        if set(expected) != {"ends", "log"}:
            raise ValueError(f"{name}: of one that stops the log is left, and must be declared")
    elif expected.get("ends") == "payload":
        if set(expected) - {"ends", "serial", "log"}:
            raise ValueError(f"{name}: a payload that is left alone leaves no report")
    elif expected.get("ends") == "refused":
        if set(expected) - {"ends", "serial"}:
            raise ValueError(f"{name}: an image that is refused leaves no report")
    elif "ends" in expected or "verdict" not in expected or "aps" not in expected:
        raise ValueError(f"{name}: verdict and aps must be declared, or ends = \"panic\"")


def compare_texts(expected: dict, serial: list[str], log: list[str]) -> list[str]:
    """Texts that the serial lines and refhv.log must have, or the serial lines must not have."""
    heard = [text for text in expected.get("never", []) if any(text in line for line in serial)]
    return [f"a line of serial has '{text}'" for text in heard] + [
        f"no line of {where} has '{text}'"
        for where, lines in (("serial", serial), ("log", log))
        for text in expected.get(where, [])
        if not any(text in line for line in lines)
    ]


def excuse(expected: dict, wrong: list[str]) -> list[str]:
    """Leave out what a fault brings about by design; an excuse without need is a complaint."""
    excuses = expected.get("excuses", [])
    left = [w for w in wrong if not any(text in w for text in excuses)]
    return left + [f"no need to excuse '{e}'" for e in excuses if not any(e in w for w in wrong)]


DEFAULT_CAP_MS = 60000  # docs/options.md
SLACK_NS = 1_000_000_000  # set-up, and a host that is busy


def option_ms(cmdline: str, name: str, default: int) -> int:
    """The last one counts, as in the kernel."""
    values = re.findall(rf"(?:^|\s){name}=(\d+)(?=\s|$)", cmdline)
    return int(values[-1]) if values else default


def check_bound(cmdline: str, report: dict) -> list[str]:
    """P4: both rungs of the ladder together take no longer than their caps and the INIT delay."""
    ms = 2 * option_ms(cmdline, "cap", DEFAULT_CAP_MS) + option_ms(cmdline, "init_delay", 10)
    bound = ms * 1_000_000 + SLACK_NS
    if report["bringup_ns"] > bound:
        return [f"bring-up took {report['bringup_ns']} ns, more than its bounds, {bound} ns"]
    return []


def compare_stack(expected: dict, frames: list[str]) -> list[str]:
    """Functions that the symbolised backtrace of a panic must name."""
    named = {frame.partition(" at ")[0] for frame in frames}
    return [
        f"no frame of the backtrace is {f}()" for f in expected.get("stack", []) if f not in named
    ]


def compare(expected: dict, processors: int, report: dict) -> list[str]:
    wrong = []
    if report["verdict"] != expected["verdict"]:
        wrong.append(f"verdict is {report['verdict']}, expected {expected['verdict']}")
    due = expected.get("expected", processors)
    if report["expected"] != due:
        wrong.append(f"the kernel expected {report['expected']} processors, not {due}")
    for key, section in REPORT_KEYS.items():
        if key in expected and report[section][key] != expected[key]:
            wrong.append(f"{section}.{key} is {report[section][key]}, expected {expected[key]}")
    if expected.get("reason", "") not in report["hypervisor"]["reason"]:
        wrong.append(f"reason '{report['hypervisor']['reason']}' lacks '{expected['reason']}'")
    wrong += compare_vsm(expected, report["vsm"])
    wrong += compare_payload(expected, report["payload"])
    wrong += compare_ipis(expected.get("ipis"), report["selftest"])
    wrong += compare_warnings(expected.get("warnings", []), report["warnings"])
    return wrong + compare_cpus(expected, report["cpus"])


def compare_payload(expected: dict, payload: dict | None) -> list[str]:
    """Why it was not started, or how it came back."""
    found = payload["reason"] if payload else ""
    reason = expected.get("payload_reason", "")
    if reason not in found or bool(reason) != bool(found):
        return [f"payload.reason is '{found}', expected '{reason}'"]
    return []


def compare_vsm(expected: dict, vsm: dict) -> list[str]:
    """The VTL of the bring-up, why it is not the one that was asked for, and what leaked."""
    wrong = []
    if vsm["active_vtl"] != expected.get("vtl", 0):
        wrong.append(f"the VTL is {vsm['active_vtl']}, expected {expected.get('vtl', 0)}")
    reason = expected.get("vtl_reason", "")
    if reason not in vsm["reason"] or bool(reason) != bool(vsm["reason"]):
        wrong.append(f"vsm.reason '{vsm['reason']}', expected '{reason}'")
    seen = vsm["monitor"]["intercepts"] if vsm["monitor"] else None
    due = expected.get("intercepts", "none")
    if seen != (None if due == "none" else due):
        wrong.append(f"intercepts are {seen}, expected {due}")
    names = [text.partition(":")[0] for text in vsm["leaked"]]
    if names != expected.get("leaked", []):
        wrong.append(f"leaked are {vsm['leaked']}, expected {expected.get('leaked', [])}")
    return wrong


def compare_ipis(expected: list[str] | None, selftest: dict | None) -> list[str]:
    """The ways by which IPIs went; not declared: there was no mode=selftest."""
    if (expected is None) != (selftest is None):
        return ["there is no self-test" if selftest is None else "a self-test that nobody expected"]
    ways = [] if selftest is None else [way for way, n in selftest["ipi"]["sent"].items() if n]
    if ways != (expected or []):
        return [f"IPIs went by {ways}, expected {expected}"]
    return []


def compare_warnings(expected: list[str], warnings: list[str]) -> list[str]:
    """Every expected text in a warning, and no warning that nobody expected."""
    lacking = [text for text in expected if not any(text in w for w in warnings)]
    surprises = [w for w in warnings if not any(text in w for text in expected)]
    return [f"no warning has '{text}'" for text in lacking] + [
        f"unexpected warning: {w}" for w in surprises
    ]


def compare_cpus(expected: dict, cpus: list[dict]) -> list[str]:
    wrong = []
    special = expected.get("cpus", [])
    for one in special:
        if not any(is_meant(one, cpu) for cpu in cpus):
            wrong.append(f"no processor is {one}")
    for cpu in cpus:
        due = {"verdict": "online"}
        if cpu["role"] == "ap":
            due["method"] = expected["aps"]
        for one in special:
            if is_meant(one, cpu):
                due.update((key, one[key]) for key in one if key not in ("apic", "vp"))
        for key, value in due.items():
            if cpu[key] != value:
                wrong.append(f"apic {cpu['apic_id']}: {key} is {cpu[key]}, expected {value}")
    ids = sorted(cpu["apic_id"] for cpu in cpus)
    if ids != sorted(expected.get("apic_ids", ids)):
        wrong.append(f"APIC ids are {ids}, expected {expected['apic_ids']}")
    wrong += compare_indexes(expected.get("indexes"), cpus) + compare_starters(expected, cpus)
    return wrong + compare_nodes(expected.get("nodes"), cpus)


def is_meant(one: dict, cpu: dict) -> bool:
    """Whether a declared processor, named by APIC id or VP index, is this one."""
    return one["apic"] == cpu["apic_id"] if "apic" in one else one["vp"] == cpu["vp_index"]


def compare_indexes(kind: str | None, cpus: list[dict]) -> list[str]:
    """How VP indexes must relate to APIC ids: equal, all different, with gaps, or not at all."""
    pairs = [(cpu["apic_id"], cpu["vp_index"]) for cpu in cpus]
    if kind == "unknown" and any(vp is not None for _, vp in pairs):
        return [f"VP indexes are known: {pairs}"]
    if kind == "identity" and any(apic != vp for apic, vp in pairs):
        return [f"VP indexes are not the APIC ids: {pairs}"]
    if kind == "permuted" and any(apic == vp or vp is None for apic, vp in pairs):
        return [f"a VP index equals its APIC id: {pairs}"]
    if kind == "sparse" and max(0 if vp is None else vp for _, vp in pairs) < len(pairs):
        return [f"VP indexes have no gaps: {pairs}"]
    return []


def compare_nodes(count: int | None, cpus: list[dict]) -> list[str]:
    """The fan-out crosses to each NUMA node once and then goes on inside it."""
    if count is None:
        return []
    node_of = {cpu["apic_id"]: cpu["numa"] for cpu in cpus}
    nodes = set(node_of.values())
    if len(nodes) != count or None in nodes:
        return [f"the NUMA nodes are {nodes}, expected {count}"]
    home = {cpu["numa"] for cpu in cpus if cpu["role"] == "bsp"}
    wrong = []
    for node in nodes:
        inside = [cpu for cpu in cpus if cpu["numa"] == node and cpu["role"] == "ap"]
        strangers = [cpu for cpu in inside if node_of.get(cpu["started_by"]) != node]
        due = 0 if node in home else 1
        if len(strangers) != due:
            pairs = [(cpu["apic_id"], cpu["started_by"]) for cpu in strangers]
            wrong.append(f"node {node}: started from outside are {pairs}, must be {due}")
    return wrong


def compare_starters(expected: dict, cpus: list[dict]) -> list[str]:
    """starters = "bsp": the boot processor alone; "several": the fan-out was used."""
    kind = expected.get("starters")
    bsp = {cpu["apic_id"] for cpu in cpus if cpu["role"] == "bsp"}
    starters = {cpu["started_by"] for cpu in cpus if cpu["started_by"] is not None}
    if kind == "bsp" and starters != bsp:
        return [f"started by {sorted(starters)}, expected only the boot processor"]
    if kind == "several" and len(starters) < 2:
        return [f"started by {sorted(starters)} alone, expected several starters"]
    return []

# SPDX-License-Identifier: MIT
"""A good run and a good fallback, written by hand, for the unit tests.

The good run: four processors, VP indexes 2, 3, 0, 1. The boot processor (apic 0, VP 2) starts apic
1 (VP 3) and apic 2 (VP 0); apic 1 starts apic 3 (VP 1), whose first try was answered with 0x78. The
fallback: two processors without the StartVirtualProcessor privilege.
"""

LOG = """\
refhv: start version=1 vps=4 apic_ids=0,1,2,3 vp_indexes=2,3,0,1 vp=permuted stride=4 reps=all privileges=0x0020000000000862
refhv: exit_boot_services status=0x0
refhv: msr_write vp=2 msr=0x40000000 name=GUEST_OS_ID value=0xff00000000010000 result=ok
refhv: hypercall vp=2 vtl=0 code=0x009a name=GetVpIndexFromApicId control=0x40000009a input=0x1000 output=0x2000 start=0 count=4 target_vtl=0 apic_ids=0,1,2,3 vp_indexes=2,3,0,1 status=0x0000 reps=4
refhv: hypercall vp=2 vtl=0 code=0x0099 name=StartVirtualProcessor control=0x99 input=0x1000 output=0x0 target_vp=3 apic_id=1 target_vtl=0 rip=0x1 rsp=0x1000 status=0x0000 reps=0
refhv: run vp=3 apic_id=1 method=start
refhv: hypercall vp=2 vtl=0 code=0x0099 name=StartVirtualProcessor control=0x99 input=0x1000 output=0x0 target_vp=0 apic_id=2 target_vtl=0 rip=0x1 rsp=0x2000 status=0x0000 reps=0
refhv: hypercall vp=2 vtl=0 code=0x0099 name=StartVirtualProcessor control=0x99 input=0x1000 output=0x0 target_vp=1 apic_id=3 target_vtl=0 rip=0x1 rsp=0x3000 status=0x0078 reps=0
refhv: run vp=0 apic_id=2 method=start
refhv: hypercall vp=3 vtl=0 code=0x0099 name=StartVirtualProcessor control=0x99 input=0x3000 output=0x0 target_vp=1 apic_id=3 target_vtl=0 rip=0x1 rsp=0x4000 status=0x0000 reps=0
refhv: run vp=1 apic_id=3 method=start
refhv: msr_write vp=2 msr=0x40000000 name=GUEST_OS_ID value=0x0 result=ok
"""
FALLBACK_LOG = """\
refhv: start version=1 vps=2 apic_ids=0,1 vp_indexes=1,0 vp=permuted stride=4 reps=all privileges=0x0000000000000862
refhv: init vp=1 target_vp=0 apic_id=1
refhv: sipi vp=1 target_vp=0 apic_id=1 vector=0x9f accepted=1
refhv: run vp=0 apic_id=1 method=sipi
refhv: sipi vp=1 target_vp=0 apic_id=1 vector=0x9f accepted=0
"""


IPI = (
    "refhv: hypercall vp={} vtl=0 code={} name=x control=0x0 input=0x0 output=0x0 vector=0xf0 "
    "target_vtl=0 target_vps={} status=0x0000 reps=0\n"
)
# Each calls each; the boot processor calls each for that and for its clock; two broadcasts.
IPI_LOG = "".join(
    [IPI.format(a, "0x000b", b) for a in range(4) for b in range(4) if a != b]
    + [IPI.format(2, "0x000b", b) for b in (3, 0, 1)] * 2
    + [IPI.format(2, "0x0015", "0,1,3")] * 2
)


def cpu(apic: int, vp: int, tries: int = 1, by: int | None = 0, method: str = "hv") -> dict:
    return {
        "apic_id": apic, "uid": apic, "vp_index": vp, "numa": None, "role": "ap", "method": method,
        "verdict": "online", "map_status": None if vp is None else 0,
        "hv_status": 0 if tries else None, "tries": tries, "vtl": 0, "vtl_status": None,
        "intercepts": None,
        "started_by": by,
        "t_issued_ns": 1000, "t_first_ns": 2000, "t_online_ns": 3000,
        "handed_over": False, "mismatches": [],
    }  # fmt: skip


def bsp(vp: int) -> dict:
    record = cpu(0, vp, tries=0, by=None, method="firmware")
    return record | {"role": "bsp", "t_issued_ns": None, "t_first_ns": None, "t_online_ns": 0}


def good_report() -> dict:
    return {
        "schema": "hvsmp-report/2", "version": "v0-1-g0123456789ab", "verdict": "ok",
        "hypervisor": {
            "present": True, "interface": "Hv#1", "vendor": "Microsoft Hv",
            "version": "10.0.20348.1-0-0", "start_vp": True, "reason": "",
        },
        "map": {"calls": 1, "stride": 4, "elements": 4},
        "vsm": {
            "offered": False, "wanted": False, "reason": "", "maximum_vtl": None, "active_vtl": 0,
            "statuses": {"partition": None, "boot": None}, "calls": 0,
            "code_page": {"call": None, "return": None}, "leaked": [], "monitor": None,
        },
        "payload": None,
        "clock": {"source": "hv-tsc-frequency", "hz": 1000000000, "assumed": False},
        "expected": 4, "online": 4, "bringup_ns": 3000,
        "cpus": [bsp(2), cpu(1, 3), cpu(2, 0), cpu(3, 1, tries=2, by=1)], "selftest": None,
        "warnings": [], "warnings_left_out": 0,
    }  # fmt: skip


def vtl_log() -> str:
    """The good run out of VTL 1: 0x0F for the boot processor, then for each that is started."""
    lines = []
    for line in LOG.splitlines():
        if "code=0x0099" in line:
            line = line.replace("vtl=0", "vtl=1")
            enable = line.replace("code=0x0099", "code=0x000f").replace("=0x0078", "=0x0000")
            # The one whose start timed out is given the VTL once.
            lines += [] if "rsp=0x4000" in line else [enable]
        elif "GUEST_OS_ID" in line:
            line = line.replace("msr_write vp=2", "msr_write vp=2 vtl=0")
        lines.append(line.replace("method=start", "vtl=1 method=start"))
    first = next(line for line in lines if "code=0x000f" in line)
    own = first.replace("vp=2 vtl=1", "vp=2 vtl=0", 1).replace("target_vp=3 apic_id=1", BOOT)
    there = "refhv: vtl_switch vp=2 from=0 to=1 reason=call"
    back = "refhv: vtl_switch vp=2 from=1 to=0 reason=fast_return"
    page = "refhv: msr_write vp=2 vtl=1 msr=0x40000001 name=HYPERCALL value=0x5001 result=ok"
    return "\n".join(lines[:4] + [own, there, page] + lines[4:-1] + [back, lines[-1]]) + "\n"


BOOT = "target_vp=2 apic_id=0"


def vtl_report() -> dict:
    report = good_report()
    report["vsm"] |= {
        "offered": True, "wanted": True, "maximum_vtl": 1, "active_vtl": 1, "calls": 4,
        "statuses": {"partition": 0, "boot": 0}, "code_page": {"call": 15, "return": 38},
    }  # fmt: skip
    for record in report["cpus"]:
        record |= {"vtl": 1, "vtl_status": 0 if record["role"] == "ap" else None}
    return report


CODE, RIP = 0x5000, 0x7000  # of the word that the first processor writes to; of who writes


def set_register(vp: int, name: int, value: int, input_vtl: str = "0x00") -> str:
    return (
        f"refhv: hypercall vp={vp} vtl=1 code=0x0051 name=SetVpRegisters control=0x100000051 input=0x1000 "
        f"output=0x2000 target_vp=4294967294 input_vtl={input_vtl} start=0 count=1 "
        f"registers={name:#010x}:{value:#x} status=0x0000 reps=1"
    )


def protect(flags: int, pages: int) -> str:
    return (
        f"refhv: hypercall vp=2 vtl=1 code=0x000c name=ModifyVtlProtectionMask control=0xc input=0x1000 "
        f"output=0x0 input_vtl=0x11 flags={flags:#x} start=0 count={pages} pages=0x10-0x20 status=0x0000 "
        f"reps={pages}"
    )


def switch(vp: int, start: int, to: int, reason: str) -> str:
    return f"refhv: vtl_switch vp={vp} from={start} to={to} reason={reason}"


def caught(vp: int, apic: int) -> list[str]:
    return [
        f"refhv: intercept vp={vp} vtl=0 gpa={CODE + 4 * apic:#x} rip={RIP:#x} access=write",
        switch(vp, 0, 1, "interrupt"),
        set_register(vp, 0x00020010, RIP + 2, "0x10"),
        switch(vp, 1, 0, "return"),
    ]


def monitor_log() -> str:
    """The good run under a monitor: 0x0F for all in VTL 1, and each start goes through it."""
    lines = LOG.splitlines()
    starts = [line for line in lines if "code=0x0099" in line and "rsp=0x4000" not in line]
    give = [s.replace("code=0x0099", "code=0x000f").replace("=0x0078", "=0x0000") for s in starts]
    own = give[0].replace("target_vp=3 apic_id=1", BOOT)
    set_up = [
        own, switch(2, 0, 1, "call"), set_register(2, 0x000D0007, 0x1F), protect(0xD, 31),
        protect(1, 18), protect(1, 77), *[g.replace("vtl=0", "vtl=1", 1) for g in give],
        switch(2, 1, 0, "fast_return"),
    ]  # fmt: skip
    set_up = [s.replace("target_vtl=0", "target_vtl=1") for s in set_up]
    body = []
    for line in lines[4:-1]:
        body.append(line.replace("method=start", "vtl=1 method=start"))
        if " run " in line:
            vp, apic = (int(line.split(f"{key}=")[1].split()[0]) for key in (" vp", "apic_id"))
            body += [switch(vp, 1, 0, "fast_return"), *caught(vp, apic)]
    seal = [
        *caught(2, 0), switch(2, 0, 1, "call"), set_register(2, 0x000D0007, 0x5F),
        switch(2, 1, 0, "fast_return"), "refhv: init vp=2 target_vp=1 apic_id=3 dropped=1",
        "refhv: sipi vp=2 target_vp=1 apic_id=3 vector=0x9e accepted=0 dropped=1",
    ]  # fmt: skip
    return "\n".join(lines[:4] + set_up + body + seal + lines[-1:]) + "\n"


def monitor_report() -> dict:
    report = vtl_report()
    report["vsm"] |= {
        "active_vtl": 0,
        "monitor": {
            "armed": True, "pages": {"code": 31, "constants": 18, "own": 77}, "intercepts": 4,
            "checksum": {"before": 5, "after": 5}, "startup_denied": True, "init_sent_to": 3,
            "broken": 0,
        },
    }  # fmt: skip
    for i, record in enumerate(report["cpus"]):
        record |= {"vtl": 0, "intercepts": {"count": 1, "address": CODE + 4 * i, "rip": RIP}}
    return report


def selftest_report() -> dict:
    sent = {"hypercall": 18, "hypercall_ex": 2, "apic": 0}
    ipi = {"pairs": 12, "lost": 0, "min_ns": 10, "median_ns": 20, "max_ns": 30, "sent": sent}
    test = {
        "processors": 4, "ipi": ipi | {"announced": 24, "taken": 24},
        "tsc_skew": {"max_ns": 7, "error_ns": 100}, "storm": {"expected": 10000, "actual": 10000},
    }  # fmt: skip
    return good_report() | {"selftest": test}


def fallback_report() -> dict:
    report = good_report()
    report["hypervisor"] |= {"start_vp": False, "reason": "no privilege"}
    report |= {"map": {"calls": 0, "stride": 0, "elements": 0}, "expected": 2, "online": 2}
    report["cpus"] = [bsp(1) | {"map_status": None}, cpu(1, None, tries=0, method="sipi")]
    return report


def tap_lines(report: dict) -> list[str]:
    tests = [
        f"{'' if c['verdict'] == 'online' else 'not '}ok {i} - "
        f"apic {c['apic_id']}: {c['verdict']} by {c['method']}"
        + (f" in VTL {c['vtl']}" if c["vtl"] else "")
        for i, c in enumerate(report["cpus"], 1)
    ]
    return ["hello", "TAP version 13", f"1..{len(tests)}", *tests, "verdict: ok"]

# SPDX-License-Identifier: MIT
"""docs/faults.md: each row of the fault matrix with the tests that show it.

Tests carry their row in the name: boot cases `f24-...`, host tests `f24_...`; a name may carry
several rows. The few cases that serve a row under another name stand in ALSO.

`make fault-rows` writes the page; with --check it is only compared, and exit code 1 says that
something is missing or out of date.
"""
import re
import sys
from collections import defaultdict

from tools import ROOT
from tools.boot import cases

PAGE = ROOT / "docs" / "faults.md"
ROWS = {
    "Discovery": {
        "F01": "no hypervisor bit",
        "F02": 'interface is not "Hv#1"',
        "F03": "highest leaf below 0x40000005",
        "F04": "hypercall-MSR privilege clear",
        "F05": "VP-index privilege clear, or the register faults",
        "F06": "StartVirtualProcessor privilege clear",
        "F07": "privilege granted, but 0x99 answers 2",
        "F08": "isolated VM (type 2, 3) without a paravisor",
        "F09": 'another vendor\'s signature with "Hv#1" (KVM)',
        "F0A": "Hyper-V leaves at 0x40000100 behind another hypervisor's",
        "F84": "isolated with a paravisor, without, leaf missing",
        "F87": "a processor's id by CPUID is not its APIC's",
    },
    "Hypercall page": {
        "F10": "guest-OS-id write faults, or is lost",
        "F11": "MSR locked while disabled",
        "F12": "already enabled elsewhere at entry",
        "F13": "enable bit does not stick, or the page moves",
        "F14": "page holds zeroes or garbage",
        "F15": "the call instruction raises #UD",
        "F83": "extended call codes answer 6, 5, 2 or never",
    },
    "0x9A": {
        "F20": "each status for the whole call",
        "F21": "partial: 1 of n, k of n, 0 of n (once, for ever)",
        "F22": "status 5 with i elements done (unknown id in the middle)",
        "F23": "packed and padded elements, one-element-a-call hypervisors",
        "F24": "the same VP for two ids",
        "F25": "VP index at or beyond the limit, or SELF/ANY",
        "F26": "the BSP's id answered with another VP",
        "F27": "success but output untouched",
        "F28": "0x78 or 0x79 for ever",
        "F29": "the call faults",
    },
    "0x99": {
        "F30": "each documented status, and unknown ones",
        "F31": "0x78 k times, then success (k = 1, 5, 6)",
        "F32": "0x78, then 0x15 while the AP runs",
        "F33": "success but the AP never arrives",
        "F34": "AP arrives after 0.5, 1 and 3 deadlines",
        "F35": "AP arrives twice",
        "F36": "AP arrives as another VP or APIC id",
        "F37": "AP enters with a register other than asked",
        "F38": "AP faults at entry",
        "F39": "context refused with 0x50",
        "F3A": "the hypervisor sees a bad register only when the VP runs",
        "F40": "self-start",
        "F41": "a starter fails in the middle of the fan-out",
        "F42": "a starter dies between claim and call",
        "F43": "only some VPs denied (mixed report)",
        "F80": "0x99 on a running VP restarts it",
        "F81": "INIT by somebody else after arrival",
        "F82": "the AP arrives while a 0x78 is waited out",
        "F85": "refused, whatever the status, and yet started",
        "F86": "second arrival after bring-up (self-test)",
    },
    "Virtual trust levels (vtl=1)": {
        "G01": "AccessVsm or AccessVpRegisters withheld",
        "G02": "no VTL above 0 to have, or the registers that say so refused",
        "G03": "VsmCodePageOffsets has no VtlCall",
        "G04": "0x0D refused, or done already",
        "G05": "0x0F refused for the boot processor",
        "G06": "VtlCall does nothing, or raises #UD",
        "G07": "VTL 1 gets no hypercall page, or has no way back",
        "G08": "registers of VTL 0 are others after VTL 1",
        "G09": "0x0F or 0x99 refused for an AP",
        "G0A": "an AP begins in the wrong VTL, or is not told in which",
        "G0B": "RAX is written at a switch, as if there were a status",
    },
    "ACPI": {
        "F50": "no RSDP or XSDT",
        "F51": "bad checksum: used, with a warning",
        "F52": "entry length 0, 1, beyond the table",
        "F53": "truncated table",
        "F54": "one processor as type 0 and as type 9",
        "F55": "duplicate APIC id",
        "F56": "ids 0xFF and 0xFFFFFFFF",
        "F57": "disabled and online-capable entries",
        "F58": "BSP listed last, BSP not listed",
        "F59": "sparse ids, ids from 255 up without x2APIC",
        "F60": "more processors than the table holds",
        "F61": "multiprocessor wake-up structure (type 0x10) present",
        "F62": "SRAT disagrees with MADT",
        "F8A": "addresses that are not canonical, or beyond the processor's width",
        "F8D": "wrong checksum in RSDP, XSDT, RSDT, MADT, SRAT, FADT, DSDT, SSDT",
        "F8E": "XSDT empty or bad, RSDT good",
        "F8F": "tables in memory that the map does not list",
        "F90": "MADT without a processor; the boot processor disabled in it; two MADTs",
        "F91": "\\_S5 in an SSDT, nowhere",
        "F94": "thousands of oddities of one kind",
    },
    "Memory and environment": {
        "F70": "no memory for AP k's stack",
        "F71": "no page below 1 MiB",
        "F72": "1, 2, 3, 63, 64, 65, 128, 255 processors",
        "F73": "reference counter stuck or going backward",
        "F74": "one VP's TSC off by a millisecond",
        "F75": "NMI or spurious interrupt during start",
        "F76": "no serial port",
        "F77": "no framebuffer",
        "F78": "unknown, malformed and oversized options",
        "F92": "nobody knows the rate of the time stamp counter",
    },
    "Firmware": {
        "F88": "no NX, and every other feature that is switched on unasked",
        "F89": "the firmware's reset service returns, faults, is garbage",
        "F8B": "the memory map grows between two ExitBootServices; it is refused for ever",
        "F8C": "APs left in x2APIC mode under a boot processor in xAPIC mode, and the reverse",
        "F93": "five-level paging, SMEP, SMAP left on by firmware",
    },
}
ALSO = {
    "F01": ["none-1", "none-4", "none-16"],
    "F04": ["hypercall-msrs-withheld"],
    "F05": ["vp-index-withheld"],
    "F06": ["start-vp-withheld"],
    "F07": ["start-vp-not-implemented"],
    "F23": ["stride-4", "stride-8", "reps-1", "reps-1-stride-8-sparse"],
    "F33": ["one-ap-never-arrives"],
    "F39": ["f30-status-50"],
    "F40": ["conformance-4"],
    "F59": ["ref-sparse-apic-ids"],
    "F72": ["ref-1", "ref-2", "ref-3", "ref-64", "ref-255"],
    "F77": ["ref-4"],
    "F78": ["unknown-option"],
}
NOTES = {
    "F34": "a boot shows 0.5 and 3; the late arrival itself needs the ledger still open and is "
    "a host test",
    "F37": "a wrong CR3 leaves no instruction to report it: on the host only, or as the guest's "
    "shutdown",
    "F42": "which processor claims what is a matter of timing: host tests and the model "
    "(tests/model)",
    "F74": "a millisecond may hide in the time that a start takes: the boot cases are off by "
    "seconds",
    "F77": "no boot case but `framebuffer` has one",
}
HEAD = """# The fault matrix

Whatever the hypervisor, the firmware's tables or the memory map do, the kernel ends within its
bounds with a true report. Each row below is shown by boot cases (`make test GROUP=faults`, faults
of the reference hypervisor, see [refhv-faults.md](refhv-faults.md); the groups `spoil`, `tables`,
`apic` and `left-on`, see [tests/spoil](../tests/spoil/README.md)), by host tests that carry the
row in their name, or by both. `make fault-rows` writes it from the names of the tests, and
`make check` refuses a row without a test.

Properties that the runner checks on every boot case, not only on these: P1 the online set, the
arrived set and the report's set are equal; P2 one verdict for each processor; P3 no processor runs
twice; P4 the total time is within the sum of the bounds; P6 the exit code agrees with the report;
P7 the report is valid JSON and TAP; P8 the crash MSRs are written if and only if the kernel
panicked. P5, guard pages untouched, needs no check after the fact: they are not mapped
(`audit=on` proves that), so touching one is a double fault with a panic.
"""


def rows_of(name: str) -> list[str]:
    """Rows in the beginning of a name: f20_f28_every_status, f41-starter, arm64-f37-x18."""
    prefix = re.match(r"(?:arm64-)?((?:[fg][0-9][0-9a-f][-_])+)", name)
    return [row.upper() for row in re.split("[-_]", prefix[1])[:-1]] if prefix else []


def host_tests() -> dict[str, str]:
    found = {}
    for path in sorted((ROOT / "tests" / "host").rglob("test_*.c")):
        for name in re.findall(r"^static void ([fg][0-9][0-9a-f]_\w+)\(", path.read_text(), re.M):
            found[name] = str(path.relative_to(ROOT / "tests" / "host"))[:-2].replace("test_", "")
    return found


def collect() -> tuple[dict, dict, list[str]]:
    boots, hosts, wrong = defaultdict(list), defaultdict(list), []
    declared = [case["name"] for case in cases.load_cases()]
    for name in declared:
        for row in rows_of(name):
            boots[row].append(name)
    for row, names in ALSO.items():
        boots[row] += [n for n in names if n not in boots[row]]
        wrong += [f"{row}: there is no boot case {n}" for n in names if n not in declared]
    for name, where in host_tests().items():
        for row in rows_of(name):
            if where not in hosts[row]:
                hosts[row].append(where)
    known = {row for part in ROWS.values() for row in part}
    wrong += [f"{row} is no row, but a test is named so" for row in {*boots, *hosts} - known]
    wrong += [f"{row} has no test" for row in sorted(known) if not boots[row] and not hosts[row]]
    return boots, hosts, wrong


def page(boots: dict, hosts: dict) -> str:
    text = HEAD
    for part, rows in ROWS.items():
        text += f"\n## {part}\n\n"
        text += "| Row | Fault | Boot cases | Host tests (tests/host) |\n|---|---|---|---|\n"
        for row, what in rows.items():
            note = f" ({NOTES[row]})" if row in NOTES else ""
            tests = f"{', '.join(boots[row])} | {', '.join(hosts[row])}"
            text += f"| {row} | {what}{note} | {tests} |\n"
    return text


def main() -> int:
    boots, hosts, wrong = collect()
    text = page(boots, hosts)
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != text:
            wrong.append("docs/faults.md is out of date: run make fault-rows")
    else:
        PAGE.write_text(text)
    for complaint in wrong:
        print(complaint)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

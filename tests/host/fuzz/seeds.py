#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make the seed corpus of the fuzz targets: tests/host/fuzz/seeds.py CORPUS [DUMP].

DUMP is the physical memory of a machine that has booted to its firmware's menu (QEMU's monitor:
pmemsave 0 SIZE FILE): its real tables become the seeds called qemu-*. The others are made here, one
for each shape that the readers tell apart. Inputs that were found by fuzzing are added by hand.
"""
import struct
import sys
from pathlib import Path

BASE = 0x1000  # where tables.c puts its input
REPAIR_ALL = b"\x03"


def sealed(data: bytes, at: int = 9) -> bytes:
    data = bytearray(data)
    data[at] = 0
    data[at] = -sum(data) % 256
    return bytes(data)


def table(signature: str, revision: int, body: bytes) -> bytes:
    header = signature.encode() + struct.pack("<IBB", 36 + len(body), revision, 0)
    return sealed(header + b"HVSMP SEEDTBLE\0\0\0\0HVSM\1\0\0\0"[:26].ljust(26, b"\0") + body)


def lapic(uid: int, apic_id: int, flags: int = 1) -> bytes:
    return struct.pack("<BBBBI", 0, 8, uid, apic_id, flags)


def x2apic(uid: int, apic_id: int, flags: int = 1) -> bytes:
    return struct.pack("<BBHIII", 9, 16, 0, apic_id, flags, uid)


def gicc(uid: int, mpidr: int, flags: int = 1, redistributor: int = 0, size: int = 80) -> bytes:
    head = struct.pack("<BBHIII", 0x0B, size, 0, uid, uid, flags)
    return (head + bytes(44) + struct.pack("<QQ", redistributor, mpidr) + bytes(4))[:size]


def gicd(base: int) -> bytes:
    return struct.pack("<BBHIQIB3x", 0x0C, 24, 0, 0, base, 0, 3)


def gicr(base: int, size: int) -> bytes:
    return struct.pack("<BBHQI", 0x0E, 16, 0, base, size)


def gicc_affinity(uid: int, domain: int) -> bytes:
    return struct.pack("<BBIIII", 3, 18, domain, uid, 1, 0)


def address(space: int, value: int) -> bytes:
    return struct.pack("<BBBBQ", space, 32, 0, 3, value)


def spcr(kind: int, space: int, value: int) -> bytes:
    return table("SPCR", 2, struct.pack("<B3x", kind) + address(space, value) + bytes(28))


def dbg2_device(kind: int, subtype: int, value: int, at: int = 22) -> bytes:
    head = struct.pack("<BHBHHHHHHHHH", 0, 40, 1, 2, 38, 0, 0, kind, subtype, 0, at, 34)
    return head + address(0, value) + struct.pack("<I", 0x1000) + b".\0"


def dbg2(*devices: bytes) -> bytes:
    return table("DBG2", 0, struct.pack("<II", 44, len(devices)) + b"".join(devices))


def madt(*entries: bytes, lapic_address: int = 0xFEE00000) -> bytes:
    return table("APIC", 5, struct.pack("<II", lapic_address, 1) + b"".join(entries))


def srat(*entries: bytes, revision: int = 3) -> bytes:
    return table("SRAT", revision, struct.pack("<IQ", 1, 0) + b"".join(entries))


def ram(domain: int, base: int, size: int) -> bytes:
    return struct.pack("<BBIHQQIIQ", 1, 40, domain, 0, base, size, 0, 1, 0)


def affinity(apic_id: int, domain: int, flags: int = 1) -> bytes:
    low, high = domain & 0xFF, domain >> 8
    entry = struct.pack("<BBBBIB", 0, 16, low, apic_id, flags, 0)
    return entry + high.to_bytes(3, "little") + bytes(4)


def x2affinity(apic_id: int, domain: int, flags: int = 1) -> bytes:
    return struct.pack("<BBHIIII", 2, 24, 0, domain, apic_id, flags, 0) + bytes(4)


def fadt(size: int, flags: int, vendor: bytes = b"") -> bytes:
    data = bytearray(size)
    struct.pack_into("<I", data, 40, 0x7FE0000)  # DSDT
    struct.pack_into("<III", data, 64, 0x604, 0, 0)  # PM1a_CNT
    struct.pack_into("<I", data, 76, 0x608)  # PM_TMR
    struct.pack_into("<I", data, 112, flags)
    if size >= 129:
        struct.pack_into("<BBBBQB", data, 116, 1, 8, 0, 1, 0xCF9, 6)
    if size >= 276:
        data[268:276] = vendor.ljust(8, b"\0")
    return table("FACP", 6, bytes(data[36:]))


def s5(body: bytes, name: bytes = b"\x08_S5_") -> bytes:
    return table("DSDT", 2, b"\x10\x05\\_SB_" + name + body)


def rsdp(rsdt: int, xsdt: int, revision: int = 2) -> bytes:
    head = sealed(b"RSD PTR \0HVSMP " + bytes([revision]) + struct.pack("<I", rsdt), 8)
    return sealed(head + struct.pack("<IQ", 36, xsdt) + bytes(4), 32)


def memory(tables: list, dsdt: bytes, wide: bool = True) -> bytes:
    """RSDP, root table, DSDT and the tables, one behind the other; the FADT names the DSDT."""
    width = 8 if wide else 4
    root_at = BASE + 40
    at = root_at + 36 + width * len(tables)
    places, out = [], dsdt
    dsdt_at, at = at, at + len(dsdt)
    for t in tables:
        if t[:4] == b"FACP":
            t = bytearray(t)
            struct.pack_into("<I", t, 40, dsdt_at)
            if len(t) >= 148:
                struct.pack_into("<Q", t, 140, dsdt_at)
            t = sealed(t)
        places.append(at)
        out += t
        at += len(t)
    entries = b"".join(p.to_bytes(width, "little") for p in places)
    root = table("XSDT" if wide else "RSDT", 1, entries)
    first = rsdp(0, root_at) if wide else rsdp(root_at, 0, 0)
    return first.ljust(40, b"\0") + root + out + b"\0"


def dumped(path: str) -> dict:
    """The tables that the dump's XSDT names, and the DSDT."""
    mem = Path(path).read_bytes()

    def at(pa: int) -> bytes:
        return mem[pa:pa + struct.unpack_from("<I", mem, pa + 4)[0]]

    i = -1
    while (i := mem.find(b"RSD PTR ", i + 1)) >= 0:
        xsdt = struct.unpack_from("<Q", mem, i + 24)[0]
        if sum(mem[i:i + 36]) % 256 == 0 and mem[xsdt:xsdt + 4] == b"XSDT":
            break
    else:
        raise SystemExit(f"{path}: no RSDP with an XSDT")
    entries = at(xsdt)[36:]
    found = [at(pa) for (pa,) in struct.iter_unpack("<Q", entries)]
    tables = {t[:4].decode(): t for t in found}
    tables["DSDT"] = at(struct.unpack_from("<I", tables["FACP"], 40)[0])
    return tables


def machine(
    count: int, bsp: int, bsp_vp: int, limit: int, *answers: bytes, first: int = 0, step: int = 1
) -> bytes:
    return struct.pack(
        "<BHHBHH", 255 if count > 64 else count - 1, bsp, first, step - 1, bsp_vp, limit
    ) + b"".join(answers)


PACKED, PADDED, FAULT = b"\0", b"\1", b"\4"


def partly(elements: int, status: int) -> bytes:
    return bytes([2, elements, status])


def raw(status: int, reps: int, *words: tuple) -> bytes:
    out = b"".join(struct.pack("<HI", place, word) for place, word in words)
    return struct.pack("<BQB", 3, status | reps << 32 | 0xABCDE000FFFF0000, len(words)) + out


def topology(capacity: int, bsp: int, madt_table: bytes, srat_table: bytes = b"") -> bytes:
    return struct.pack("<BIH", capacity, bsp, len(madt_table)) + madt_table + srat_table


def made() -> dict:
    four = [lapic(i, i) for i in range(4)]
    pair = madt(*four), srat(*[affinity(i, i // 2) for i in range(4)])
    plain = s5(b"\x12\x06\x04\x00\x00\x00\x00")
    cut = madt(lapic(0, 0), x2apic(1, 300))
    return {
        "gic": {
            "virt": madt(gicd(0x08000000), gicc(0, 0), gicc(1, 1), gicr(0x080A0000, 0xF60000)),
            "own-redistributors": madt(gicc(1, 0, 1, 0xEFFEE000), gicc(18, 17, 1, 0xF020E000)),
            "disabled": madt(gicc(0, 0), gicc(1, 0x101, 8)), "shortest": madt(gicc(0, 0, size=76)),
            "too-short": madt(gicc(0, 0, size=75), gicd(1), gicr(0, 0)),
            "beyond-the-end": madt(gicc(0, 0))[:-5], "x86": madt(lapic(0, 0), x2apic(1, 300)),
        },
        "spcr": {
            "spcr": spcr(3, 0, 0x09000000), "other-kind": spcr(0, 0, 0x3F8), "port": spcr(3, 1, 1),
            "dbg2": dbg2(dbg2_device(0x8002, 0, 1), dbg2_device(0x8000, 3, 0xEFFEC000)),
            "address-beyond": dbg2(dbg2_device(0x8000, 3, 1, 30)), "none": dbg2(),
            "cut": dbg2(dbg2_device(0x8000, 3, 1))[:-3],
        },
        "madt": {
            "empty": b"", "header-only": table("APIC", 5, b""), "four": pair[0],
            "x2apic": madt(x2apic(0, 0), x2apic(1, 300), x2apic(2, 0xFFFFFFFF)),
            "override": madt(lapic(0, 0), struct.pack("<BBHQ", 5, 12, 0, 0xFEC0000000)),
            "wakeup": madt(lapic(0, 0), struct.pack("<BBHIQ", 0x10, 16, 0, 0, 0x7000)),
            "entry-length-0": madt(lapic(0, 0), b"\0\0"), "entry-length-1": madt(b"\0\1"),
            "entry-too-short": madt(b"\0\2", b"\5\4\0\0", b"\x09\x08" + bytes(6), b"\x10\x03\0"),
            "entry-beyond-the-end": cut[:-5], "half-an-entry": madt(lapic(0, 0), b"\0"),
        },
        "srat": {
            "gicc": srat(gicc_affinity(7, 1), gicc_affinity(3, 2), ram(1, 0, 1 << 20)),
            "four": pair[1], "narrow": srat(affinity(1, 0xABCDEF), revision=1),
            "x2apic": srat(x2affinity(300, 7), affinity(255, 0x01020304 & 0xFFFFFF)),
            "disabled": srat(affinity(0, 1, 0), x2affinity(1, 1, 0)),
            "memory": srat(b"\1\x28" + bytes(38), affinity(0, 0)),
            "nodes": srat(ram(0, 0, 1 << 30), ram(1, 1 << 30, 1 << 30), affinity(1, 1)),
            "entry-length-0": srat(b"\0\0"), "entry-too-short": srat(b"\0\x0f" + bytes(13)),
            "entry-beyond-the-end": pair[1][:-3],
        },
        "fadt": {
            "acpi-1": fadt(116, 0), "one-short": fadt(116, 0)[:115], "reset": fadt(132, 0x500),
            "reset-half": fadt(128, 0x400), "reduced": fadt(276, 0x100000, b"Microsof"),
            "vendor-cut": fadt(276, 0x500, b"QEMU")[:275],
        },
        "s5": {
            "plain": plain, "root": s5(b"\x12\x06\x04\x01\x0a\x05\0\0", b"\x08\\_S5_"),
            "word-dword": s5(b"\x12\x0b\x02\x0b\x05\0\x0c\x06\0\0\0"),
            "long-length": s5(b"\x12\xc7\0\0\0\x02\x0a\x05\x0a\x05"),
            "type-too-large": s5(b"\x12\x06\x02\x0a\xff\0"),
            "second-missing": s5(b"\x12\x04\x02\x0a\x05"), "one-element": s5(b"\x12\x03\x01\0"),
            "cut-in-the-name": plain[:47], "not-a-package": s5(b"\x0a\x05"),
            "first-is-no-good": s5(b"\x0a\x05\x08_S5_\x12\x06\x04\0\x0a\x05\0"),
        },
        "tables": {
            "xsdt": memory([pair[0], pair[1], fadt(276, 0x500)], plain) + REPAIR_ALL,
            "rsdt": memory([pair[0], fadt(116, 0)], plain, wide=False) + b"\0",
            "xsdt-names-itself": rsdp(0, BASE + 36)
            + table("XSDT", 1, struct.pack("<QQ", BASE + 36, 0)),
            "root-is-no-root": rsdp(0, BASE + 36) + pair[0] + b"\0",
            "bad-checksum": memory([pair[0][:-1] + b"\x55"], plain),
            "length-beyond": rsdp(BASE + 36, BASE + 36)
            + b"XSDT"
            + struct.pack("<I", 1 << 20)
            + bytes(60),
            "entries-lead-nowhere": rsdp(0, BASE + 36)
            + table("XSDT", 1, struct.pack("<QQQ", 0, BASE + 90, 2**64 - 8)) + REPAIR_ALL,
            "old-rsdp": rsdp(0, 0, 0)[:20], "empty": b"",
        },
        "topology": {
            "four": topology(0, 0, *pair),
            "bsp-last": topology(8, 3, *pair),
            "bsp-not-listed": topology(0, 77, *pair),
            "full": topology(2, 3, *pair),
            "both-forms": topology(
                0, 1, madt(lapic(0, 0), lapic(1, 1), x2apic(1, 1), x2apic(5, 256))
            ),
            "twice": topology(
                0, 0, madt(lapic(0, 0), lapic(1, 0), lapic(2, 255), x2apic(3, 0xFFFFFFFF))
            ),
            "disabled": topology(4, 0, madt(lapic(0, 0, 0), lapic(1, 1, 2), lapic(2, 2))),
            "nodes-overlap": topology(8, 0, pair[0], srat(
                affinity(1, 1), affinity(1, 2), ram(1, 0, 2**31), ram(2, 2**30, 1),
                ram(3, 2**63, 2**63), ram(3, 2**64 - 1, 2),
                ram(0, 0, 0), ram(0, 1, 1), ram(0, 2, 2))),
            "no-tables": topology(1, 0xFFFFFFFF, b""),
        },
        "topology_arm64": {
            "clusters": topology(0, 0, madt(*[gicc(i, i // 16 << 8 | i % 16) for i in range(18)])),
            "gaps": topology(9, 0x20, madt(gicc(7, 0x300070200), gicc(5, 0xF0), gicc(3, 0x20))),
            "register-bits": topology(0, 1, madt(gicc(0, 0xC1000000), gicc(1, 0x80000001))),
            "twice": topology(0, 0, madt(gicc(0, 0), gicc(1, 0x80000000), gicc(1, 5), gicc(2, 5))),
            "by-uid": topology(
                0, 0, madt(gicc(3, 0), gicc(0, 3), gicc(1, 0x100)),
                srat(gicc_affinity(0, 10), gicc_affinity(3, 13), gicc_affinity(77, 1))),
            "too-short": topology(0, 0, madt(gicc(0, 0), gicc(1, 1, size=75)), srat(b"\3\2")),
            "full": topology(2, 9, madt(*[gicc(i, i) for i in range(5)])),
            "not-there": topology(1, 0x101, madt(gicc(0, 0, 8), gicd(1), gicr(0, 0))),
            "no-tables": topology(1, 0xFFFFFFFF, b""),
        },
        "options": {
            "all": b"start=hv fanout=off deadline=500 cap=3000 exit=qemu log=verbose "
            b"report=table,json,tap\n",
            "lines": b"# a comment\r\nstart=sipi\r\n\texit=reset\nlog=quiet",
            "mistakes": b"strat=hv deadline= cap=600001 report=table,,json fanout exit=QEMU =x ==",
            "numbers": b"deadline=1 cap=600000 deadline=00000007 cap=4294967297",
            "long": b"x" * 300 + b"=" + b"y" * 300, "empty": b"",
            "test-options": b"audit=on panic=ap panic_by=nmi fail_alloc=3",
        },
        "options_text": {
            "plain": b"exit=qemu log=info\n", "marked": b"\xef\xbb\xbfexit=qemu\r\n",
            "utf-16": b"\xff\xfee\0x\0i\0t\0", "utf-16-upper": b"\xfe\xff\0e\0x\0i\0t\0",
            "utf-16-unmarked": "exit=qemu".encode("utf-16-le"), "nul": b"log=ver\0bose start=sipi",
            "nuls": b"\0\0\0\0", "one-byte": b"x", "half-a-letter": b"\xff\xfee\0x",
            "full": b"exit=qemu " * 410, "one-word": b"x" * 4100,
            "full-utf-16": ("exit=qemu " * 205).encode("utf-16-le"),
        },
        "hv_map": {
            "one": machine(1, 0, 0, 0),
            "four": machine(4, 0, 2, 4),
            "bsp-last": machine(4, 3, 1, 0),
            "padded": machine(40, 5, 2, 0, PACKED, *[PADDED] * 60),
            "two-lists": machine(1100, 3, 0, 0),
            "one-a-call": machine(5, 0, 1, 0, *[partly(1, 0)] * 20),
            "stalls": machine(6, 0, 1, 0, PACKED, PACKED, *[partly(0, 0)] * 8),
            "time-outs": machine(6, 1, 1, 0, *[partly(0, 0x78)] * 6, *[partly(2, 0x79)] * 12),
            "denied": machine(3, 0, 0, 0, raw(6, 0)), "not-there": machine(3, 0, 0, 0, raw(2, 0)),
            "denied-later": machine(8, 0, 0, 0, PACKED, PACKED, raw(6, 0)),
            "faults": machine(3, 0, 0, 0, FAULT),
            "faults-later": machine(8, 0, 0, 0, PACKED, PACKED, FAULT),
            "bsp-wrong": machine(3, 0, 4, 0, raw(0, 1, (0, 5))),
            "untouched": machine(5, 0, 1, 0, PACKED, PACKED, raw(0, 4)),
            "reps-too-many": machine(5, 0, 1, 0, PACKED, PACKED, raw(0, 4095)),
            "everybody-is-the-bsp": machine(5, 0, 1, 0, PACKED, PACKED,
                                            raw(0, 4, (0, 1), (1, 1), (2, 1), (3, 1))),
            "same-vp-twice": machine(5, 0, 1, 0, PACKED, PACKED,
                                     raw(0, 4, (0, 7), (1, 7), (2, 8), (3, 9))),
            "beyond-the-limit": machine(5, 0, 1, 6, PACKED, PACKED,
                                        raw(0, 4, (0, 6), (1, 2**32 - 2), (2, 2**32 - 1), (3, 5))),
            "unknown-in-the-middle": machine(6, 0, 1, 0, PACKED, PACKED,
                                             raw(5, 2, (0, 3), (1, 4)), PACKED),
        },
    }


def real(tables: dict) -> dict:
    acpi = [tables[s] for s in ("FACP", "APIC", "SRAT")]
    return {
        "madt": {"qemu-q35": tables["APIC"]}, "srat": {"qemu-q35": tables["SRAT"]},
        "fadt": {"qemu-q35": tables["FACP"]}, "s5": {"qemu-q35": tables["DSDT"]},
        "tables": {"qemu-q35": memory(acpi, s5(b"\x12\x06\x04\x00\x00\x00\x00"))},
        "topology": {"qemu-q35": topology(0, 0, tables["APIC"], tables["SRAT"])},
    }


def main() -> None:
    seeds = [made()] + ([real(dumped(sys.argv[2]))] if len(sys.argv) > 2 else [])
    for part in seeds:
        for target, inputs in part.items():
            directory = Path(sys.argv[1]) / target
            directory.mkdir(parents=True, exist_ok=True)
            for name, data in inputs.items():
                (directory / name).write_bytes(data)


if __name__ == "__main__":
    main()

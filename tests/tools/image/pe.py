# SPDX-License-Identifier: MIT
"""Mark a PE image NX-compatible and refuse one whose sections would not be RX, R and RW.

objcopy cannot set DllCharacteristics when it makes a PE image from an ELF object, so this does
(and the checksum anew, which signers keep right: a signature can be taken off without a trace),
and proves on the way that the promise is kept: sections on 4 KiB boundaries, none both writable
and executable, and no relocation but the kind that efi/'s entry code applies. With --sbat there
must be a well-formed .sbat section, which shim asks for under Secure Boot.
Offsets: Microsoft PE/COFF specification, "Optional Header (Image Only)".
"""
import re
import struct
import sys

PE_POINTER = 0x3C
COFF_SIZE = 24  # signature and COFF header
OPT_SECTION_ALIGNMENT = 32
OPT_CHECKSUM = 64
OPT_DLL_CHARACTERISTICS = 70
NX_COMPAT = 0x0100
SECTION_SIZE = 40
SCN_CODE, SCN_EXECUTE, SCN_READ, SCN_WRITE = 0x20, 0x20000000, 0x40000000, 0x80000000
PAGE = 4096
RELA_ENTRY = "<QQq"  # Elf64_Rela: offset, info (the type in its lower half), addend
# The kind of relocation that efi/ARCH/entry applies, by the image's machine.
RELATIVE = {0x8664: (8, "R_X86_64_RELATIVE"), 0xAA64: (1027, "R_AARCH64_RELATIVE")}

SBAT_FIELDS = 6  # component, generation, vendor, package, version, URL


def check_sbat(path, text, flags):
    """shim: SBAT.md, "CSV"; the first line is the format's own."""
    if flags & (SCN_EXECUTE | SCN_WRITE) or not flags & SCN_READ:
        sys.exit(f"{path}: section .sbat must be read-only data, its flags are {flags:#x}")
    try:
        lines = text.rstrip(b"\0").decode("ascii").splitlines()
    except UnicodeDecodeError:
        sys.exit(f"{path}: section .sbat is not ASCII text")
    rows = [line.split(",") for line in lines]
    for row in rows:
        if len(row) != SBAT_FIELDS or not all(row) or not row[1].isdigit() or row[1] == "0":
            sys.exit(f"{path}: section .sbat: {','.join(row)!r} is not component,generation,vendor,"
                     "package,version,URL")
        if not re.fullmatch(r"https?://[^/\s]+/\S*", row[-1]):
            sys.exit(f"{path}: section .sbat: {row[-1]!r} is no URL")
    if len(rows) < 2 or rows[0][:2] != ["sbat", "1"]:
        sys.exit(f"{path}: section .sbat must have a line sbat,1,... and one of the image's own")


def check_relocations(path, table, machine):
    relative, name = RELATIVE[machine]
    table = table[: len(table) - len(table) % struct.calcsize(RELA_ENTRY)]
    for offset, info, _ in struct.iter_unpack(RELA_ENTRY, table):
        kind = info & 0xFFFFFFFF
        if kind not in (0, relative):  # 0: the section's padding
            sys.exit(f"{path}: relocation of type {kind} at {offset:#x}, can only be {name}")


def checksum(image, field):
    """The sum of the file's 16-bit words, carries added, without the field; and its length."""
    total = 0
    for offset in range(0, len(image), 2):
        if not field <= offset < field + 4:
            total += int.from_bytes(image[offset : offset + 2], "little")
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total + len(image)


def main(path, need_sbat=False):
    with open(path, "rb") as f:
        image = bytearray(f.read())
    (pe,) = struct.unpack_from("<I", image, PE_POINTER)
    if image[pe : pe + 4] != b"PE\0\0":
        sys.exit(f"{path}: not a PE image")
    machine, sections, opt_size = struct.unpack_from("<HH12xH", image, pe + 4)
    opt = pe + COFF_SIZE
    (alignment,) = struct.unpack_from("<I", image, opt + OPT_SECTION_ALIGNMENT)
    if alignment != PAGE:
        sys.exit(f"{path}: section alignment is {alignment:#x}, must be {PAGE:#x}")
    for i in range(sections):
        entry = opt + opt_size + i * SECTION_SIZE
        name = image[entry : entry + 8].rstrip(b"\0").decode()
        (rva,) = struct.unpack_from("<I", image, entry + 12)
        (flags,) = struct.unpack_from("<I", image, entry + 36)
        if rva % PAGE:
            sys.exit(f"{path}: section {name} at {rva:#x} is not on a page boundary")
        if flags & SCN_EXECUTE and flags & SCN_WRITE:
            sys.exit(f"{path}: section {name} is both writable and executable")
        size, _, raw_size, start = struct.unpack_from("<IIII", image, entry + 8)
        content = image[start : start + min(size, raw_size)]
        if name == ".rela":
            check_relocations(path, content, machine)
        if name == ".sbat":
            need_sbat = False
            check_sbat(path, content, flags)
    if need_sbat:
        sys.exit(f"{path}: there is no section .sbat")
    (dll,) = struct.unpack_from("<H", image, opt + OPT_DLL_CHARACTERISTICS)
    struct.pack_into("<H", image, opt + OPT_DLL_CHARACTERISTICS, dll | NX_COMPAT)
    struct.pack_into("<I", image, opt + OPT_CHECKSUM, checksum(image, opt + OPT_CHECKSUM))
    with open(path, "wb") as f:
        f.write(image)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--sbat"]):
        sys.exit("usage: pe.py IMAGE.efi [--sbat]")
    main(sys.argv[1], need_sbat="--sbat" in sys.argv)

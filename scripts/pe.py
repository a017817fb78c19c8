#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mark a PE image NX-compatible and refuse one whose sections would not be RX, R and RW.

objcopy cannot set DllCharacteristics when it makes a PE image from an ELF object, so this does,
and proves on the way that the promise is kept: sections on 4 KiB boundaries, none both writable
and executable. Offsets: Microsoft PE/COFF specification, "Optional Header (Image Only)".
"""
import struct
import sys

PE_POINTER = 0x3C
COFF_SIZE = 24  # signature and COFF header
OPT_SECTION_ALIGNMENT = 32
OPT_DLL_CHARACTERISTICS = 70
NX_COMPAT = 0x0100
SECTION_SIZE = 40
SCN_CODE, SCN_EXECUTE, SCN_READ, SCN_WRITE = 0x20, 0x20000000, 0x40000000, 0x80000000
PAGE = 4096


def main(path):
    with open(path, "rb") as f:
        image = bytearray(f.read())
    (pe,) = struct.unpack_from("<I", image, PE_POINTER)
    if image[pe : pe + 4] != b"PE\0\0":
        sys.exit(f"{path}: not a PE image")
    sections, opt_size = struct.unpack_from("<H12xH", image, pe + 6)
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
    (dll,) = struct.unpack_from("<H", image, opt + OPT_DLL_CHARACTERISTICS)
    struct.pack_into("<H", image, opt + OPT_DLL_CHARACTERISTICS, dll | NX_COMPAT)
    with open(path, "wb") as f:
        f.write(image)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: pe.py IMAGE.efi")
    main(sys.argv[1])

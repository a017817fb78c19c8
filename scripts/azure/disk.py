# SPDX-License-Identifier: MIT
"""The disk to upload: is it what Azure takes, other options for the kernel, what of it is not zero.

Names and offsets: Microsoft, "Virtual Hard Disk Image Format Specification", "Hard Disk Footer
Format"; sizes: Azure's "Prepare a VHD for upload" and the schema's uploadSizeBytes.
"""
import re
import struct
from pathlib import Path

MIB, FOOTER_SIZE = 1 << 20, 512
LEAST = 20 * MIB  # of a direct upload, without the footer
FIXED = 2
OPTIONS_MARK = re.compile(rb"#@options (\d+)\n")
UNIT = 64 << 10  # what is zero is looked for in steps of this
PUT_MOST = 4 * MIB  # of one Put Page


class BadDisk(Exception):
    """The file is nothing that Azure takes; the message says what to do."""


def read(path: Path) -> bytes:
    """A fixed VHD that Azure takes, footer included."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise BadDisk(f"{path}: {e.strerror}: run make azure, or say --image") from None
    size, footer = len(data) - FOOTER_SIZE, data[-FOOTER_SIZE:]
    if data[:8] == b"vhdxfile":
        raise BadDisk(f"{path} is a VHDX, which Azure does not take: make azure makes a VHD")
    if footer[:8] != b"conectix":
        raise BadDisk(f"{path} has no VHD footer in its last 512 bytes: a raw disk? make azure")
    said, kind, checksum = struct.unpack_from(">Q4xII", footer, 48)
    if kind != FIXED:
        raise BadDisk(f"{path} is a VHD of type {kind}, must be {FIXED} (fixed)")
    if checksum != ~(sum(footer) - sum(footer[64:68])) & 0xFFFFFFFF:
        raise BadDisk(f"{path}: the footer's checksum is wrong")
    if said != size:
        raise BadDisk(f"{path}: the footer says {said} bytes, the file has {size} before it")
    if size % MIB or size < LEAST:
        raise BadDisk(f"{path} is of {size} bytes: must be whole MiB, and 20 MiB or more")
    return data


def with_options(data: bytes, options: str) -> bytes:
    """The disk with other options for the kernel, in the room that its options' file has."""
    marks = list(OPTIONS_MARK.finditer(data))
    if len(marks) != 1:
        raise BadDisk(f"the disk has {len(marks)} places for options, must be one: make azure")
    room = int(marks[0][1])
    if not options.isascii() or not options.isprintable():
        raise BadDisk("--options: words of printable ASCII, such as mode=conformance")
    text = marks[0][0] + "".join(word + "\n" for word in options.split()).encode()
    if len(text) > room:
        raise BadDisk(f"--options: {len(text) - room} bytes too many for the room on the disk")
    at = marks[0].start()
    return data[:at] + text.ljust(room - 1) + b"\n" + data[at + room :]


def ranges(data: bytes) -> list[tuple[int, int]]:
    """What is to be written, (offset, length): not the zeros, at most 4 MiB each.

    All are sector-aligned. A new disk reads as zeros; the footer is none, and comes last.
    """
    found = []
    for at in range(0, len(data), UNIT):
        unit = data[at : at + UNIT]
        if unit == bytes(len(unit)):
            continue
        if found and sum(found[-1]) == at and found[-1][1] + len(unit) <= PUT_MOST:
            found[-1] = found[-1][0], found[-1][1] + len(unit)
        else:
            found.append((at, len(unit)))
    return found

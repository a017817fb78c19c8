# SPDX-License-Identifier: MIT
"""The footer of a fixed VHD: read, and made to depend on nothing but content and date.

qemu-img puts the time of the conversion and a random identifier into it. Names and offsets:
Microsoft, "Virtual Hard Disk Image Format Specification" (2006), "Hard Disk Footer Format".
"""
import hashlib
import struct
import uuid
from typing import NamedTuple

FOOTER_SIZE = 512
FOOTER = ">8sIIQI4sI4sQQIII16sB"  # big-endian; the rest is zero
CHECKSUM_AT = 64
VHD_EPOCH = 946684800  # 2000-01-01, from which time stamps count
FIXED, NO_DATA_OFFSET = 2, 0xFFFFFFFFFFFFFFFF


class Footer(NamedTuple):
    cookie: bytes
    features: int
    version: int
    data_offset: int
    timestamp: int
    creator: bytes
    creator_version: int
    creator_os: bytes
    original_size: int
    size: int
    geometry: int
    disk_type: int
    checksum: int
    identifier: bytes
    saved_state: int


def checksum(footer: bytes) -> int:
    """One's complement of the sum of all bytes, the checksum's own left out."""
    return ~(sum(footer) - sum(footer[CHECKSUM_AT : CHECKSUM_AT + 4])) & 0xFFFFFFFF


def read(footer: bytes) -> Footer:
    """ValueError: it is none of a fixed disk, or its checksum is wrong."""
    if len(footer) != FOOTER_SIZE or footer[:8] != b"conectix":
        raise ValueError(f"no VHD footer: it begins with {footer[:8]!r}, must be b'conectix'")
    found = Footer(*struct.unpack_from(FOOTER, footer))
    if found.checksum != checksum(footer):
        raise ValueError(
            f"the VHD footer's checksum is 0x{found.checksum:08x}, must be 0x{checksum(footer):08x}"
        )
    if found.disk_type != FIXED or found.data_offset != NO_DATA_OFFSET:
        raise ValueError(f"the VHD's type is {found.disk_type}, must be {FIXED} (fixed)")
    return found


def normalise(footer: bytes, content: bytes, date: int) -> bytes:
    """The footer with a date of ours and an identifier that follows from the disk's content."""
    digest = hashlib.sha256(b"vhd\0" + content).digest()
    found = read(footer)._replace(
        timestamp=date - VHD_EPOCH, identifier=uuid.UUID(bytes=digest[:16], version=4).bytes
    )
    if found.size != len(content):
        raise ValueError(f"the VHD's size is {found.size}, must be {len(content)}")
    new = bytearray(footer)
    struct.pack_into(FOOTER, new, 0, *found)
    struct.pack_into(">I", new, CHECKSUM_AT, checksum(bytes(new)))
    return bytes(new)

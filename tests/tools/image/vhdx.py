# SPDX-License-Identifier: MIT
"""Replace what is random in a VHDX file that qemu-img wrote, so that equal disks are equal files.

qemu-img draws GUIDs for the two headers (who wrote the file and its data last) and for the virtual
disk (SCSI page 0x83), draws the headers' first sequence number, and leaves used log entries behind.
Here the GUIDs come from the disk's content, the headers are 1 and 2, and the log is empty. Names,
offsets and sizes: Microsoft, [MS-VHDX], sections 2.2 to 2.6.
"""
import hashlib
import struct
import sys
import uuid
from pathlib import Path

KIB = 1024
HEADERS = 64 * KIB, 128 * KIB  # two copies, the one with the greater sequence number counts
HEADER_SIZE = 4 * KIB
REGIONS = 192 * KIB  # the first of two equal region tables
REGION_TABLE_SIZE = 64 * KIB
METADATA_REGION = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
PAGE_83_DATA = uuid.UUID("beca12ab-b2e6-4523-93ef-c309e000c746")
SEQUENCE = 8  # in a header, 64 bits
LOG_GUID = slice(48, 64)  # in a header; zero: no log entry is to be replayed
CRC32C_REVERSED = 0x82F63B78  # Castagnoli's polynomial, lowest bit first


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CRC32C_REVERSED if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def checked(block: bytes, name: bytes) -> bytearray:
    """A header or region table: signature, CRC-32C over all of it with the CRC itself as zero."""
    block = bytearray(block)
    (crc,) = struct.unpack_from("<I", block, 4)
    struct.pack_into("<I", block, 4, 0)
    if block[:4] != name or crc32c(block) != crc:
        raise ValueError(f"no valid VHDX: '{name.decode()}' has another signature or checksum")
    return block


def find_metadata(image: bytearray) -> int:
    table = checked(image[REGIONS : REGIONS + REGION_TABLE_SIZE], b"regi")
    (count,) = struct.unpack_from("<I", table, 8)
    for i in range(count):
        name, offset, _, _ = struct.unpack_from("<16sQII", table, 16 + 32 * i)
        if name == METADATA_REGION.bytes_le:
            return offset
    raise ValueError("no valid VHDX: no metadata region")


def find_item(image: bytearray, item: uuid.UUID) -> int:
    """Where a metadata item lies in the file."""
    region = find_metadata(image)
    signature, _, count = struct.unpack_from("<8sHH", image, region)
    if signature != b"metadata":
        raise ValueError(f"no valid VHDX: the metadata region begins with {signature!r}")
    for i in range(count):
        name, offset = struct.unpack_from("<16sI", image, region + 32 + 32 * i)
        if name == item.bytes_le:
            return region + offset
    raise ValueError(f"no valid VHDX: no metadata item {item}")


def normalise(image: bytearray, content: bytes) -> None:
    """Give a VHDX file of this content (the raw disk) GUIDs that depend on nothing else."""

    def guid(name: str) -> bytes:
        digest = hashlib.sha256(name.encode() + b"\0" + content).digest()
        return uuid.UUID(bytes=digest[:16], version=4).bytes_le

    headers = [(at, checked(image[at : at + HEADER_SIZE], b"head")) for at in HEADERS]
    headers.sort(key=lambda header: struct.unpack_from("<Q", header[1], SEQUENCE))
    for sequence, (at, header) in enumerate(headers, 1):
        if any(header[LOG_GUID]):
            raise ValueError("the VHDX was not closed: its log is not empty")
        struct.pack_into("<Q", header, SEQUENCE, sequence)
        header[16:48] = guid("file write") + guid("data write")
        length, offset = struct.unpack_from("<IQ", header, 68)
        image[offset : offset + length] = bytes(length)
        struct.pack_into("<I", header, 4, crc32c(header))
        image[at : at + HEADER_SIZE] = header
    at = find_item(image, PAGE_83_DATA)
    image[at : at + 16] = guid("virtual disk")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: vhdx.py DISK.vhdx DISK.raw")
    path = Path(sys.argv[1])
    vhdx = bytearray(path.read_bytes())
    normalise(vhdx, Path(sys.argv[2]).read_bytes())
    path.write_bytes(vhdx)

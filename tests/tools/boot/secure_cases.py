# SPDX-License-Identifier: MIT
"""The images of the Secure Boot cases (secure.toml), and what makes a refusal.

They are signed with a key of their own in BUILD/secure-test, made and enrolled by the same code as
that of `make keys` and `make run SECURE=1`.
"""
import re
import struct
import threading
from pathlib import Path

from tools.image import secure
from tools.machine import running, verdicts

KEYS = {"image", "enrolled"}  # what a case may say
IMAGES = ("unsigned", "signed", "tampered", "damaged", "foreign")

# edk2, BmBoot.c: what the boot manager says of the disk, whose options are called "UEFI ...".
REFUSAL = re.compile(
    r'BdsDxe: failed to (load|start) Boot\d+ "UEFI .*: (Access Denied|Security Violation)$'
)
BOOT_MANAGER = re.compile(r"BdsDxe: (loading Boot|No bootable option)")
KERNEL = re.compile(r"hvsmp\b|options from |Secure Boot: |TAP version|verdict: |panic")

preparing = threading.Lock()


def text_end(image: bytes) -> int:
    """File offset of the last byte of .text: fill, so that the image would run with any value."""
    (pe,) = struct.unpack_from("<I", image, 0x3C)
    sections, opt_size = struct.unpack_from("<H12xH", image, pe + 6)
    for i in range(sections):
        entry = pe + 24 + opt_size + i * 40
        if image[entry : entry + 8].rstrip(b"\0") == b".text":
            size, start = struct.unpack_from("<II", image, entry + 16)
            return start + size - 1
    raise ValueError("the image has no section .text")


def changed(image: bytes, offset: int) -> bytes:
    """The image with one byte inverted."""
    offset %= len(image)
    return image[:offset] + bytes([image[offset] ^ 0xFF]) + image[offset + 1 :]


def prepare(build: Path) -> Path:
    """Make all images and the variables anew from build/hvsmp.efi; returns where they are."""
    where = build / "secure-test"
    unsigned = build / "hvsmp.efi"
    for owner in ("own", "foreign"):
        secure.make_keys(where / owner)
    for owner, name in (("own", "signed"), ("foreign", "foreign")):
        keys = where / owner
        secure.sign(keys / "hvsmp.key", keys / "hvsmp.crt", unsigned, where / f"{name}.efi")
    secure.enrol(where / "own" / "hvsmp.crt", where / "vars.fd")
    signed = (where / "signed.efi").read_bytes()
    (where / "unsigned.efi").write_bytes(unsigned.read_bytes())
    (where / "tampered.efi").write_bytes(changed(signed, text_end(signed)))
    # The signature stands at the end, and at its end the 256 bytes that RSA made.
    (where / "damaged.efi").write_bytes(changed(signed, -100))
    return where


prepared: dict[Path, Path] = {}


def settings(case: dict, build: Path) -> dict:
    """What a case with an `image` asks of vm.Machine; nothing for the others."""
    if "image" not in case:
        return {}
    if case["image"] not in IMAGES:
        raise ValueError(f"{case['name']}: image {case['image']!r} is none of {', '.join(IMAGES)}")
    with preparing:
        if build not in prepared:
            prepared[build] = prepare(build)
    where = prepared[build]
    enrolled = case.get("enrolled", True)
    return {
        "secure": True,
        "kernel": str((where / f"{case['image']}.efi").relative_to(build)),
        "vars": str(where / "vars.fd") if enrolled else "",
    }


def refused(lines: list[str]) -> bool:
    """The firmware has refused the disk's image and gone on: to another option, or to its end."""
    at = next((i for i, line in enumerate(lines) if REFUSAL.search(line)), len(lines))
    return any(map(BOOT_MANAGER.match, lines[at + 1 :]))


def check_refused(outcome: running.Outcome) -> list[str]:
    """The firmware must say that it refused the disk's image, and nobody else may say anything."""
    wrong = []
    if not refused(outcome.lines):
        wrong.append("the firmware did not say that it refuses the image, and go on")
    if outcome.ended != "halted":
        how = verdicts.failure(outcome) or f"status {outcome.status}"
        wrong.append(f"the machine ended by itself or by time-out: {how}")
    return wrong + [f"the kernel ran: {line}" for line in outcome.lines if KERNEL.match(line)]

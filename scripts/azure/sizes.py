# SPDX-License-Identifier: MIT
"""Sizes of virtual machines that show something, and what is known of others by their names."""
import re
from typing import NamedTuple

DEFAULT = "Standard_B2ats_v2"
UNKNOWN = "price unknown"
# The parts of a size's name: family, virtual processors, (constrained), features, version.
NAME = re.compile(r"Standard_([A-Z]+)(\d+)(?:-\d+)?([a-z]*)(?:_[A-Z0-9]+)?(?:_v(\d+))?")


class Size(NamedTuple):
    name: str
    usd_hour: float  # list price, rounded up; nobody has checked it lately
    shows: str


SIZES = [
    Size("Standard_B2ats_v2", 0.02, "AMD, 2 processors; the least that costs"),
    Size("Standard_B4als_v2", 0.2, "AMD, 4 processors"),
    Size("Standard_D16as_v5", 0.8, "AMD, 16 processors"),
    Size("Standard_D64as_v5", 3.2, "AMD, 64 processors: x2APIC or not, fan-out"),
    Size("Standard_D96as_v5", 4.8, "AMD, 96 processors: more than 64 in a set of VPs"),
    Size("Standard_HB120rs_v3", 4.0, "AMD, 120 processors in 4 NUMA nodes; wants a quota"),
    Size("Standard_B2ts_v2", 0.02, "Intel, 2 processors"),
    Size("Standard_D4s_v5", 0.3, "Intel, 4 processors"),
    Size("Standard_D16s_v5", 0.9, "Intel, 16 processors"),
    Size("Standard_F72s_v2", 3.4, "Intel, 72 processors in 2 NUMA nodes, APIC ids given out anew"),
    Size("Standard_D4as_v6", 0.3, "AMD, 4 processors, NVMe: a disk that must be marked"),
    Size("Standard_D2ps_v6", 0.1, "ARM64, 2 processors; wants the disk of make azure ARCH=aarch64"),
    Size("Standard_D64ps_v6", 2.6, "ARM64, 64 processors"),
]


def find(name: str) -> Size | None:
    return next((size for size in SIZES if size.name.lower() == name.lower()), None)


def architecture(name: str) -> str:
    """x64 or Arm64, by the letter p among the features."""
    match = NAME.fullmatch(name)
    return "Arm64" if match and "p" in match[3] else "x64"


def is_nvme(name: str) -> bool:
    """Sizes of version 6 and later mostly have no SCSI controller."""
    match = NAME.fullmatch(name)
    return bool(match and match[4] and int(match[4]) >= 6)


def cost(name: str, minutes: float) -> str:
    size = find(name)
    if not size:
        return UNKNOWN
    usd = size.usd_hour * minutes / 60
    return f"about {usd:.2f} USD" if usd >= 0.01 else "less than 0.01 USD"


def table() -> str:
    lines = [f"{'size':<22} {'USD/hour':>8}  what it shows"]
    lines += [f"{size.name:<22} {size.usd_hour:>8}  {size.shows}" for size in SIZES]
    return "\n".join([*lines, "List prices, rounded up and not checked lately. The disk is extra: "
                      "less than 0.01 USD an hour."])  # fmt: skip

# SPDX-License-Identifier: MIT
"""From the offsets of a kernel's backtrace to functions and lines, by addr2line and the ELF file.

The kernel prints `backtrace: hvsmp+0x2d44 ...`; the offset counts from the image base, which is
address 0 of hvsmp.so (hvsmp-aa64.so). Return addresses point behind the call, so one byte less is
looked up.
"""
import re
import shutil
import subprocess
from pathlib import Path

BACKTRACE = re.compile(r"^\s*backtrace:(.*)$")
OFFSET = re.compile(r"hvsmp\+0x([0-9a-f]+)")


def frames(lines: list[str], elf: Path) -> list[str]:
    """A text a frame, innermost first: `provoke at kernel/provoke.c:62`. Empty without any."""
    offsets = []
    for line in lines:
        match = BACKTRACE.match(line)
        if match:
            offsets = [int(x, 16) for x in OFFSET.findall(match.group(1))]
    cross = shutil.which("aarch64-linux-gnu-addr2line") if "aa64" in elf.name else None
    tool = cross or shutil.which("addr2line")
    if not offsets or not tool or not elf.exists():
        return []
    addresses = [hex(offsets[0])] + [hex(x - 1) for x in offsets[1:]]
    done = subprocess.run(
        [tool, "-f", "-s", "-e", str(elf), *addresses], capture_output=True, text=True, timeout=30
    )
    words = done.stdout.splitlines()
    return [f"{name} at {place}" for name, place in zip(words[0::2], words[1::2])]

# SPDX-License-Identifier: MIT
"""Debian's Linux, with the parameters it would have and with those that make bring-up fast.

The time is that between two messages of the kernel, by their time stamps. Nothing is printed while
it runs: init hands the messages out when all is over. Linux 6.12 under QEMU 7.2 often dies before
that, of code that QEMU translated while Linux patched it; then its panic does.
"""
import re
from pathlib import Path

from lab import cpio, debian
from lab.bench.shared import Figures, Run, Tools

KERNEL_PACKAGE = "linux-image-cloud-amd64"  # a name for the newest; depends on the real one
HERE = Path(__file__).resolve().parent
HZ = 250  # Debian's CONFIG_HZ
COMMANDS = "sh mount dmesg grep poweroff".split()
# On a busy host QEMU's timers are too late for the test of them, long before bring-up.
# panic_print: bit 5, all messages once more (Documentation/admin-guide/kernel-parameters.txt).
PARAMETERS = "quiet console=ttyS0 panic=-1 oops=panic panic_print=0x20 no_timer_check"
TUNED = "lpj={lpj} tsc_early_khz={khz} tsc=reliable cpu_init_udelay=0 mitigations=off nowatchdog"

BEGIN = re.compile(r"\[ *(\d+\.\d+)\] smp: Bringing up secondary CPUs")
END = re.compile(r"\[ *(\d+\.\d+)\] smp: Brought up \d+ nodes?, (\d+) CPUs?\b")
RATE = re.compile(r"\] tsc: Detected (\d+\.\d+) MHz processor")
VERSION = re.compile(r"\] Linux version (\S+)")
DIED = re.compile(r"Kernel panic")


def parameters(tuned: bool, true_hz: int) -> str:
    if not tuned:
        return PARAMETERS
    return f"{PARAMETERS} {TUNED.format(lpj=true_hz // HZ, khz=true_hz // 1000)}"


def packages(tools: Tools, suite: str) -> Path:
    work = tools.work / f"linux{'-' + suite if suite else ''}"
    return debian.fetch(work, [] if suite else ["busybox-static"], [KERNEL_PACKAGE], suite)


def initrd(tools: Tools) -> Path:
    """init and busybox, the same for every kernel."""
    path = tools.work / "initrd"
    busybox = debian.one(packages(tools, ""), "bin/busybox")
    archive = cpio.Archive()
    archive.add("dev", 0o040755)
    archive.file("/init", (HERE / "init").read_bytes(), 0o755)
    archive.file("/bin/busybox", busybox.read_bytes(), 0o755)
    for name in COMMANDS:
        archive.link(f"/bin/{name}", "busybox")
    path.write_bytes(archive.close())
    return path


def command(tools: Tools, spec: dict, run: Run, out: Path) -> list[str]:
    kernel = debian.one(packages(tools, spec["suite"]), "boot/vmlinuz-*")
    append = parameters(spec.get("tuned", False), tools.true_hz(run.accel))
    more = ["-kernel", str(kernel), "-initrd", str(initrd(tools)), "-append", append]
    return tools.plain_machine(run, more)


def stamp(pattern: re.Pattern, lines: list[str], what: str) -> re.Match:
    found = next(filter(None, map(pattern.search, lines)), None)
    if not found:
        last = next((line for line in reversed(lines) if line), "nothing")
        raise ValueError(f"Linux did not say {what}; the last line was: {last}")
    return found


def parse(lines: list[str], spec: dict, run: Run, true_hz: int) -> Figures:
    begin = stamp(BEGIN, lines, "that it brings processors up")
    end = stamp(END, lines, "that it brought processors up")
    if int(end[2]) != run.n:
        raise ValueError(f"Linux brought up {end[2]} processors of {run.n}")
    # Its seconds are the counter's ticks divided by the rate that it took for true.
    taken_hz = float(stamp(RATE, lines, "which rate its counter has")[1]) * 1e6
    seconds = (float(end[1]) - float(begin[1])) * taken_hz / true_hz
    record = {"version": stamp(VERSION, lines, "its version")[1], "taken_hz": taken_hz}
    record["died_later"] = any(map(DIED.search, lines))
    return Figures({"bring-up": [seconds * 1e9]}, record=record)

# SPDX-License-Identifier: MIT
"""What the benchmark's subjects share: a run, its machine, the clock behind it all."""
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lab import debian
from tools.machine import qmp, vm

# The same processor for everybody. MONITOR would make idle processors busy loops under TCG.
PLAIN_CPU = "qemu64,-svm,-monitor,-hypervisor"
XAPIC_MOST = 255  # processors; more need x2APIC, and that a QEMU newer than Debian 12's
NEW_QEMU = 9
MEMORY = "1G"


@dataclass(frozen=True)
class Run:
    """One boot of one subject."""

    subject: str
    n: int
    accel: str
    boot: int

    def name(self) -> str:
        return f"{self.subject}-{self.n}-{self.accel}-{self.boot}"


@dataclass
class Figures:
    """What a run has measured, in true nanoseconds; a method that was not there has a reason."""

    methods: dict[str, list[float]]
    reasons: dict[str, str] = field(default_factory=dict)
    record: dict | None = None  # what the subject itself said, where that is more


class Tools:
    """Where things are, and which rate the time stamp counter really has.

    Every guest in TCG reads the host's counter (under -icount: one that counts 1 GHz). Guests
    measure its rate in many ways, and on a busy host wrongly; here everybody's times are taken at
    its real one.
    """

    def __init__(self, build: Path, rounds: Callable[[int], int], accels: dict, qemu: str = ""):
        self.build, self.work, self.rounds, self.accels = build, build / "bench", rounds, accels
        self.scale = build / "qemu-scale"  # where `make deps-scale` puts it
        self.qemu = vm.find_tool(qemu or "qemu-system-x86_64")
        self.host_hz = 1000 * int(debian.output(str(build / "kvm-nested" / "tsc")))

    def true_hz(self, accel: str) -> int:
        return self.accels[accel].get("hz") or self.host_hz

    def needs_newer(self, run: Run) -> bool:
        return run.n > XAPIC_MOST or self.accels[run.accel].get("newer", False)

    def qemu_for(self, run: Run) -> str:
        if not self.needs_newer(run) or major(self.qemu) >= NEW_QEMU:
            return self.qemu
        newer = self.scale / "qemu-system-x86_64"
        if not newer.exists():
            raise vm.Unusable(f"{version(self.qemu)} is older than {NEW_QEMU}: run make deps-scale")
        return str(newer)

    def accel_words(self, run: Run, tick: str = "tick") -> list[str]:
        accel = self.accels[run.accel]
        return [word.format(tick=accel.get(tick)) for word in accel["words"]]

    def cpu(self, run: Run, base: str = PLAIN_CPU) -> str:
        return base + (",+x2apic" if run.n > XAPIC_MOST else "")

    def plain_machine(self, run: Run, more: list[str]) -> list[str]:
        """A machine that QEMU itself puts a kernel into."""
        command = [self.qemu_for(run), "-machine", "q35", *self.accel_words(run)]
        command += ["-cpu", self.cpu(run), "-smp", str(run.n), "-m", MEMORY, "-nodefaults"]
        command += ["-no-reboot", "-monitor", "none", "-display", "none", "-serial", "stdio"]
        command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        return command + more

    def firmware_machine(self, run: Run, out: Path, m: vm.Machine) -> list[str]:
        """The machine of `make run`, with the accelerator of this run."""
        m.qemu = self.qemu_for(run)
        m.smp, m.mem = str(run.n), MEMORY if run.n <= XAPIC_MOST else "2G"
        if self.needs_newer(run) and (self.scale / "OVMF_CODE_4M.fd").exists():
            m.code, m.vars = (str(self.scale / f"OVMF_{part}_4M.fd") for part in ("CODE", "VARS"))
        words = vm.qemu_command(m, out)
        at = words.index("-accel")
        words[at : at + 2] = self.accel_words(run, "firmware_tick")
        cpu = words.index("-cpu") + 1
        words[cpu] = self.cpu(run, words[cpu])
        if "tick" in self.accels[run.accel]:
            words += ["-qmp", f"unix:{vm.socket_path(out)},server=on,wait=off"]
        return words

    def set_tick(self, run: Run, out: Path) -> None:
        """From the firmware's tick to the one that is measured with."""
        with qmp.Monitor(vm.socket_path(out)) as monitor:
            us = self.accels[run.accel]["tick"]
            monitor.call("qom-set", path="/objects/filter", property="interval", value=us)


def major(qemu: str) -> int:
    version = re.search(r"version (\d+)", debian.output(qemu, "--version"))
    return int(version[1]) if version else 0


def version(qemu: str) -> str:
    return debian.output(qemu, "--version").splitlines()[0]


def host() -> dict:
    """The machine that measures, as far as it matters to who reads the figures."""
    text = Path("/proc/cpuinfo").read_text(errors="replace")
    model = re.search(r"model name\s*: (.*)", text)
    cpu = model[1] if model else "unknown"
    return {"cpu": cpu, "cores": os.cpu_count(), "load": os.getloadavg()[0]}


FIELD = re.compile(r"(\w+)=(\S+)")


def marked_rounds(lines: list[str], mark: str) -> list[dict[str, str]]:
    """The key=value lines that begin with a mark."""
    found = [dict(FIELD.findall(line)) for line in lines if line.startswith(mark + " ")]
    if not found:
        last = next((line for line in reversed(lines) if line), "nothing")
        raise ValueError(f"no line begins with {mark}; the last one was: {last}")
    return found


def check_online(n: int, found: list[dict[str, str]]) -> None:
    """Figures of a machine that is not the one asked for, or not complete, are none."""
    for one in found:
        if int(one["processors"]) != n or int(one["online"]) != n:
            raise ValueError(f"{one['online']} of {one['processors']} came online, {n} should have")

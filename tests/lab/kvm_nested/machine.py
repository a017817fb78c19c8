# SPDX-License-Identifier: MIT
"""The emulated machine: what QEMU is told of it, and what it tells of the machines inside.

All cases of one emulated machine have the same processors and memory, because each goes on from the
same saved firmware. What may differ is the disk, the processor's flags and the options of QEMU that
add no device.
"""
import re
import shlex
import time
from pathlib import Path
from string import ascii_lowercase

from lab import debian
from lab.kvm_nested import image
from tools.machine import running, vm

FIRMWARE = "/usr/share/ovmf/OVMF.fd"  # code and variables in one file
INNER_MEMORY = "256M"
FIRMWARE_SECONDS, CASE_SECONDS, BOOT_SECONDS = 400, 180, 60  # bounds, far above what it takes
MARKED_SECTOR, MARK = 3, b"HVWAIT  "  # wait.c looks for it in the boot sector's OEM name
KILLED = 128 + 9

PROCESSORS = "EPYC,+svm,+npt"
# One thread for all processors: QEMU before 8.1 does not lock a page while it translates it. Linux
# patches its static keys whenever a KVM machine begins or ends (an INT3 first, then the rest); the
# translation of an INT3 that another processor replaced meanwhile stays for ever, and Linux with
# it.
ACCELERATOR = "tcg,thread=single,tb-size=512"
# On a busy host the emulated timers are too late for Linux's test of them and for its measurements;
# tsc.c does it better.
KERNEL_OPTIONS = (
    "console=ttyS0 quiet panic=-1 mitigations=off nokaslr nowatchdog no_timer_check "
    "tsc=reliable clocksource=tsc tsc_early_khz={khz}"
)
MARKER = re.compile(r"@nested (begin|log|end)(?: (\S+))?(?: (\d+))?$")


def with_plain_firmware(words: list[str]) -> list[str]:
    """The firmware in ROM instead of flash: every access to emulated flash is an exit, and slow."""
    flash = {i for i, word in enumerate(words) if word.startswith("if=pflash")}
    options = {i - 1 for i in flash}
    kept = [word for i, word in enumerate(words) if i not in flash | options]
    return [*kept, "-bios", FIRMWARE]


def inner_command(case: dict, out: Path, disk: str, seconds: int, more: list[str]) -> str:
    """What `make run HV=kvm` would run, but for the firmware, and with the paths of in there."""
    m = vm.Machine(
        hv="kvm",
        nested=True,
        smp=str(case["smp"]),
        mem=INNER_MEMORY,
        cpu=case.get("cpu", ""),
        extra=[*case.get("extra", []), *more],
    )
    words = with_plain_firmware(vm.qemu_command(m, out))
    words = [word.replace(str(out / "disk.img"), disk) for word in words]
    return f"exec timeout -s KILL {seconds} {shlex.join(words)}\n"


def prepare_case(case: dict, build: Path, out: Path) -> None:
    m = vm.Machine(hv="kvm", cmdline=case.get("cmdline", ""))
    vm.build_image(out / "disk.img", vm.image_files(m, build))


def prepare_waiting(disk: Path, work: Path) -> None:
    """The disk of the waiting boot loader."""
    vm.build_image(disk, {vm.BOOT_PATH: (work / "wait.efi").read_bytes()})
    with open(disk, "r+b") as f:
        f.seek(MARKED_SECTOR)
        f.write(MARK)


def make_plan(cases: list[dict], outs: dict[str, Path], out: Path) -> dict[str, str]:
    """The files that init finds under /plan."""
    monitor = ["-chardev", "pipe,id=monitor,path=/tmp/monitor", "-mon", "chardev=monitor"]
    restore = ["-incoming", "exec:cat /tmp/firmware"]
    # Without Hyper-V: a machine can be restored with more than was saved, not with less.
    plain = {"smp": cases[0]["smp"], "cpu": "host"}
    plan = {"firmware": inner_command(plain, out, "/dev/vda", FIRMWARE_SECONDS, monitor)}
    if len(cases) >= len(ascii_lowercase):
        raise vm.Unusable(f"{len(cases)} cases for one emulated machine: it has letters for 25")
    for case, letter in zip(cases, ascii_lowercase[1:]):
        own = outs[case["name"]]
        command = inner_command(case, own, f"/dev/vd{letter}", CASE_SECONDS, restore)
        (own / "command").write_text(command)
        plan[f"case-{case['name']}"] = command
    return plan


def outer_command(out: Path, work: Path, kernel: Path, disks: list[Path]) -> list[str]:
    """An AMD machine with SVM; its second serial port is our standard output."""
    command = ["env", f"LD_PRELOAD={work / 'bqlfix.so'}", vm.find_tool("qemu-system-x86_64")]
    command += ["-machine", "q35", "-accel", ACCELERATOR, "-cpu", PROCESSORS]
    command += ["-smp", "2", "-m", "1G", "-nodefaults", "-no-reboot", "-monitor", "none"]
    command += ["-display", "none", "-kernel", str(kernel), "-initrd", str(out / "initrd")]
    khz = debian.output(str(work / "tsc")).strip()
    command += ["-append", KERNEL_OPTIONS.format(khz=khz)]
    command += ["-serial", f"file:{out / 'console.log'}", "-serial", "stdio"]
    for number, disk in enumerate(disks):
        command += ["-drive", f"if=none,id=disk{number},format=raw,readonly=on,file={disk}"]
        command += ["-device", f"virtio-blk-pci,drive=disk{number}"]
    return command


class Session:
    """Takes the emulated machine's lines; ended(name, outcome) is told of each inner machine."""

    def __init__(self, ended):
        self.ended = ended
        self.running = ""  # the inner machine whose lines these are
        self.lines, self.log, self.start = [], [], 0.0
        self.in_log = False

    def __call__(self, line: str) -> None:
        marker = MARKER.match(line)
        if not marker:
            (self.log if self.in_log else self.lines).append(line)
        elif marker[1] == "begin":
            self.running, self.start = marker[2], time.monotonic()
            self.lines, self.log, self.in_log = [], [], False
        elif marker[1] == "log":
            self.in_log = True
        else:
            self.running = ""
            self.end(marker[2], int(marker[3]))

    def end(self, name: str, status: int) -> None:
        killed = status == KILLED
        seconds = time.monotonic() - self.start
        errors = "".join(line + "\n" for line in self.log)
        ended = "time-out" if killed else ""
        outcome = running.Outcome(None if killed else status, self.lines, seconds, errors, ended)
        self.ended(name, outcome)


def how_it_ended(outcome: running.Outcome, console: str, running: str) -> str:
    """Empty if the emulated machine has switched itself off between two inner machines."""
    panic = re.search(r"Kernel panic.*", console)
    if panic:
        how = f"the emulated machine's Linux: {panic[0]}"
    elif outcome.ended:
        how = f"the emulated machine was ended after {outcome.seconds:.0f} s"
    elif outcome.status:
        errors = [line for line in outcome.errors.splitlines() if "warning:" not in line]
        how = f"the emulated machine failed with status {outcome.status}"
        how += f": {errors[-1]}" if errors else ""
    elif running:
        how = "the emulated machine has reset"
    else:
        return ""
    return f"{how}; running in it: {running or 'nothing'}"


def run(cases: list[dict], outs: dict, build: Path, out: Path, base: bytes, ended) -> str:
    """Run one emulated machine with these cases. Returns how it ended, if not as planned.

    outs: a directory for each case; out: the emulated machine's own; ended: see Session.
    """
    work = build / "kvm-nested"
    prepare_waiting(out / "disk.img", work)
    for case in cases:
        prepare_case(case, build, outs[case["name"]])
    plan = make_plan(cases, outs, out)
    (out / "initrd").write_bytes(base + image.plan_archive(plan))
    disks = [out / "disk.img", *(outs[case["name"]] / "disk.img" for case in cases)]
    command = outer_command(out, work, image.kernel(work / "packages"), disks)
    (out / "command").write_text(shlex.join(command) + "\n")
    seconds = BOOT_SECONDS + FIRMWARE_SECONDS + CASE_SECONDS * len(cases)
    session = Session(ended)
    outcome = running.run_qemu(command, out, seconds, session)
    console = (out / "console.log").read_text(errors="replace")
    return how_it_ended(outcome, console, session.running)

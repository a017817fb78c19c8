# SPDX-License-Identifier: MIT
"""Boot hvsmp once and show live what the kernel says: the tool behind `make run`.

Leaves serial.log, report.json and refhv.log in the output directory. Exit code: 0 if and only if
the kernel's verdict is ok; 77 where HV=kvm cannot work; 1 for everything else, with the reason in
one line. With --guest any UEFI program runs in the kernel's place: guest.py has its exit codes.
"""
import argparse
import json
import os
import re
import shlex
import sys
from pathlib import Path

from tools.machine import arm64, backtrace, guest, repeats, running, verdicts, vm

SKIPPED = 77
GUEST_SECONDS = 600
TAP_LINE = re.compile(r"TAP version 13$|1\.\.\d+$|(not )?ok \d+\b")


class Terminal:
    """Shows serial lines to people: without machine lines, firmware chatter and runs of blanks."""

    def __init__(self, tap: bool = False):
        self.tap = tap  # it is all there is to see
        self.blank = True  # nothing shown yet, or the last line shown was blank

    def __call__(self, line: str) -> None:
        if verdicts.MACHINE_LINE.match(line) or verdicts.FIRMWARE_CHATTER.match(line):
            return
        if TAP_LINE.match(line) and not self.tap:
            return
        if line or not self.blank:
            print(line, flush=True)
        self.blank = not line


def x_display() -> str | None:
    """The X display of the terminal that make was started from.

    `make run DISPLAY=gtk` replaces the variable in our environment; an ancestor still has the
    one that GTK needs.
    """
    pid = os.getpid()
    while pid > 1:
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return None
        for entry in environ:
            if entry.startswith(b"DISPLAY=") and b":" in entry:
                return entry.decode().partition("=")[2]
    return None


def argument_parser(purpose: str) -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=purpose)
    p.add_argument("--build", type=Path, default=Path("build"), help="where the EFI images are")
    p.add_argument("--out", type=Path, help="where logs go (default: BUILD/run)")
    p.add_argument("--arch", choices=("x86_64", "aarch64"), default="x86_64")
    p.add_argument("--hv", choices=("ref", "kvm", "none"), default="ref")
    p.add_argument("--smp", default="4")
    p.add_argument("--mem", default="1G")
    p.add_argument("--cmdline", default="", help="kernel options")
    p.add_argument("--refhv", default="", help="lines of refhv.cfg, separated by ; or blanks")
    p.add_argument(
        "--display", default="none", help="QEMU's display; with a window: until it is closed"
    )
    p.add_argument(
        "--screen", default="", help="WIDTHxHEIGHT: a graphics card for a screen of that size"
    )
    p.add_argument("--qemu", default="")
    p.add_argument("--code", default="", help="firmware code (OVMF_CODE)")
    p.add_argument("--vars", default="", help="firmware variables (OVMF_VARS)")
    p.add_argument("--guest", default="", help="a UEFI program to run instead of the kernel")
    p.add_argument("--payload", default="", help="a UEFI program that gets the processors")
    p.add_argument("--args", default="", help="load options of the guest or the payload")
    p.add_argument("--initrd", default="", help="a file that its load options name by initrd=")
    p.add_argument("--extra", default="", help="more words for QEMU")
    p.add_argument("--secure", action="store_true", help="firmware with Secure Boot, signed kernel")
    p.add_argument("--timeout", type=float, help="seconds (default: 60, more with many processors)")
    return p


def machine(args: argparse.Namespace) -> vm.Machine:
    if args.secure and args.hv == "ref":
        raise vm.Unusable(
            "SECURE=1 goes with HV=none or kvm: the reference hypervisor is not signed"
        )
    if args.display != "none":
        os.environ["DISPLAY"] = x_display() or ""
    if args.display != "none" and not re.search(r"(^|\s)exit=", args.cmdline):
        args.cmdline = f"{args.cmdline} exit=halt".strip()  # the window is to stay
    kernel = arm64.KERNEL if args.arch == "aarch64" else "hvsmp.efi"
    return vm.Machine(
        arch=args.arch,
        hv=args.hv,
        smp=args.smp,
        mem=args.mem,
        cmdline=args.cmdline,
        refhv=args.refhv.split(";" if ";" in args.refhv else None),
        display=args.display,
        screen=args.screen,
        qemu=args.qemu,
        scale=args.build / "qemu-scale",
        code=args.code,
        vars=args.vars,
        kernel="hvsmp-signed.efi" if args.secure else kernel,
        secure=args.secure,
        guest=Path(args.guest) if args.guest else None,
        payload=Path(args.payload) if args.payload else None,
        args=args.args,
        initrd=Path(args.initrd) if args.initrd else None,
        extra=shlex.split(args.extra),
    )


def prepare(m: vm.Machine, build: Path, out: Path) -> list[str]:
    """Make the output directory afresh and the disk image; returns QEMU's command line."""
    out.mkdir(parents=True, exist_ok=True)
    old = ("serial.log", "report.json", "conformance.json", "bench.json", "refhv.log", "qemu.log")
    for name in old:
        (out / name).unlink(missing_ok=True)
    command = vm.qemu_command(m, out)
    files = guest.files(m, build) if m.guest else vm.image_files(m, build)
    vm.build_image(out / "disk.img", files)
    return command


def witness_says(log: Path) -> str:
    """The reference hypervisor's own word about an end that is none of the kernel's."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="ascii", errors="replace").splitlines()
    ends = [line for line in lines if re.match(r"refhv: (error|shutdown) ", line)]
    return f": {ends[-1]}" if ends else ""


def run_guest(m: vm.Machine, command: list[str], out: Path, seconds: float) -> None:
    """Run any UEFI program and end with its exit code, or that of a violation."""
    outcome = running.run_qemu(command, out, seconds, Terminal(tap=True))
    log = out / "refhv.log"
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    status, reason = guest.judge(m.hv, outcome, text)
    if reason:
        print(f"run: {reason} (see {out}/)", file=sys.stderr)
    sys.exit(status)


def main() -> str:
    """Returns the reason why this run is not ok, or nothing."""
    args = argument_parser("Boot hvsmp in QEMU and judge its report.").parse_args()
    out = args.out or args.build / "run"
    m = machine(args)
    try:
        command = prepare(m, args.build, out)
    except vm.Unusable as e:
        if not m.guest:
            raise
        print(f"run: {e}", file=sys.stderr)  # 1 is a status that guests end with
        sys.exit(guest.EXIT_UNUSABLE)
    if m.guest:
        run_guest(m, command, out, args.timeout or GUEST_SECONDS)
    halting = re.search(r"(^|\s)exit=halt\b", m.cmdline)
    keep_open = halting and m.display != "none"
    seconds = args.timeout or (86400 if keep_open else 60 + vm.processors(m.smp))

    def halts(lines: list[str]) -> bool:
        return bool(halting and not keep_open and running.said_all(lines))

    kind = verdicts.report_kind(m.cmdline)
    terminal = Terminal(tap=kind == "conformance")
    if keep_open:
        print("the machine stays until its window is closed", flush=True)
    outcome = running.run_qemu(command, out, seconds, terminal, halts)
    problem = verdicts.failure(outcome)
    if outcome.status in (verdicts.EXIT_REFHV_ERROR, verdicts.EXIT_GUEST_SHUTDOWN):
        problem += witness_says(out / "refhv.log")
    for frame in backtrace.frames(outcome.lines, args.build / Path(m.kernel).with_suffix(".so")):
        print(f"    {frame}")
    report = None
    try:
        report = verdicts.find_report(repeats.split(outcome.lines)[0], kind)
        (out / f"{kind}.json").write_text(json.dumps(report, indent=1) + "\n")
        verdict = verdicts.verdict_of(outcome, report)
    except ValueError as e:
        problem = problem or str(e)
    if problem:
        return f"{problem} (see {out}/)"
    return "" if verdict == "ok" else f"the verdict is {verdict}, not ok (see {out}/{kind}.json)"


def guarded(name: str, work) -> None:
    """Run a tool and end with its exit code; whatever stops it is said in one line."""
    try:
        reason = work()
    except vm.NoKvm as e:
        print(f"{name}: HV=kvm cannot run here: {e}", file=sys.stderr)
        sys.exit(SKIPPED)
    except vm.Unusable as e:
        reason = str(e)
    except OSError as e:
        reason = f"{e.filename}: {e.strerror}" if e.filename else str(e)
    except KeyboardInterrupt:
        reason = "interrupted"
    if reason:
        print(f"{name}: {reason}", file=sys.stderr)
        sys.exit(1)


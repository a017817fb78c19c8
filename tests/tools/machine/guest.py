# SPDX-License-Identifier: MIT
"""Any UEFI program in the kernel's place: its disk, and the exit code of its run.

`make run GUEST=...` and the boot cases with `guest` use it; docs/guests.md tells others how.
"""
import re
from pathlib import Path

from tools.machine import running, vm

GUEST_PATH, INITRD_PATH = "EFI/guest/guest.efi", "EFI/guest/initrd"
TEXT_MAX = 511  # of a value in refhv.cfg

# Exit codes of a run. QEMU's own are 0 (powered off, reset) and odd ones (isa-debug-exit); a guest
# on ARM64 ends it by semihosting with any.
EXIT_UNUSABLE, EXIT_TIME_OUT, EXIT_VIOLATION = 2, 124, 252
VIOLATION = re.compile(r"refhv: violation ")


def options(m: vm.Machine) -> str:
    """The guest's load options: the user's words, and where its initial file system lies."""
    words = [m.args] if m.args else []
    if m.initrd:
        words.append("initrd=" + vm.backslashed(INITRD_PATH))
    text = " ".join(words)
    if not (text.isascii() and text.isprintable()) or len(text) > TEXT_MAX:
        raise vm.Unusable(f"ARGS is one line of ASCII, of at most {TEXT_MAX} characters")
    return text


def files(m: vm.Machine, build: Path) -> dict[str, bytes]:
    """What stands on the disk: the reference hypervisor and the guest, or the guest alone."""
    for path in filter(None, (m.guest, m.initrd)):
        if not path.is_file():
            raise vm.Unusable(f"{path} is not a file")
    text = options(m)
    names = vm.names(m)
    if m.hv != "ref":
        if text:
            raise vm.Unusable("ARGS and INITRD go with HV=ref: the firmware hands nothing over")
        return {names.boot: m.guest.read_bytes()}
    lines = [*m.refhv, "start=" + vm.backslashed(GUEST_PATH)]
    lines += ["args=" + text] if text else []
    on_disk = {vm.REFHV_CFG: vm.config_lines(lines)}
    on_disk[names.boot] = (build / names.refhv).read_bytes()
    on_disk[GUEST_PATH] = m.guest.read_bytes()
    return on_disk | ({INITRD_PATH: m.initrd.read_bytes()} if m.initrd else {})


def judge(hv: str, outcome: running.Outcome, log: str) -> tuple[int, str]:
    """The exit code of a finished run, and in one line why it is none of the guest's own."""
    lines = log.splitlines()
    if hv == "ref" and not any(line.startswith("refhv: start ") for line in lines):
        errors = [line for line in outcome.errors.splitlines() + lines if line.strip()]
        return EXIT_UNUSABLE, f"no guest was started: {errors[-1] if errors else 'no message'}"
    broken = [line for line in lines if VIOLATION.match(line)]
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        return EXIT_VIOLATION, broken[0] + more
    if outcome.ended == "time-out":
        last = next((line for line in reversed(outcome.lines) if line), "nothing")
        return EXIT_TIME_OUT, f"time-out after {outcome.seconds:.0f} s; the last line was: {last}"
    ends = [line for line in lines if re.match(r"refhv: (error|shutdown) ", line)]
    return outcome.status, ends[-1] if ends else ""

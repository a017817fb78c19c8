# SPDX-License-Identifier: MIT
"""Run QEMU for a bounded time: its serial port line by line, keys typed on it, what is left."""
import contextlib
import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tools.machine import vm

ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?=]*[ -/]*[@-~]|[()][A-Za-z0-9]|[=>78c])")
CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
END_OF_OUTPUT = re.compile(r"verdict: (ok|degraded|failed)\b")


@dataclass
class Outcome:
    """What a run left behind."""

    status: int | None  # QEMU's exit status; None when the bound or the caller ended it
    lines: list[str]  # serial output, cleaned
    seconds: float
    errors: str  # QEMU's own messages
    ended: str = ""  # "time-out" or "halted" when it did not end by itself
    awaited: str = ""  # a text that never came, so that the keys for it were not typed


def clean_line(raw: bytes) -> str:
    """A line of serial output without terminal control and without what CR overwrote."""
    text = ESCAPES.sub(b"", raw).rstrip(b"\r\n").rpartition(b"\r")[2]
    return CONTROLS.sub(b"", text).decode("utf-8", "replace").rstrip()


class Serial:
    """Collects serial output line by line and hands each finished line to a listener."""

    def __init__(self, log, listener):
        self.log, self.listener = log, listener
        self.lines, self.rest = [], b""

    def feed(self, data: bytes) -> None:
        *whole, self.rest = (self.rest + data).split(b"\n")
        for raw in whole:
            self.take(raw)

    def take(self, raw: bytes) -> None:
        line = clean_line(raw)
        self.lines.append(line)
        self.log.write(line + "\n")
        self.log.flush()
        if self.listener:
            self.listener(line)

    def close(self) -> None:
        if self.rest:
            self.take(self.rest)


class Typist:
    """Types keys when a text has come, one step after the other: (text, keys), (text, keys) ...

    Menus are drawn without line ends, so this looks at all output since the last keys.
    """

    LOOKS_BACK = 65536  # bytes

    def __init__(self, steps):
        self.steps = [(text.encode(), keys.encode()) for text, keys in steps]
        self.seen = b""

    def feed(self, data: bytes) -> bytes:
        """The keys that are due now."""
        self.seen = (self.seen + data)[-self.LOOKS_BACK :]
        if not self.steps or self.steps[0][0] not in ESCAPES.sub(b"", self.seen):
            return b""
        self.seen = b""
        return self.steps.pop(0)[1]

    def awaited(self) -> str:
        return self.steps[0][0].decode() if self.steps else ""


def start_qemu(
    command: list[str], out: Path, seconds: float = 0, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen:
    """Start QEMU, serial output to a pipe, its own messages to out/qemu.log.

    timeout(1) ends it after so many seconds (0: never) even if nobody is left to watch it.
    """
    bounded = [vm.find_tool("timeout"), "--foreground", "-k", "5", str(seconds), *command]
    with open(out / "qemu.log", "wb") as errors:
        return subprocess.Popen(
            bounded, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, bufsize=0
        )


def said_all(lines: list[str]) -> bool:
    """Whether the kernel has said its last line: with exit=halt nothing comes after it."""
    return bool(lines and END_OF_OUTPUT.match(lines[-1]))


def run_qemu(
    command: list[str], out: Path, seconds: float, listener=None, halts=None, keys=()
) -> Outcome:
    """Run QEMU for at most so many seconds. Serial output goes to out/serial.log and the listener.

    halts(lines) may say that the machine has done all it will do: it is ended then.
    keys are a typist's steps, typed on the serial port.
    """
    typist = Typist(keys)
    stdin = subprocess.PIPE if keys else subprocess.DEVNULL
    start = time.monotonic()
    ended = ""
    with open(out / "serial.log", "w", encoding="utf-8") as log, start_qemu(
        command, out, seconds + 5, stdin
    ) as child:
        serial = Serial(log, listener)
        fd = child.stdout.fileno()
        try:
            while not ended:
                left = start + seconds - time.monotonic()
                if left <= 0:
                    ended = "time-out"
                elif select.select([fd], [], [], min(left, 0.5))[0]:
                    data = os.read(fd, 65536)
                    if not data:
                        break
                    serial.feed(data)
                    if due := typist.feed(data):
                        with contextlib.suppress(BrokenPipeError):  # it has ended meanwhile
                            child.stdin.write(due)  # a few bytes: the pipe takes them at once
                elif halts and halts(serial.lines):
                    ended = "halted"
        except BaseException:
            child.terminate()
            raise
        if ended:
            child.terminate()  # timeout(1) passes it on, and kills after five seconds
        child.wait()
        serial.close()
    text = (out / "qemu.log").read_text(encoding="utf-8", errors="replace")
    status = None if ended else child.returncode
    past = time.monotonic() - start
    return Outcome(status, serial.lines, past, text, ended, typist.awaited())

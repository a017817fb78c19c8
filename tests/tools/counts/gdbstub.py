# SPDX-License-Identifier: MIT
"""As much of gdb's remote protocol as it takes to step one processor of a machine in QEMU."""
import re
from pathlib import Path

from tools.machine import qmp

RSI, RIP = 4, 16  # numbers of amd64 registers
BREAKPOINT = "1,{:x},1"  # by hardware: nothing is written to the guest's memory


class Lost(Exception):
    """The machine does not do what was expected; the message says what it did."""


class Gdb:
    def __init__(self, path: Path, seconds: float):
        try:
            self.socket = qmp.connect(path, seconds)
        except OSError as e:
            raise Lost(f"QEMU does not listen at {path}: {e}") from None
        self.rest = b""
        self.ask("qSupported:multiprocess+;vContSupported+")  # names processors as vCont wants them
        self.ask("qXfer:features:read:target.xml:0,fff")  # before that it shows no single register
        self.ask("QStartNoAckMode")
        self.acknowledges = False

    acknowledges = True

    def ask(self, text: str) -> str:
        body = text.encode()
        self.socket.sendall(b"$%s#%02x" % (body, sum(body) & 0xFF))
        return self.answer()

    def answer(self) -> str:
        while not (match := re.search(rb"\$([^#]*)#..", self.rest)):
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                raise Lost("QEMU's gdb stub does not answer") from None
            if not data:
                raise Lost("QEMU ended")
            self.rest += data
        self.rest = self.rest[match.end() :]
        if self.acknowledges:
            self.socket.sendall(b"+")
        return match[1].decode()

    def expect_ok(self, text: str) -> None:
        answer = self.ask(text)
        if answer != "OK":
            raise Lost(f"{text} is answered by '{answer}'")

    def set_breakpoint(self, address: int) -> None:
        self.expect_ok("Z" + BREAKPOINT.format(address))

    def remove_breakpoint(self, address: int) -> None:
        self.expect_ok("z" + BREAKPOINT.format(address))

    def write(self, address: int, data: bytes) -> None:
        self.expect_ok(f"M{address:x},{len(data):x}:{data.hex()}")

    def read(self, address: int, count: int) -> bytes:
        answer = self.ask(f"m{address:x},{count:x}")
        if answer.startswith("E"):
            raise Lost(f"memory at {address:#x} cannot be read: {answer}")
        return bytes.fromhex(answer)

    def register(self, number: int) -> int:
        answer = self.ask(f"p{number:x}")
        if not re.fullmatch("([0-9a-f]{2})+", answer):
            raise Lost(f"register {number} cannot be read: '{answer}'")
        return int.from_bytes(bytes.fromhex(answer), "little")

    def stopped(self, answer: str) -> str:
        """The processor that a stop is about; its registers are those that are read from now on."""
        match = re.match(r"T05.*thread:(p[0-9a-f]+\.[0-9a-f]+);", answer)
        if not match:
            raise Lost(f"the machine was to stop at a breakpoint; QEMU says '{answer}'")
        return match[1]

    def run(self) -> str:
        """All processors go on until one of them comes to a breakpoint: that one."""
        return self.stopped(self.ask("vCont;c"))

    def step(self, processor: str) -> None:
        """One instruction of this processor; all others stand still."""
        self.stopped(self.ask(f"vCont;s:{processor}"))

    def detach(self) -> None:
        self.expect_ok("D;1")  # the machine, all of it
        self.socket.close()

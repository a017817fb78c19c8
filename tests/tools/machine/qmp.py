# SPDX-License-Identifier: MIT
"""QEMU's monitor over a Unix socket: QMP, with the old monitor's words for registers and memory."""
import json
import re
import socket
import time
from pathlib import Path


def connect(path: Path, seconds: float = 10) -> socket.socket:
    """The socket that a QEMU which was just started listens on. OSError if it does not."""
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(seconds)
    deadline = time.monotonic() + seconds
    while True:
        try:
            stream.connect(str(path))
            return stream
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                stream.close()
                raise
            time.sleep(0.05)


class Monitor:
    def __init__(self, path: Path, seconds: float = 10):
        self.socket = connect(path, seconds)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.lines.readline()  # greeting
        self.call("qmp_capabilities")

    def __enter__(self) -> "Monitor":
        return self

    def __exit__(self, *_) -> None:
        self.lines.close()
        self.socket.close()

    def call(self, command: str, **arguments):
        """What QEMU returns, "" if it ends; ValueError with its words if it refuses."""
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = json.loads(self.lines.readline() or '{"return": ""}')
            if "error" in answer:
                raise ValueError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]

    def ask(self, words: str) -> str:
        return self.call("human-monitor-command", **{"command-line": words}) or ""

    def rip(self) -> int:
        """The first processor's next instruction; on ARM64 it is called PC."""
        found = re.search(r"\b(?:RIP|PC)=([0-9a-f]+)", self.ask("info registers"))
        return int(found[1], 16) if found else 0

    def bytes_at(self, address: int, count: int) -> bytes:
        text = self.ask(f"x /{count}xb {address:#x}")
        return bytes(
            int(word, 16) for line in text.splitlines() for word in line.partition(":")[2].split()
        )

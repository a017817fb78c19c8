# SPDX-License-Identifier: MIT
"""The form in which Linux takes its initial file system. It takes several, one after the other."""
from pathlib import Path


class Archive:
    """A cpio archive in the "newc" form, as the kernel unpacks it into its initial file system."""

    def __init__(self):
        self.data = bytearray()
        self.names = set()

    def add(self, name: str, mode: int, data: bytes = b"") -> None:
        number = len(self.names) + 1  # a file number of its own: no hard links
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields)
        self.data += name.encode() + b"\0"
        self.data += bytes(-len(self.data) % 4) + data
        self.data += bytes(-len(self.data) % 4)
        self.names.add(name)

    def directories(self, path: str) -> None:
        for parent in reversed(Path(path).parents):
            name = str(parent).strip("/.")
            if name and name not in self.names:
                self.add(name, 0o040755)

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        self.directories(path)
        self.add(path.strip("/"), 0o100000 | mode, data)

    def link(self, path: str, target: str) -> None:
        self.directories(path)
        self.add(path.strip("/"), 0o120777, target.encode())

    def close(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return bytes(self.data)

# SPDX-License-Identifier: MIT
"""No line is wider than scripts/rooms.toml says; a tab goes to the next column of eight.

The formatter leaves comments as they are, and has no word in Python, shell and make. In files that
are named as `text`, lines of code may be longer, such as a log's; comments may not.
"""
import sys
from pathlib import Path

from tools import ROOT
from tools.check import rules

SUFFIXES = (".c", ".h", ".asm", ".py", ".sh", ".mk")
COMMENTS = ("#", "//", "/*", "*", ";")


def is_source(path: Path) -> bool:
    """By its name, or because it is a script without a suffix."""
    if path.suffix in SUFFIXES or path.name == "Makefile":
        return True
    return not path.suffix and path.read_bytes().startswith(b"#!")


def sources(root: Path, held: dict) -> list[str]:
    found = []
    for folder in held["folders"]:
        place = root / folder
        paths = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
        names = sorted(str(path.relative_to(root)) for path in paths if is_source(path))
        if not names:
            raise ValueError(f"rooms.toml: there are no sources in {folder}")
        found += names
    return [n for n in found if not any(rules.is_inside(n, left) for left in held["not_yet"])]


def check_text(path: str, text: str, columns: int, comments_only: bool) -> list[str]:
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        width = len(line.expandtabs(8))
        if width > columns and (not comments_only or line.lstrip().startswith(COMMENTS)):
            wrong.append(f"{path}:{number}: {width} columns, may have {columns}")
    return wrong


def check(root: Path, held: dict) -> list[str]:
    wrong = []
    for path in sources(root, held):
        text = (root / path).read_text()
        wrong += check_text(path, text, held["columns"], path in held["text"])
    return wrong


def main() -> int:
    try:
        return rules.tell("width", check(ROOT, rules.load("width")))
    except ValueError as e:
        return rules.tell("width", [str(e)])


if __name__ == "__main__":
    sys.exit(main())

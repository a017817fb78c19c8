# SPDX-License-Identifier: MIT
"""No common file asks the compiler for its architecture: the Makefile picks folders instead.

Looked at are the rooms and folders of scripts/rooms.toml, but for what lies in a folder with the
name of an architecture.
"""
import re
import sys
import tomllib
from pathlib import Path, PurePosixPath

from tools import ROOT
from tools.check import rules

SOURCES = (".c", ".h", ".asm", ".S", ".inc")
CONDITION = re.compile(r"^[ \t]*[#%][ \t]*(?:if|ifdef|ifndef|elif|elifdef|elifndef)\b(.*)", re.M)


def check_text(path: str, text: str, macros: str) -> list[str]:
    joined = text.replace("\\\n", "  ")  # a condition may go on in the next line; as long as before
    return [
        f"{path}:{joined.count(chr(10), 0, found.start()) + 1}: asks for the architecture:"
        f" {found[1].strip()}"
        for found in CONDITION.finditer(joined)
        if re.search(macros, found[1])
    ]


def check(root: Path, folders: list[str], names: list[str], macros: str) -> list[str]:
    wrong, seen = [], 0
    for folder in folders:
        for path in rules.files(root, folder, *SOURCES):
            seen += 1
            if not set(PurePosixPath(path).parts) & set(names):
                wrong += check_text(path, (root / path).read_text(), macros)
    return wrong if seen else ["there are no sources"]


def main() -> int:
    sections = tomllib.loads(rules.RULES.read_text())
    folders = [key for key in sections["includes"] if "*" not in key]
    held = sections["architecture"]
    return rules.tell("architecture", check(ROOT, folders, held["names"], held["macros"]))


if __name__ == "__main__":
    sys.exit(main())

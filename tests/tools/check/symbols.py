# SPDX-License-Identifier: MIT
"""What a room's objects need from outside, and what they call themselves.

All objects of a room are linked with one another (`ld -r`). What is undefined then must stand, with
its reason, in the list of the room's README.md:

    ```symbols
    memcpy          copies a table that lies across a page
    ```

A symbol that stands there and is needed no more is a complaint as well. What another architecture
needs besides has a block of its own, ```symbols aarch64. scripts/rooms.toml says which rooms are
looked at, how their global symbols must begin, and which may have no writable data.

    python3 -m tools.check.symbols [--arch NAME] OBJECTS...

OBJECTS are directories that mirror the tree, one a compiler.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT
from tools.check import rules
from tools.machine import vm

LISTED = r"^```symbols{}\n(.*?)^```$"
COMMON = "x86_64"  # whose list all have
TOOLS = {COMMON: "", "aarch64": "aarch64-linux-gnu-"}
BY_THE_LINKER = {"_GLOBAL_OFFSET_TABLE_"}  # of position-independent code
READ_ONLY_IN_THE_END = ".data.rel.ro"  # written once, by whoever relocates the image
SECTION = re.compile(r"\] (\S+) +\S+ +[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]+) +[0-9a-f]+ +(\w+)")


@dataclass
class Linked:
    """All objects of a room as one."""

    undefined: dict[str, list[str]] = field(default_factory=dict)  # and the objects that want it
    defined: set[str] = field(default_factory=set)  # global
    writable: list[str] = field(default_factory=list)  # sections


def run(tool: str, *args) -> str:
    done = subprocess.run([vm.find_tool(tool), *map(str, args)], capture_output=True, text=True)
    if done.returncode:
        raise ValueError((done.stderr.strip().splitlines() or [f"{tool} failed"])[-1])
    return done.stdout


def link(objects: list[Path], arch: str = COMMON) -> Linked:
    found, tools = Linked(), TOOLS[arch]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "room.o"
        run(f"{tools}ld", "-r", "-o", whole, *objects)
        outside = set(run("nm", "-u", "-j", whole).split()) - BY_THE_LINKER
        found.defined = set(run("nm", "-g", "-j", "--defined-only", whole).split())
        for name, size, flags in SECTION.findall(run("readelf", "-SW", whole)):
            if "W" in flags and int(size, 16) and not name.startswith(READ_ONLY_IN_THE_END):
                found.writable.append(name)
    for path in objects:
        for symbol in outside & set(run("nm", "-u", "-j", path).split()):
            found.undefined.setdefault(symbol, []).append(path.name.removesuffix(".o"))
    return found


def allowed(readme: str, only: str = "") -> dict[str, str]:
    """The list of a README, or that of one architecture only: symbols and reasons. ValueError if
    either is missing.
    """
    block = re.search(LISTED.format(only and " " + only), readme, re.M | re.S)
    if not block and only:
        return {}
    if not block:
        raise ValueError("README.md has no block ```symbols")
    lines = [line.split(None, 1) for line in block[1].splitlines() if line.strip()]
    bare = [words[0] for words in lines if len(words) < 2]
    if bare:
        raise ValueError(f"README.md gives no reason for {', '.join(bare)}")
    return dict(lines)


def judge(linked: Linked, held: dict, listed: dict[str, str]) -> list[str]:
    wrong = [
        f"{symbol} is not in the list of README.md; {', '.join(sorted(users))} needs it"
        for symbol, users in sorted(linked.undefined.items())
        if symbol not in listed
    ]
    prefix = held.get("prefix", "")
    strange = [symbol for symbol in sorted(linked.defined) if not symbol.startswith(prefix)]
    wrong += [f"{symbol} does not begin with {prefix}" for symbol in strange]
    if held.get("constant"):
        wrong += [f"writable data, in {name}" for name in linked.writable]
    return wrong


def objects_of(root: Path, room: str, tree: Path) -> list[Path]:
    """The room's objects in a tree, without those of sources that are gone since."""
    found = sorted((tree / room).rglob("*.o"))
    objects = [path for path in found if (root / path.relative_to(tree)).with_suffix("").exists()]
    if not objects:
        raise ValueError(f"there are no objects in {tree / room}")
    return objects


def check_room(
    root: Path, room: str, held: dict, trees: list[Path], arch: str = COMMON
) -> list[str]:
    """Complaints about one room; each tree has the objects of one compiler."""
    if set(held) - {"prefix", "constant"}:
        return [f"{room}: rooms.toml: unknown keys {sorted(set(held) - {'prefix', 'constant'})}"]
    wrong, needed = [], set()
    try:
        readme = (root / room / "README.md").read_text()
        listed = allowed(readme)
        own = listed if arch == COMMON else allowed(readme, arch)
        for tree in trees:
            linked = link(objects_of(root, room, tree), arch)
            needed |= set(linked.undefined)
            wrong += [one for one in judge(linked, held, listed | own) if one not in wrong]
    except ValueError as e:
        return [f"{room}: {e}"]
    unneeded = [symbol for symbol in own if symbol not in needed]
    wrong += [f"{symbol} is in the list of README.md, and nothing needs it" for symbol in unneeded]
    return [f"{room}: {one}" for one in wrong]


def main() -> int:
    p = argparse.ArgumentParser(description="Hold what rooms need against their lists.")
    p.add_argument("--arch", choices=TOOLS, default=COMMON)
    p.add_argument("trees", nargs="+", type=Path)
    args = p.parse_args()
    wrong = []
    for room, held in rules.load("symbols").items():
        wrong += check_room(ROOT, room, held, args.trees, args.arch)
    return rules.tell("symbols", wrong)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""Which room includes which: dependencies run one way, and a room's private headers stay its own.

scripts/rooms.toml has the rules. `-I.` makes every header of the tree reachable from everywhere, in
quotes and in angle brackets, so the compiler holds nobody back; this does.
"""
import re
import sys
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

from tools import ROOT
from tools.check import rules

SOURCES = (".c", ".h", ".asm", ".S", ".inc")
INCLUDE = re.compile(r'^[ \t]*[#%][ \t]*include\b[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>|(\S.*))', re.M)


def is_one_of(path: PurePosixPath, pattern: str) -> bool:
    """As in a shell: `*` stays inside a folder."""
    words = pattern.split("/")
    return len(words) == len(path.parts) and all(map(fnmatchcase, path.parts, words))


@dataclass
class Rules:
    includes: dict[str, list[str]]
    public: dict[str, list[str]]
    generated: dict[str, list[str]]

    @classmethod
    def parse(cls, text: str) -> "Rules":
        sections = tomllib.loads(text)
        return cls(sections["includes"], sections["public"], sections.get("generated", {}))

    def rooms(self) -> list[str]:
        """The keys that are folders, not patterns."""
        return [key for key in self.includes if not set(key) & set("*?[")]

    def room_of(self, path: str) -> str | None:
        """The innermost room that a file is in."""
        inside = [room for room in self.rooms() if rules.is_inside(path, room)]
        return max(inside, key=len, default=None)

    def granted(self, path: str) -> list[str]:
        """All that the rules allow a file besides its own room."""
        folders = [str(folder) for folder in PurePosixPath(path).parents]
        fits = [key for key in self.includes if any(fnmatchcase(f, key) for f in folders)]
        return [grant for key in fits for grant in self.includes[key]]

    def is_public(self, header: str, room: str) -> bool:
        inside = PurePosixPath(header).relative_to(room)
        return any(is_one_of(inside, pattern) for pattern in self.public.get(room, []))

    def objection(self, path: str, header: str) -> str:
        """Why a file may not include this header of the tree; empty if it may."""
        own, room = self.room_of(path), self.room_of(header)
        if own == room:
            return ""
        grants = self.granted(path)
        if any(fnmatchcase(header, grant) for grant in grants):
            return ""
        if room is None:
            return f"{header} is in no room"
        if room not in grants:
            return f"{own} may not include {room}"
        return "" if self.is_public(header, room) else f"{header} is private to {room}"


def circle(rooms: dict[str, list[str]]) -> list[str]:
    """The rooms of a circle in what rooms may include, if there is one."""
    graph = {room: [grant for grant in grants if grant in rooms] for room, grants in rooms.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as e:
        return e.args[1]
    return []


def check_rules(root: Path, held: Rules) -> list[str]:
    """Rules about what is not there would never turn red."""
    wrong = [f"rooms.toml: there is no folder {r}" for r in held.rooms() if not (root / r).is_dir()]
    for room, patterns in held.public.items():
        for pattern in patterns:
            if not any((root / room).glob(pattern)):
                wrong.append(f"rooms.toml: {room} has no public header {pattern}")
    for key, grants in held.includes.items():
        for grant in grants:
            if grant not in held.includes and not any(root.glob(grant)):
                wrong.append(f"rooms.toml: {key} may include {grant}, which is nothing")
    around = circle(held.includes)
    return wrong + ([f"rooms.toml: a circle: {' -> '.join(around)}"] if around else [])


def find(root: Path, path: str, name: str) -> str | None:
    """The header of the tree that the compiler would take: beside the file, or from the root."""
    for place in (PurePosixPath(path).parent, PurePosixPath()):
        if (root / place / name).is_file():
            return str((root / place / name).resolve().relative_to(root.resolve()))
    return None


def check_file(root: Path, held: Rules, path: str) -> list[str]:
    wrong = []
    text = (root / path).read_text()
    for match in INCLUDE.finditer(text):
        quoted, angled, macro = match.groups()
        name = quoted or angled
        header = find(root, path, name) if name else None
        if macro:
            objection = f"what does it include? {macro}"
        elif header:
            objection = held.objection(path, header)
        elif quoted and name not in held.generated.get(held.room_of(path), []):
            objection = f"there is no {name}"
        else:
            continue
        if objection:
            line = text.count("\n", 0, match.start()) + 1
            wrong.append(f"{path}:{line}: {objection}")
    return wrong


def check(root: Path, held: Rules, built: Path | None = None) -> list[str]:
    """All complaints; what was built is no part of the sources."""
    wrong = check_rules(root, held)
    folders = [p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")]
    for top in sorted(folder.name for folder in folders if folder != built):
        for path in rules.files(root, top, *SOURCES):
            if held.room_of(path) is None:
                wrong.append(f"{path} is in no room of rooms.toml")
            else:
                wrong += check_file(root, held, path)
    return wrong


if __name__ == "__main__":
    build = Path(sys.argv[1]).resolve() if sys.argv[1:] else None
    sys.exit(rules.tell("includes", check(ROOT, Rules.parse(rules.RULES.read_text()), build)))

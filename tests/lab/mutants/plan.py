# SPDX-License-Identifier: MIT
"""The mutations: read from the *.toml beside this file, one a room, checked, chosen."""
import hashlib
import json
import random
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT

HERE = Path(__file__).resolve().parent
SCORE = HERE / "score.json"
ROOM_KEYS = {"boot", "file"}
FILE_KEYS = {"path", "mutants", "tests", "boot"}
KEYS = {"old", "new", "tests", "boot", "equivalent"}


@dataclass(frozen=True)
class Mutant:
    room: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] | None = None  # host test programs; None: those that link the file
    boot: tuple[str, ...] = field(default=())  # cases, in order
    equivalent: str = ""  # why nothing can be observed

    @property
    def id(self) -> str:
        text = "\0".join((self.file, self.old, self.new))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def apply(self, text: str) -> str:
        """The file with the mutation in it; ValueError unless the pattern is there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file}: {text.count(self.old)} places have {self.old!r}")
        return text.replace(self.old, self.new)


def read(room: str, text: str) -> list[Mutant]:
    """A room's mutations. What a file says stands over what the room says, and so on."""
    table = tomllib.loads(text)
    unknown = set(table) - ROOM_KEYS
    mutants = []
    for file in table.get("file", []):
        unknown |= set(file) - FILE_KEYS
        for one in file["mutants"]:
            unknown |= set(one) - KEYS
            base = {"boot": table.get("boot", []), "tests": file.get("tests")}
            words = base | {key: file[key] for key in ("boot",) if key in file} | one
            tests = words.pop("tests")
            words |= {"boot": tuple(words["boot"])}
            tests = None if tests is None else tuple(tests)
            mutants.append(Mutant(room, file["path"], tests=tests, **words))
    if unknown:
        raise ValueError(f"{room}.toml: unknown keys {sorted(unknown)}")
    return mutants


def load(folder: Path = HERE) -> list[Mutant]:
    """All of them; a mistake in the data is an error."""
    paths = sorted(folder.glob("*.toml"))
    mutants = [m for path in paths for m in read(path.stem, path.read_text())]
    ids = [m.id for m in mutants]
    if len(set(ids)) != len(ids):
        raise ValueError("a mutation is there twice")
    return mutants


def check(mutants: list[Mutant], root: Path = ROOT) -> list[str]:
    """What keeps mutations from being made: the sources have moved on."""
    wrong = []
    for mutant in mutants:
        if mutant.old == mutant.new:
            wrong.append(f"{mutant.file}: changes nothing: {mutant.old!r}")
        try:
            mutant.apply((root / mutant.file).read_text())
        except (OSError, ValueError) as e:
            wrong.append(str(e))
    return wrong


def read_score(path: Path = SCORE) -> dict[str, str]:
    """By mutation, what caught it when the score was taken; "survived" is open."""
    return json.loads(path.read_text())["mutants"] if path.exists() else {}


def choose(mutants: list[Mutant], room: str, only: str, count: int, seed: str) -> list[Mutant]:
    """Those of a room, those whose file or id has a text, a sample of so many; not equivalents."""
    chosen = [m for m in mutants if not m.equivalent]
    chosen = [m for m in chosen if not room or m.room in room.split()]
    chosen = [m for m in chosen if not only or only in m.file or m.id.startswith(only)]
    if not chosen:
        raise ValueError("no mutation is chosen")
    if count and count < len(chosen):
        chosen = random.Random(seed).sample(chosen, count)
    return chosen

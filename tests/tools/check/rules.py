# SPDX-License-Identifier: MIT
"""The rules of the house, as scripts/rooms.toml has them, and the files they are for."""
import tomllib
from pathlib import Path

from tools import ROOT

RULES = ROOT / "scripts" / "rooms.toml"


def load(section: str) -> dict:
    return tomllib.loads(RULES.read_text())[section]


def tell(step: str, wrong: list[str]) -> int:
    """Print what is wrong; the exit code of the step."""
    for complaint in wrong:
        print(f"{step}: {complaint}")
    return 1 if wrong else 0


def is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def files(root: Path, folder: str, *suffixes: str) -> list[str]:
    """The files below a folder, as paths from the root."""
    found = (path for path in (root / folder).rglob("*") if path.suffix in suffixes)
    return sorted(str(path.relative_to(root)) for path in found)

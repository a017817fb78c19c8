# SPDX-License-Identifier: MIT
"""What other people's programs begin with compiles alone, as C11 and as C++17.

That is each header that scripts/rooms.toml names, included by a file that is otherwise empty, for
each architecture unless it is of one alone, and the sketch in docs/lifting.md, for x86-64. Nothing
of what the Makefile defines is there, but for the folder in hv/ of the architecture.
"""
import re
import subprocess
import sys
from pathlib import Path

from tools import ROOT
from tools.check import rules
from tools.machine import vm

STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
LANGUAGES = {
    "C11": ["gcc", "-x", "c", "-std=c11"],
    "C++17": ["g++", "-x", "c++", "-std=c++17"],
}


SKETCH = Path("docs/lifting.md")


def check_source(root: Path, name: str, source: str, arch: str = "x86_64") -> list[str]:
    wrong, paths = [], [f"-I{root}", "-iquote", f"{root}/hv/{arch}"]
    for language, (compiler, *options) in LANGUAGES.items():
        command = [vm.find_tool(compiler), *options, *STRICT, *paths, "-"]
        done = subprocess.run(command, input=source, capture_output=True, text=True)
        if done.returncode:
            what = f"{name} for {arch} does not compile as {language}"
            wrong.append(f"{what}:\n{done.stderr.rstrip()}")
    return wrong


def check_header(root: Path, header: str) -> list[str]:
    names = rules.load("architecture")["names"]
    own = [name for name in names if name in Path(header).parts]
    return [
        complaint
        for arch in own or names
        for complaint in check_source(root, header, f'#include "{header}"\n', arch)
    ]


def check_sketch(root: Path) -> list[str]:
    """The one block of C in the document."""
    blocks = re.findall(r"^```c\n(.*?)^```$", (root / SKETCH).read_text(), re.MULTILINE | re.DOTALL)
    if len(blocks) != 1:
        return [f"{SKETCH} has {len(blocks)} blocks of C, must be one"]
    return check_source(root, str(SKETCH), blocks[0])


def main() -> int:
    wrong = [one for header in rules.load("headers")["alone"] for one in check_header(ROOT, header)]
    wrong += check_sketch(ROOT)
    return rules.tell("headers", wrong)


if __name__ == "__main__":
    sys.exit(main())

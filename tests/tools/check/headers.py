# SPDX-License-Identifier: MIT
"""Headers that other people's programs include: each compiles alone, as C11 and as C++17.

scripts/rooms.toml names them. The file that includes one is otherwise empty, and nothing of what
the Makefile defines is there.
"""
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


def check_header(root: Path, header: str) -> list[str]:
    wrong = []
    for language, (compiler, *options) in LANGUAGES.items():
        command = [vm.find_tool(compiler), *options, *STRICT, f"-I{root}", "-"]
        done = subprocess.run(
            command, input=f'#include "{header}"\n', capture_output=True, text=True
        )
        if done.returncode:
            wrong.append(f"{header} does not compile as {language}:\n{done.stderr.rstrip()}")
    return wrong


def main() -> int:
    wrong = [one for header in rules.load("headers")["alone"] for one in check_header(ROOT, header)]
    return rules.tell("headers", wrong)


if __name__ == "__main__":
    sys.exit(main())

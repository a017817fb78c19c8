# SPDX-License-Identifier: MIT
"""compile_commands.json for clangd and other tools: how make would compile each C file.

Asks make what it would do (nothing is built) and keeps the first command for each file: the
kernel's and the reference hypervisor's own, and those of the host tests.
"""
import json
import shlex
import subprocess
import sys

from tools import ROOT


def commands(text: str) -> dict[str, list[str]]:
    """The compilations in make's dry run, by source file."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if "-c" in words[:-1] and words[words.index("-c") + 1].endswith(".c"):
            arguments = shlex.split(line)
            found.setdefault(arguments[arguments.index("-c") + 1], arguments)
    return found


def main() -> int:
    make = shlex.split(sys.argv[1]) if len(sys.argv) > 1 else ["make"]
    dry = [*make, "--no-print-directory", "--always-make", "--dry-run", "V=1", "all", "host-test"]
    result = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        print(f"compile_commands: make failed: {result.stderr.strip()}", file=sys.stderr)
        return 1
    found = commands(result.stdout)
    entries = [
        {"directory": str(ROOT), "file": file, "arguments": arguments}
        for file, arguments in sorted(found.items())
    ]
    (ROOT / "compile_commands.json").write_text(json.dumps(entries, indent=1) + "\n")
    print(f"compile_commands.json: {len(entries)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""The steps of action.yml, read and run as GitHub would: inputs, expressions, a shell.

    PYTHONPATH=tests python3 -m tools.action.steps [INPUT=VALUE...]

Steps that use another action (the upload of an artifact) are told and left out. The file is read by
its layout and not as YAML, which Python's library has not; what it does not know, it refuses.
"""
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tools import ROOT

FILE = ROOT / "action.yml"
EXPRESSION = re.compile(r"\$\{\{ ([a-z]+(?:\.[a-z_]+)+) \}\}")


@dataclass
class Step:
    name: str
    shell: str = ""
    run: str = ""
    uses: str = ""
    condition: str = ""
    env: dict[str, str] = field(default_factory=dict)


def unquoted(text: str) -> str:
    match = re.fullmatch(r"""(["'])(.*)\1""", text)
    if match:
        return match[2]
    # What YAML would take for something else than this text; of GitHub's, expressions may stand.
    if re.search(r": | #|^[\[{&*!|>%@`]", EXPRESSION.sub("", text)) and "${{" not in text:
        raise ValueError(f"a value that must be quoted: {text}")
    return text


def section(text: str, name: str) -> str:
    """What stands indented under a key of the first column."""
    found = re.search(rf"^{name}:\n((?:[ ].*\n|\n)+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"action.yml has no {name}:")
    return found[1]


def inputs(text: str) -> dict[str, str]:
    """Names and defaults; each has a description, too."""
    found = {}
    for name, body in re.findall(r"^  (\w+):\n((?:    .*\n)+)", section(text, "inputs"), re.M):
        values = dict(re.findall(r"^    (\w+): (.*)$", body, re.MULTILINE))
        if set(values) != {"description", "default"}:
            raise ValueError(f"input {name}: must have description and default, has {set(values)}")
        unquoted(values["description"])
        found[name] = unquoted(values["default"])
    return found


def steps(text: str) -> list[Step]:
    runs = section(text, "runs")
    if "using: composite" not in runs:
        raise ValueError("action.yml is no composite action")
    found = []
    for part in re.split(r"^    - ", runs.partition("  steps:\n")[2], flags=re.MULTILINE)[1:]:
        keys = dict(re.findall(r"^(?:      )?(\w+): (.+)$", part, re.MULTILINE))
        env = part.partition("      env:\n")[2]
        own = dict(re.findall(r"^        (\w+): (.*)$", env, re.MULTILINE))
        step = Step(keys["name"], keys.get("shell", ""), unquoted(keys.get("run", "")),
                    keys.get("uses", ""), keys.get("if", ""), own)  # fmt: skip
        if bool(step.run) == bool(step.uses) or bool(step.run) != bool(step.shell):
            raise ValueError(f"step {step.name}: one of run with shell, and uses")
        found.append(step)
    return found


def fill(text: str, values: dict[str, str]) -> str:
    """${{ name }} by its value; KeyError for a name that nobody gives."""
    return EXPRESSION.sub(lambda match: values[match[1]], text)


def run(given: dict[str, str], temp: Path, workspace: Path) -> tuple[int, dict[str, str], str]:
    """Exit code of the first step that fails or 0, the outputs, the summary."""
    text = FILE.read_text()
    known = inputs(text)
    if unknown := set(given) - set(known):
        raise ValueError(f"no such inputs: {sorted(unknown)}")
    values = {f"inputs.{name}": value for name, value in (known | given).items()}
    values["runner.temp"] = str(temp)
    out, summary = temp / "output", temp / "summary"
    code = 0
    for step in steps(text):
        if step.uses:
            print(f"## {step.name}: {step.uses} is GitHub's, left out", flush=True)
            continue
        print(f"## {step.name}", flush=True)
        env = os.environ | {key: fill(value, values) for key, value in step.env.items()}
        env |= {"GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(out)}
        env |= {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(workspace)}
        env.pop("PYTHONPATH", None)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.run]
        code = subprocess.run(command, env=env, cwd=workspace).returncode
        if code:
            break
    lines = out.read_text().splitlines() if out.exists() else []
    return (
        code,
        dict(line.split("=", 1) for line in lines),
        summary.read_text() if summary.exists() else "",
    )


def main() -> int:
    given = dict(word.split("=", 1) for word in sys.argv[1:])
    with tempfile.TemporaryDirectory() as temp:
        code, outputs, summary = run(given, Path(temp), Path.cwd())
    print(summary)
    print(f"exit code {code}, outputs {outputs}")
    return code


if __name__ == "__main__":
    sys.exit(main())

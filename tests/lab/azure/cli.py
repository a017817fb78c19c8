# SPDX-License-Identifier: MIT
"""azure-cli, the system's or one of Debian's in the build directory: behind `make deps-azure`."""
import os
import re
import subprocess
import sys
from pathlib import Path

from lab import debian
from tools import ROOT
from tools.machine import vm

PYTHON = "/usr/bin/python3"
PARSE = Path(__file__).with_name("parse.py")
HERE = ROOT / "build/azure-cli"
SECONDS = 300


def environment(where: Path | None = None) -> dict[str, str]:
    """Its own settings and no telemetry; where: the packages that were unpacked."""
    config = HERE / "config"
    config.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "AZURE_CONFIG_DIR": str(config), "AZURE_CORE_COLLECT_TELEMETRY": "0"}
    env["PYTHONPATH"] = str(where / "usr/lib/python3/dist-packages") if where else ""
    return env


def find() -> dict[str, str]:
    """The environment in which there is one; vm.Unusable says how to come to one."""
    for where in (None, HERE / "packages"):
        if where and not where.exists():
            continue
        env = environment(where)
        command = [PYTHON, "-c", "import azure.cli.core"]
        if os.path.exists(PYTHON) and not subprocess.run(
            command, env=env, capture_output=True
        ).returncode:
            return env
    raise vm.Unusable("there is no azure-cli: make deps-azure")


def complaints(lines: list[str]) -> list[str]:
    """What az's parser says of each command line: "ok" if it takes it."""
    done = subprocess.run(
        [PYTHON, PARSE], input="\n".join(lines) + "\n", env=find(), capture_output=True,
        text=True, timeout=SECONDS,
    )  # fmt: skip
    said = done.stdout.splitlines()
    if done.returncode or len(said) != len(lines):
        raise vm.Unusable(f"azure-cli does not parse: {done.stderr.strip().splitlines()[-1:]}")
    return said


def missing() -> list[str]:
    """azure-cli and what it needs of what is not installed here."""
    install = ["-s", "--no-install-recommends", "install", "azure-cli"]
    apt = debian.Apt()
    try:
        text = debian.output("apt-get", *install)
    except vm.Unusable:  # the lists of packages are missing or old
        apt.update()
        text = debian.output("apt-get", *install)
    return re.findall(r"^Inst (\S+)", text, re.MULTILINE)


def main() -> None:
    """Fetch it unless there is one: 20 MB to fetch, 700 MB unpacked."""
    try:
        find()
    except vm.Unusable:
        debian.fetch(HERE, missing(), [])
        find()


if __name__ == "__main__":
    try:
        main()
    except vm.Unusable as e:
        sys.exit(f"deps-azure: {e}")

# SPDX-License-Identifier: MIT
"""Debian packages, downloaded and unpacked for use without being installed.

Used for kernels to boot and programs to run. A suite other than
the machine's own has lists of its own beside the packages: the machine's apt is left as it is.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.machine import vm

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SOURCE = (
    "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: {}\nComponents: main\nSigned-By: {}\n"
)


def output(*command: str, cwd: Path | None = None) -> str:
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise vm.Unusable(f"{' '.join(command)}: {last}")
    return result.stdout


class Apt:
    """apt-get and apt-cache for the machine's own suite, or for another one by name."""

    def __init__(self, suite: str = "", state: Path | None = None):
        if not shutil.which("apt-get"):
            raise vm.Unusable("needs Debian's packages: there is no apt-get")
        self.options, self.root = [], os.geteuid() == 0
        if suite:
            self.options, self.root = self.own_lists(suite, state.resolve()), True

    @staticmethod
    def own_lists(suite: str, state: Path) -> list[str]:
        for name in ("parts", "lists/partial", "cache/archives/partial"):
            (state / name).mkdir(parents=True, exist_ok=True)
        (state / "parts" / "suite.sources").write_text(SOURCE.format(suite, KEYRING))
        settings = {
            "Dir::Etc::SourceList": "/nonexistent",
            "Dir::Etc::SourceParts": state / "parts",
            "Dir::State::Lists": state / "lists",
            "Dir::Cache": state / "cache",
        }
        return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def update(self) -> None:
        output(*([] if self.root else ["sudo", "-n"]), "apt-get", *self.options, "update")

    def behind(self, package: str) -> str:
        """The real package that a name for the newest depends on."""
        found = re.search(r"Depends: (\S+)", output("apt-cache", *self.options, "depends", package))
        if not found:
            raise vm.Unusable(f"apt-cache knows no package behind {package}")
        return found[1]

    def download(self, packages: list[str], newest: list[str], directory: Path) -> None:
        names = [*packages, *(self.behind(name) for name in newest)]
        output("apt-get", *self.options, "download", *names, cwd=directory)


def fetch(work: Path, packages: list[str], newest: list[str], suite: str = "") -> Path:
    """The unpacked packages, downloaded into the work directory unless they are there.

    newest: packages that depend on the wanted one as their first dependency.
    """
    done = work / "packages"
    if done.exists():
        return done
    debs, unpacked = work / "debs", work / "packages.new"
    for directory in (debs, unpacked):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    apt = Apt(suite, work / "apt")
    try:
        apt.download(packages, newest, debs)
    except vm.Unusable:  # the lists of packages are missing or old
        apt.update()
        apt.download(packages, newest, debs)
    for deb in debs.glob("*.deb"):
        output("dpkg", "-x", str(deb), str(unpacked))
    shutil.rmtree(debs)
    unpacked.rename(done)
    return done


def one(root: Path, pattern: str) -> Path:
    found = sorted(root.glob(pattern))
    if not found:
        raise vm.Unusable(f"the downloaded packages have no {pattern}")
    return found[0]

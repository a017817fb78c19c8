# SPDX-License-Identifier: MIT
"""Debian packages, downloaded and unpacked for use without being installed.

Used for kernels to boot and programs to run. Suites other than the machine's own, and another
architecture, have lists of their own beside the packages: the machine's apt is left as it is.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.machine import vm

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SOURCE = "Types: deb\nURIs: http://deb.debian.org/{}\nSuites: {}\nComponents: main\nSigned-By: {}\n"


def output(*command: str, cwd: Path | None = None) -> str:
    result = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise vm.Unusable(f"{' '.join(command)}: {last}")
    return result.stdout


class Apt:
    """apt-get and apt-cache for the machine's own suite, or for others by their names."""

    def __init__(self, suites: str = "", state: Path | None = None, arch: str = ""):
        if not shutil.which("apt-get"):
            raise vm.Unusable("needs Debian's packages: there is no apt-get")
        self.options, self.root = [], os.geteuid() == 0
        if suites:
            self.options, self.root = self.own_lists(suites, state.resolve(), arch), True

    @staticmethod
    def own_lists(suites: str, state: Path, arch: str) -> list[str]:
        for name in ("parts", "lists/partial", "cache/archives/partial"):
            (state / name).mkdir(parents=True, exist_ok=True)
        sources = [
            SOURCE.format("debian-security" if "-security" in suite else "debian", suite, KEYRING)
            for suite in suites.split()
        ]
        (state / "parts" / "suite.sources").write_text("\n".join(sources))
        settings = {
            "Dir::Etc::SourceList": "/nonexistent",
            "Dir::Etc::SourceParts": state / "parts",
            "Dir::State::Lists": state / "lists",
            "Dir::Cache": state / "cache",
        }
        if arch:  # nothing of it is installed, whatever the machine's dpkg has
            (state / "status").touch()
            settings |= {
                "Dir::State::status": state / "status",
                "APT::Architecture": arch,
                "APT::Architectures": arch,
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


def fetch(
    work: Path, packages: list[str], newest: list[str], suites: str = "", arch: str = ""
) -> Path:
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
    apt = Apt(suites, work / "apt", arch)
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

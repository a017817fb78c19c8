# SPDX-License-Identifier: MIT
"""A scratch copy of the tree, and what is done in it: break a line, run tests, put it back."""
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from tools import ROOT
from tools.boot import cases as declared, runner
from tools.machine import vm

from lab.mutants.plan import Mutant

SECONDS = 120  # a host test; one that runs longer hangs
SLOW = {"smp/test_scale"}  # named by `tests` where it is wanted
FAILED_CASE = re.compile(r"\[  FAILED  \] (\w+)")
PROGRAM = re.compile(r"^build/host/(fuzz/\w+|(?!tsan/)[\w/]+/test_\w+): (.*)$")
UNTESTED = ("docs/", "tests/lab/", ".github/", ".ci/")  # no result depends on these
MAKE = ["make", "--no-print-directory", "VERSION=mutants"]


def sources() -> list[str]:
    """What git knows, and what is new and not ignored."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in text.splitlines() if (ROOT / name).is_file())


def tree_hash() -> str:
    """Of all that a result can depend on."""
    digest = hashlib.sha256()
    for name in sources():
        if not name.startswith(UNTESTED) and not name.endswith(".md"):
            digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def file_hash(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:16]


def refresh(to: Path) -> None:
    """Make the copy the tree's likeness; what has not changed keeps its time, and its objects."""
    names = sources()
    for path in list(to.rglob("*")):
        inside = path.relative_to(to)
        if inside.parts[0] != "build" and path.is_file() and str(inside) not in names:
            path.unlink()
    for name in names:
        copy = to / name
        if copy.exists() and copy.read_bytes() == (ROOT / name).read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)


def tail(text: str) -> str:
    lines = [line for line in text.splitlines() if "error" in line] or text.splitlines()[-1:]
    return lines[0].strip()[:160] if lines else ""


class Tree:
    """One copy, used by one worker at a time."""

    def __init__(self, path: Path):
        self.path = path
        refresh(path)
        self.programs = self.read_programs()
        self.cases = {case["name"]: case for case in declared.load_cases()}

    def make(self, *targets: str) -> tuple[bool, str]:
        done = subprocess.run(
            [*MAKE, *targets], cwd=self.path, capture_output=True, text=True, errors="replace"
        )
        return done.returncode == 0, done.stdout + done.stderr

    def read_programs(self) -> dict[str, set[str]]:
        """Host test programs and the sources that they link, as make knows them."""
        done = subprocess.run(
            [*MAKE, "-qp", "host-test"], cwd=self.path, capture_output=True, text=True
        )
        programs = {}
        for line in done.stdout.splitlines():
            if found := PROGRAM.match(line):
                linked = re.findall(r"build/host/(?:arm64/)?obj/(\S+)\.o\b", found[2])
                if linked:
                    programs.setdefault(found[1], set()).update(linked)
        return programs

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The programs of a mutation, those that link least first; none that is about numbers."""
        if mutant.tests is not None:
            return list(mutant.tests)
        own = [name for name, linked in self.programs.items() if mutant.file in linked]
        return sorted(set(own) - SLOW, key=lambda name: (len(self.programs[name]), name))

    def arches(self, mutant: Mutant) -> set[str]:
        """Whose images its boot cases are about."""
        return {self.cases[name].get("arch", "x86_64") for name in mutant.boot}

    def build_images(self, arches: set[str]) -> tuple[bool, str]:
        for arch in sorted(arches):
            built, text = self.make("all", f"ARCH={arch}")
            if not built:
                return False, text
        return True, ""

    def build(self, programs: set[str], arches: set[str]) -> tuple[bool, str]:
        """The baseline, so that a mutation rebuilds only what it touches."""
        built, text = self.build_images(arches)
        if not built or not programs:
            return built, text
        return self.make(*(f"build/host/{name}" for name in sorted(programs)))

    def run_host(self, program: str) -> str:
        """Why a program fails; empty if it passes."""
        command = [vm.find_tool("timeout"), "-k", "5", str(SECONDS), f"build/host/{program}"]
        done = subprocess.run(
            command, cwd=self.path, capture_output=True, text=True, errors="replace"
        )
        if done.returncode == 0:
            return ""
        cases = FAILED_CASE.findall(done.stdout + done.stderr)
        return f"{program}" + (f": {cases[0]}" if cases else f": ended with {done.returncode}")

    def host(self, mutant: Mutant) -> tuple[str, str]:
        """compile, host or survived; by what."""
        for program in self.tests_of(mutant):
            built, text = self.make(f"build/host/{program}")
            if not built:
                return "compile", tail(text)
            if why := self.run_host(program):
                return "host", why
        return "survived", ""

    def run_boot(self, name: str) -> str:
        result = runner.run_safely(self.cases[name], self.path / "build", None)
        if result.state == "skipped":
            raise vm.Unusable(f"{name}: {result.reasons[0]}")
        return f"{name}: {result.reasons[0][:160]}" if result.state == "failed" else ""

    def boot(self, mutant: Mutant) -> tuple[str, str]:
        built, text = self.build_images(self.arches(mutant))
        if not built:
            return "compile", tail(text)
        for name in mutant.boot:
            if why := self.run_boot(name):
                return "boot", why
        return "survived", ""

    def try_one(self, mutant: Mutant, stage: str) -> tuple[str, str]:
        """Break the line, run the stage (host or boot), and put the line back whatever comes."""
        path = self.path / mutant.file
        whole = path.read_text()
        try:
            path.write_text(mutant.apply(whole))
            return self.host(mutant) if stage == "host" else self.boot(mutant)
        finally:
            path.write_text(whole)

# SPDX-License-Identifier: MIT
"""make mutants: break one line at a time and see whether a test notices.

Each mutation is run against the host tests of its file and, where these do not notice, against a
few quick boot cases, in scratch copies of the tree. Results are kept in
build/mutants/results.jsonl, by mutation and tree, so a run that was stopped goes on where it was.
Exit code: 0 what was run was caught, or is known to survive (score.json); 1 something else
survived.
"""
import argparse
import json
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from lab.mutants import plan
from lab.mutants.plan import Mutant
from lab.mutants.tree import Tree, file_hash, tree_hash
from tools import ROOT
from tools.machine import vm

DOCUMENT = ROOT / "docs" / "testing.md"
BEGIN, END = "<!-- mutants -->", "<!-- end -->"
STATES = ("compile", "host", "boot", "survived")
ROOMS = (
    "boot", "kernel", "screen", "conform", "smp", "start", "hv", "arch", "acpi", "lib", "efi",
    "refhv",
)  # fmt: skip


class Results:
    """What is known: a line a stage that was run."""

    def __init__(self, path: Path, tree: str, keep: bool):
        self.path, self.tree, self.lock, self.known = path, tree, threading.Lock(), {}
        lines = path.read_text().splitlines() if path.exists() else []
        for record in map(json.loads, lines):
            if self.holds(record, keep):
                self.known[record["id"], record["stage"]] = record

    def holds(self, record: dict, keep: bool) -> bool:
        """Of this tree; with KEEP=1 also one that was caught while its file was the same."""
        if record["tree"] == self.tree:
            return True
        was_caught = record["state"] != "survived" and record["id"] != "baseline"
        return keep and was_caught and record["file_hash"] == file_hash(record["file"])

    def add(self, mutant: Mutant, stage: str, state: str, by: str, seconds: float) -> dict:
        record = {
            "id": mutant.id, "tree": self.tree, "file_hash": file_hash(mutant.file), "stage": stage,
            "state": state, "by": by, "room": mutant.room, "file": mutant.file,
            "old": mutant.old, "new": mutant.new, "seconds": round(seconds, 1),
        }  # fmt: skip
        with self.lock:
            self.known[mutant.id, stage] = record
            with open(self.path, "a") as out:
                out.write(json.dumps(record) + "\n")
        return record

    def state(self, mutant: Mutant, host_only: bool) -> dict | None:
        """The last word about a mutation; None while there is work to be done."""
        host, boot = (self.known.get((mutant.id, stage)) for stage in ("host", "boot"))
        if host and host["state"] != "survived":
            return host
        return host if host_only else boot


def table(mutants: list[Mutant], states: dict[str, str]) -> list[str]:
    """Rows of a table in Markdown, by room: what caught how many, and how many survived."""
    heads = ["Room", "Mutations", "Compiler", "Host tests", "Boot cases", "Survived", "Equivalent"]
    rows = ["| " + " | ".join([*heads, "Caught"]) + " |", "|---" * 8 + "|"]
    total: Counter = Counter()
    for room in (*ROOMS, "all"):
        counts = Counter(
            "equivalent" if m.equivalent else states.get(m.id, "")
            for m in mutants
            if m.room == room
        )
        counts.pop("", None)
        counts = total if room == "all" else counts
        tried = sum(counts[state] for state in STATES)
        if not tried and not counts["equivalent"]:
            continue
        caught = f"{100 * (tried - counts['survived']) / tried:.0f} %" if tried else "-"
        cells = [room, tried, *(counts[state] for state in STATES), counts["equivalent"], caught]
        rows.append("| " + " | ".join(map(str, cells)) + " |")
        total = total + counts if room != "all" else total
    return rows


def check_baseline(trees: list[Tree], chosen: list[Mutant], host_only: bool, trust: bool) -> None:
    """Tests that fail without a mutation would catch everything."""
    tree = trees[0]
    programs = {name for mutant in chosen for name in tree.tests_of(mutant)}
    if unknown := programs - set(tree.programs):
        sys.exit(f"mutants: no such host tests: {sorted(unknown)}")
    arches = set() if host_only else set().union(*map(tree.arches, chosen))
    for one in trees:
        built, text = one.build(programs, arches)
        if not built:
            sys.exit(f"mutants: the tree does not build:\n{text[-2000:]}")
    cases = set() if host_only or trust else {name for mutant in chosen for name in mutant.boot}
    with ThreadPoolExecutor(len(trees)) as pool:
        wrong = [*pool.map(tree.run_host, sorted(programs))]
        wrong += pool.map(tree.run_boot, sorted(cases))
    if any(wrong):
        sys.exit("mutants: fails without a mutation: " + "; ".join(filter(None, wrong)))


class Session:
    """Workers, each with a tree of its own."""

    def __init__(self, build: Path, jobs: int, results: Results, host_only: bool, trust: bool):
        self.results, self.host_only, self.jobs, self.trust = results, host_only, jobs, trust
        self.trees = [Tree((build / f"tree{n}").resolve()) for n in range(jobs)]
        self.free: Queue = Queue()
        for tree in self.trees:
            self.free.put(tree)

    def run_one(self, mutant: Mutant) -> dict:
        tree = self.free.get()
        try:
            for stage in ("host", "boot"):
                if (mutant.id, stage) not in self.results.known:
                    began = time.monotonic()
                    state, by = tree.try_one(mutant, stage)
                    self.results.add(mutant, stage, state, by, time.monotonic() - began)
                if done := self.results.state(mutant, self.host_only):
                    return done
        finally:
            self.free.put(tree)
        raise AssertionError("no stage decides")

    def run(self, chosen: list[Mutant]) -> None:
        left = [m for m in chosen if not self.results.state(m, self.host_only)]
        print(f"mutants: {len(chosen)} chosen, {len(left)} to be run", flush=True)
        if not left:
            return
        check_baseline(self.trees, left, self.host_only, self.trust)
        with ThreadPoolExecutor(self.jobs) as pool:
            for n, done in enumerate(pool.map(self.run_one, left), 1):
                print(f"{n}/{len(left)} {done['state']:<8} {done['id']} {done['file']}: "
                      f"{done['new'][:60]!r} {done['by'][:100]}", flush=True)  # fmt: skip


def document(mutants: list[Mutant], score: dict[str, str]) -> str:
    """The part of docs/testing.md that the score makes."""
    text = "\n".join(table([m for m in mutants if m.equivalent or m.id in score], score))
    survived = [m for m in mutants if score.get(m.id) == "survived"]
    lines = [f"- `{m.id}` {m.file}: `{one_line(m.old)}` → `{one_line(m.new)}`" for m in survived]
    left = sum(not m.equivalent and m.id not in score for m in mutants)
    if not score:
        return "Not taken yet."
    text += f"\n\n{left} mutations are not in the table yet." if left else ""
    return text + "\n\n" + ("Open:\n\n" + "\n".join(lines) if lines else "None survived.")


def one_line(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split()) or "(nothing)"


def write_document(mutants: list[Mutant], score: dict[str, str], path: Path = DOCUMENT) -> None:
    before, rest = path.read_text().split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{document(mutants, score)}\n{END}{rest.split(END)[1]}")


def write_score(mutants: list[Mutant], results: Results, date: str) -> None:
    """What caught each, here and in docs/testing.md; a mutation that was not run keeps its word."""
    score = {m.id: word for m in mutants if (word := plan.read_score().get(m.id))}
    for mutant in mutants:
        if not mutant.equivalent and (done := results.state(mutant, False)):
            score[mutant.id] = done["state"]
    text = json.dumps({"date": date, "mutants": dict(sorted(score.items()))}, indent=0)
    plan.SCORE.write_text(text + "\n")
    write_document(mutants, score)


def main() -> int:
    p = argparse.ArgumentParser(description="Break one line at a time.")
    p.add_argument("--build", type=Path, default=Path("build"))
    p.add_argument("--room", default="", help="only these rooms")
    p.add_argument("--only", default="", help="only files with this text, or one id")
    p.add_argument("--count", type=int, default=0, help="a sample of so many")
    p.add_argument("--seed", default="1")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--host-only", action="store_true", help="no boot cases")
    p.add_argument("--sure", action="store_true", help="only what host tests caught before")
    p.add_argument("--keep", action="store_true", help="believe what was caught before")
    p.add_argument("--trust", action="store_true", help="the cases are known to pass")
    p.add_argument("--score", metavar="DATE", help="write score.json")
    args = p.parse_args()
    try:
        mutants = plan.load()
        if wrong := plan.check(mutants):
            raise ValueError("\n".join(wrong))
        score = plan.read_score()
        # What the compiler caught may want the whole kernel built, as boot cases do.
        held = {id for id, word in score.items() if word == "host"}
        sure = [m for m in mutants if not (args.sure and held) or m.id in held]
        chosen = plan.choose(sure, args.room, args.only, args.count, args.seed)
        build = args.build / "mutants"
        build.mkdir(parents=True, exist_ok=True)
        results = Results(build / "results.jsonl", tree_hash(), args.keep)
        Session(build, args.jobs, results, args.host_only, args.trust).run(chosen)
    except (ValueError, vm.Unusable) as e:
        sys.exit(f"mutants: {e}")
    done = {m.id: results.state(m, args.host_only) for m in chosen}
    states = {id: record["state"] for id, record in done.items() if record}
    shown = chosen + [m for m in mutants if m.equivalent and not args.count]
    print("\n".join(table(shown, states)))
    survived = [m for m in chosen if states.get(m.id) == "survived"]
    for m in survived:
        known = " (known)" if score.get(m.id) == "survived" else ""
        print(f"survived: {m.id} {m.file}: {m.old!r} -> {m.new!r}{known}")
    if args.score:
        write_score(mutants, results, args.score)
        return 0
    known = {id for id, word in score.items() if word == "survived"}
    if args.host_only and not args.sure:  # the rest is for boot cases to catch
        return 0
    return 1 if any(m.id not in known for m in survived) else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())

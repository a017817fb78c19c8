# SPDX-License-Identifier: MIT
"""The benchmark: this kernel and its peers in one run, interleaved, one machine at a time.

plan.toml says what is measured. Each run is a line in BUILD/bench/runs.jsonl as soon as it is over;
at the end, or when interrupted, bench.json, bench.md and the plots are made of them. Exit code: 0
if every run that was begun came to its end, 1 if not. No figure is right or wrong.
"""
import argparse
import contextlib
import importlib
import json
import os
import shlex
import shutil
import sys
import time
import tomllib
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent

from lab.bench import results, shared
from lab.bench.shared import Run, Tools
from tools import ROOT
from tools.machine import running, verdicts, vm

SCRATCH = ("disk.img", "vars.fd", "vars.qcow2", "vars.bin")
SLOWEST = 8  # a run may take so many times what it is thought to take
LEAST_SECONDS = 60


def load_plan() -> dict:
    return tomllib.loads((HERE / "plan.toml").read_text())


def choose(plan: dict, args: argparse.Namespace) -> dict:
    """The plan's numbers, with what the user wants otherwise."""
    chosen = dict(plan["full" if args.full else "quick" if args.quick else "default"])
    try:
        if args.n:
            chosen["n"] = sorted({int(n) for n in args.n.replace(",", " ").split()})
        if args.boots:
            chosen["boots"] = int(args.boots)
        if args.minutes:
            chosen["minutes"] = float(args.minutes)
    except ValueError:
        raise vm.Unusable("N=, BOOTS= and MINUTES= must be numbers: N=\"2 4 8\" BOOTS=3") from None
    if not chosen["n"] or min(chosen["n"]) < 2 or chosen["boots"] < 1:
        raise vm.Unusable("N= must be at least 2 and BOOTS= at least 1")
    if max(chosen["n"]) > plan["rounds"][-1][0]:
        raise vm.Unusable(f"N= must be at most {plan['rounds'][-1][0]}")
    return chosen


def subjects(plan: dict, hv: str, only: str) -> list[dict]:
    """The subjects that are wanted: of this kernel only those with these hypervisors."""
    hvs, names = hv.split(), only.split()
    known = {subject["name"] for subject in plan["subject"]}
    if set(hvs) - {"ref", "none"}:
        raise vm.Unusable(f"HV={hv}: the benchmark knows HV=ref, HV=none and both")
    if set(names) - known:
        raise vm.Unusable(f"ONLY={only}: the subjects are {' '.join(sorted(known))}")
    return [
        subject
        for subject in plan["subject"]
        if (not hvs or subject.get("hv", hvs[0]) in hvs) and (not names or subject["name"] in names)
    ]


def rounds_for(plan: dict, n: int) -> int:
    return next(rounds for most, rounds in plan["rounds"] if n <= most)


def planned(plan: dict, chosen: dict, some: list[dict]) -> list[Run]:
    """All runs in their order."""
    runs = []
    for boot in range(chosen["boots"]):
        for n in chosen["n"]:
            for name, accel in plan["accel"].items():
                if n not in accel.get("n", [n]):
                    continue
                if boot >= accel.get("boots", boot + 1):
                    continue
                for subject in some:
                    most = subject.get("most", {}).get(name, n)
                    boots = (
                        1 if n > subject.get("once_above", n) else subject.get("boots", boot + 1)
                    )
                    if name in subject["accels"] and n <= most and boot < boots:
                        runs.append(Run(subject["name"], n, name, boot))
    return runs


class Session:
    """One benchmark: its runs, what came out, and how long is left."""

    def __init__(self, plan: dict, tools: Tools, minutes: float, old: list[dict]):
        self.tools, self.plan, self.minutes = tools, plan, minutes
        self.specs = {subject["name"]: subject for subject in plan["subject"]}
        self.results = old
        self.left_out: list[str] = []
        # Subjects that cannot be had here, by age of QEMU.
        self.unusable: set[tuple[str, bool]] = set()
        self.start = time.monotonic()
        self.log = tools.work / "runs.jsonl"

    def elapsed(self) -> float:
        return time.monotonic() - self.start

    def thought(self, run: Run) -> float:
        """Seconds that a run will take: what such a run took, or what the plan says."""
        same = [
            r["seconds"]
            for r in self.results
            if (r["subject"], r["n"], r["accel"]) == (run.subject, run.n, run.accel)
        ]
        spec = self.specs[run.subject]
        boot, each = spec.get("accel_seconds", {}).get(run.accel, spec["seconds"])
        return same[-1] if same else boot + each * run.n

    def bound(self, run: Run) -> float:
        least = self.plan["accel"][run.accel].get("bound", LEAST_SECONDS)
        return max(least, SLOWEST * self.thought(run))

    def measure(self, run: Run) -> dict:
        """A run until it has figures, as often as the plan allows; earlier failures are kept."""
        problems: list[str] = []
        for _ in range(self.specs[run.subject].get("tries", 1)):
            result = self.boot(run)
            if not result["problem"] or result["timed_out"]:
                break
            problems.append(result["problem"])
        if not result["problem"]:
            result["failed_before"] = problems
        return result

    def boot(self, run: Run) -> dict:
        """One boot: a result, whatever happens, unless the subject cannot be had at all."""
        spec = self.specs[run.subject]
        module = importlib.import_module(f"lab.bench.{spec['kind']}")
        out = self.tools.work / "run" / run.name()
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        words = module.command(self.tools, spec, run, out)
        (out / "command").write_text(shlex.join(words) + "\n")
        load, began = os.getloadavg()[0], time.strftime("%Y-%m-%d %H:%M %Z")
        listener = getattr(module, "listener", None)
        hear = listener(self.tools, run, out) if listener else None
        outcome = running.run_qemu(words, out, self.bound(run), hear)
        for name in SCRATCH:
            (out / name).unlink(missing_ok=True)
        result = {**asdict(run), "began": began, "seconds": outcome.seconds, "load": load}
        result |= {"problem": "", "methods": {}, "reasons": {}, "record": None, "failed_before": []}
        result["timed_out"] = outcome.ended == "time-out"
        if outcome.ended:
            result["problem"] = verdicts.failure(outcome)
            return result
        try:
            figures = module.parse(outcome.lines, spec, run, self.tools.true_hz(run.accel))
            most = self.tools.rounds(run.n)  # as many for everybody
            figures.methods = {method: ns[:most] for method, ns in figures.methods.items()}
        except (ValueError, KeyError) as e:
            result["problem"] = f"{e} (see run/{run.name()}/)"
            return result
        return result | asdict(figures)

    def one(self, run: Run, where: str) -> None:
        which = (run.subject, self.tools.needs_newer(run))
        if which in self.unusable:
            return
        name = f"{run.subject}, N={run.n}, {run.accel}, boot {run.boot + 1}"
        if self.elapsed() + self.thought(run) > 60 * self.minutes:
            self.left_out.append(f"{name}: no time left of {self.minutes:g} minutes")
            return
        try:
            result = self.measure(run)
        except vm.Unusable as e:
            self.unusable.add(which)
            self.left_out.append(f"{run.subject}, N={run.n}, {run.accel} and such: {e}")
            print(f"{where} {name} is left out: {e}", flush=True)
            return
        self.results.append(result)
        with open(self.log, "a") as f:
            f.write(json.dumps(result) + "\n")
        told = result["problem"] or ", ".join(
            f"{method} {min(ns) / 1e6:.4g} ms" for method, ns in result["methods"].items() if ns
        )
        print(f"{where} {name}: {told or 'nothing'} ({result['seconds']:.0f} s)", flush=True)

    def all(self, runs: list[Run]) -> None:
        for number, run in enumerate(runs, 1):
            minutes, seconds = divmod(int(self.elapsed()), 60)
            self.one(run, f"[{number}/{len(runs)} {minutes}:{seconds:02}]")


def kept(log: Path, runs: list[Run]) -> tuple[list[dict], list[Run]]:
    """RESUME=1: the good results of an interrupted benchmark, and the runs that are still to do."""
    wanted = {run.name(): run for run in runs}
    old = []
    if log.exists():
        for line in log.read_text().splitlines():
            result = json.loads(line)
            name = Run(result["subject"], result["n"], result["accel"], result["boot"]).name()
            if not result["problem"] and wanted.pop(name, None):
                old.append(result)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(json.dumps(result) + "\n" for result in old))
    return old, list(wanted.values())


def facts(plan: dict, tools: Tools, build: Path) -> dict:
    """What was measured, and where; bench.json begins with it."""
    version = (build / "gen" / "version").read_text().strip()
    return {
        "schema": "hvsmp-benchmark/1",
        "version": version,
        "host": shared.host() | {"tsc_hz": tools.host_hz},
        "qemu": {"usual": shared.version(tools.qemu)},
        "rounds": max(rounds for _, rounds in plan["rounds"]),
        "plan": plan,
        "image_bytes": (build / "hvsmp.efi").stat().st_size,
    }


def measure(args: argparse.Namespace) -> int:
    plan = load_plan()
    chosen, some = choose(plan, args), subjects(plan, args.hv, args.only)
    runs = planned(plan, chosen, some)
    results.need_plots()
    tools = Tools(args.build.resolve(), lambda n: rounds_for(plan, n), plan["accel"], args.qemu)
    bench = facts(plan, tools, args.build)
    log = tools.work / "runs.jsonl"
    if not args.resume:
        log.unlink(missing_ok=True)
    old, left = kept(log, runs)
    session = Session(plan, tools, chosen["minutes"], old)
    print(f"{len(left)} runs, at most {chosen['minutes']:g} minutes; {len(old)} results are kept")
    try:
        session.all(left)
    except KeyboardInterrupt:
        session.left_out.append("the benchmark was interrupted")
    # Of all results, those among them that an interrupted benchmark has left.
    bench["began"] = min((r["began"] for r in session.results), default="never")
    bench["minutes"] = sum(r["seconds"] for r in session.results) / 60
    newer = next((run for run in runs if tools.needs_newer(run)), None)
    with contextlib.suppress(vm.Unusable):  # said among what is left out
        bench["qemu"] |= {"newer": shared.version(tools.qemu_for(newer))} if newer else {}
    bench |= {"left_out": session.left_out, "results": session.results}
    print(results.write(bench, tools.work).lines)
    problems = [r for r in session.results if r["problem"]]
    print(
        f"{len(session.results)} results, {len(problems)} of them without figures; "
        f"see {tools.work}/bench.md"
    )
    return 1 if problems or not session.results else 0


def main() -> int:
    p = argparse.ArgumentParser(description="Measure bring-up, here and elsewhere.")
    p.add_argument("--build", type=Path, default=ROOT / "build")
    p.add_argument("--n", default="", help="numbers of processors")
    p.add_argument("--boots", default="", help="boots of each subject")
    p.add_argument("--minutes", default="", help="begin no run that would end later")
    p.add_argument("--hv", default="", help="ref, none or both (default)")
    p.add_argument("--only", default="", help="names of subjects in plan.toml")
    p.add_argument("--qemu", default="")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--full", action="store_true", help="also 512 and 1024 processors")
    p.add_argument(
        "--resume", action="store_true", help="keep what an interrupted run has measured"
    )
    p.add_argument(
        "--draw", action="store_true", help="measure nothing: table and plots of bench.json"
    )
    p.add_argument(
        "--docs", action="store_true", help="as --draw, and put them into docs/performance.md"
    )
    args = p.parse_args()
    try:
        if args.draw or args.docs:
            return results.redraw(args.build / "bench", ROOT / "docs" if args.docs else None)
        return measure(args)
    except (OSError, vm.Unusable) as e:
        print(f"bench: {e}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

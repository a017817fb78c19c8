# SPDX-License-Identifier: MIT
"""What is run, in which order, and what a resumed benchmark still has to do; the plots."""
import argparse
import contextlib
import importlib
import io
import json
import tempfile
import unittest
from pathlib import Path

from lab.bench import made_up, measure
from lab.bench.figures import Figures
from lab.bench.shared import Run
from tools.machine import vm

PLAN = measure.load_plan()


def chosen(**words) -> dict:
    defaults = {"n": "", "boots": "", "minutes": "", "full": False, "quick": False}
    return measure.choose(PLAN, argparse.Namespace(**(defaults | words)))


def runs(full: bool = False, hv: str = "", only: str = "", **words) -> list[Run]:
    return measure.planned(PLAN, chosen(full=full, **words), measure.subjects(PLAN, hv, only))


def no_machine(minutes: float) -> measure.Session:
    """A session that has measured nothing yet, and no tools to do it with."""
    session = measure.Session.__new__(measure.Session)
    session.plan, session.minutes, session.left_out, session.unusable = PLAN, minutes, [], set()
    session.specs = {subject["name"]: subject for subject in PLAN["subject"]}
    session.tools = argparse.Namespace(needs_newer=lambda run: run.n > 255)
    session.results, session.elapsed = [], lambda: 0.0
    return session


class PlanTest(unittest.TestCase):
    def test_the_plan_is_whole(self):
        for subject in PLAN["subject"]:
            self.assertLessEqual(
                set(subject["accels"]) | set(subject.get("most", {})), set(PLAN["accel"])
            )
            module = importlib.import_module(f"lab.bench.{subject['kind']}")
            self.assertTrue(callable(module.command) and callable(module.parse))
        self.assertEqual(
            [measure.rounds_for(PLAN, n) for n in (2, 16, 17, 255, 256)], [10, 10, 6, 6, 2]
        )
        for published in PLAN["published"].values():
            self.assertEqual(set(published["ms"]), set(published["floor"]))

    def test_what_the_user_wants(self):
        self.assertEqual(chosen()["n"], [2, 4, 8, 16, 64, 128, 255])
        self.assertEqual(chosen(n="8 2,4", boots="1", minutes="3")["n"], [2, 4, 8])
        self.assertEqual(chosen(quick=True)["boots"], 1)
        self.assertIn(1024, chosen(full=True)["n"])
        numbers = ({"n": "two"}, {"n": "1"}, {"n": " "}, {"n": "5000"})
        for words in (*numbers, {"boots": "0"}, {"minutes": "x"}):
            with self.assertRaises(vm.Unusable):
                chosen(**words)

    def test_interleaved(self):
        some = runs(n="2 4", boots="3", only="floor none")
        self.assertEqual([run.boot for run in some], [0] * 8 + [1] * 8 + [2] * 4)  # MTTCG twice
        self.assertEqual([run.n for run in some], ([2] * 4 + [4] * 4) * 2 + [2] * 2 + [4] * 2)
        self.assertEqual([run.subject for run in some[:4]], ["floor", "none"] * 2)

    def test_limits(self):
        linux = [run for run in runs() if run.subject == "linux-6.1"]
        self.assertEqual(max(run.n for run in linux), 64)
        self.assertEqual({run.accel for run in linux}, {"single"})
        self.assertEqual({run.boot for run in linux}, {0, 1})  # of three
        tuned = [run for run in runs() if run.subject == "linux-6.1-tuned" and run.n > 64]
        self.assertEqual(
            [(run.n, run.accel, run.boot) for run in tuned], [(n, "single", 0) for n in (128, 255)]
        )
        counted = [run for run in runs() if run.accel == "icount"]
        self.assertEqual({run.n for run in counted}, {16, 255})
        self.assertEqual({run.boot for run in counted}, {0})
        self.assertEqual({run.n for run in counted if run.subject == "ref"}, {16})

    def test_hypervisors_choose_among_our_own(self):
        names = {run.subject for run in runs(hv="ref")}
        self.assertIn("floor", names)
        self.assertIn("boot-ref", names)
        self.assertFalse(names & {"none", "boot-none"})
        for hv, only in (("kvm", ""), ("", "windows")):
            with self.assertRaises(vm.Unusable):
                measure.subjects(PLAN, hv, only)

    def test_resume(self):
        with tempfile.TemporaryDirectory() as directory:
            log = Path(directory) / "runs.jsonl"
            wanted = runs(n="2", boots="1", only="floor")
            self.assertEqual(measure.kept(log, wanted), ([], wanted))
            good = {"subject": "floor", "n": 2, "accel": "single", "boot": 0, "problem": ""}
            bad, foreign = good | {"accel": "multi", "problem": "time-out"}, good | {"n": 4}
            log.write_text("".join(json.dumps(one) + "\n" for one in (good, bad, foreign)))
            self.assertEqual(measure.kept(log, wanted), ([good], [Run("floor", 2, "multi", 0)]))
            self.assertEqual(log.read_text(), json.dumps(good) + "\n")

    def test_no_run_begins_that_would_not_end(self):
        session = no_machine(0.5)
        big = Run("none", 255, "single", 0)
        session.one(big, "")
        self.assertEqual(
            session.left_out, ["none, N=255, single, boot 1: no time left of 0.5 minutes"]
        )
        session.results = [{"subject": "none", "n": 255, "accel": "single", "seconds": 9.0}]
        self.assertEqual(session.thought(big), 9.0)
        session.results[0]["accel"] = "multi"
        self.assertGreater(session.thought(big), 30.0)
        self.assertEqual(session.thought(Run("none", 255, "icount", 0)), 204.0)

    def test_a_subject_without_its_qemu_is_left_out_and_no_other(self):
        session = no_machine(60)
        booted = []

        def boot(run):
            booted.append(run)
            if run.n > 255:
                raise vm.Unusable("run make deps-scale")
            raise KeyboardInterrupt

        session.boot = boot
        with contextlib.redirect_stdout(io.StringIO()):
            for n in (512, 1024):
                session.one(Run("none", n, "single", 0), "")
        self.assertEqual(len(booted), 1)
        self.assertIn("make deps-scale", session.left_out[0])
        with self.assertRaises(KeyboardInterrupt):
            session.one(Run("none", 2, "single", 0), "")

    def test_tries(self):
        session = measure.Session.__new__(measure.Session)
        session.specs = {"a": {"tries": 3}, "b": {}}
        problems = ["one", "two", "", "four"]

        def boot(run):
            problem = problems.pop(0)
            return {"problem": problem, "failed_before": [], "timed_out": problem == "time-out"}

        session.boot = boot
        self.assertEqual(session.measure(Run("a", 2, "single", 0))["failed_before"], ["one", "two"])
        problems[:] = ["one", ""]
        self.assertEqual(session.measure(Run("b", 2, "single", 0))["problem"], "one")
        self.assertEqual(problems, [""])
        problems[:] = ["time-out", ""]
        self.assertEqual(session.measure(Run("a", 2, "single", 0))["problem"], "time-out")
        self.assertEqual(problems, [""])  # nothing that takes long is begun again


class PlotsTest(unittest.TestCase):
    def draw(self, made: dict, directory: Path) -> list[str]:
        from lab.bench import plots

        return plots.draw_all(made, Figures(made["results"]), directory)

    def test_same_figures_same_bytes(self):
        made = made_up.bench(PLAN, ns=(2, 16), boots=1)
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            names = self.draw(made, Path(one))
            self.assertEqual(names, ["time-single.svg", "time-multi.svg", "tree.svg", "phases.svg"])
            self.draw(made, Path(two))
            for name in names:
                self.assertEqual((Path(one) / name).read_bytes(), (Path(two) / name).read_bytes())

    def test_what_cannot_be_drawn_is_left_out(self):
        made = made_up.bench(PLAN, ns=(2,), boots=1, accels=("single",))
        made["results"] = [r for r in made["results"] if r["subject"] == "floor"]
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(self.draw(made, Path(directory)), ["time-single.svg"])

    def test_tree(self):
        from lab.bench import plots

        cpus = made_up.cpus(7)
        self.assertEqual(plots.levels(cpus), {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 2, 6: 2})
        places = plots.tree_places(cpus)
        self.assertEqual([places[i] for i in (3, 4, 5, 6)], [0, 1, 2, 3])
        self.assertEqual((places[1], places[2], places[0]), (0.5, 2.5, 1.5))
        cpus[6] |= {"t_online_ns": None, "started_by": None}  # it never came
        self.assertNotIn(6, plots.tree_places(cpus))

    def test_whose_processors_are_drawn(self):
        from lab.bench import plots

        def told(n: int, boot: int, shortest: str) -> dict:
            methods = {"hv-fanout": [2.0], "sipi-broadcast": [2.0]} | {shortest: [1.0]}
            one = {"subject": "ref", "accel": "single", "n": n, "boot": boot}
            return one | {"record": made_up.record(n, methods)}

        boots = [told(2, 0, "hv-fanout"), told(64, 0, "sipi-broadcast"), told(64, 1, "hv-fanout")]
        made = {"results": boots}
        self.assertEqual(plots.chosen_record(made, "ref"), boots[1])
        self.assertEqual(plots.chosen_record(made, "ref", method="hv-fanout"), boots[2])
        self.assertEqual(plots.chosen_record(made, "ref", method="sipi-serial"), boots[1])
        self.assertIsNone(plots.chosen_record(made, "none", method="hv-fanout"))

    def test_names_do_not_lie_on_each_other(self):
        from lab.bench import plots

        crowded, cascade = [0.1, 0.5, 0.5, 0.51, 0.9], [0.38, 0.5, 0.5, 0.5]
        for wanted in (crowded, cascade):
            placed = plots.spread(wanted, 0.1)
            self.assertTrue(all(b - a > 0.0999 for a, b in zip(placed, placed[1:])), placed)
        placed = plots.spread(crowded, 0.1)
        self.assertEqual((placed[0], placed[-1]), (0.1, 0.9))
        self.assertAlmostEqual(placed[2], (0.5 + 0.5 + 0.51) / 3)


if __name__ == "__main__":
    unittest.main()

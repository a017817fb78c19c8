# SPDX-License-Identifier: MIT
"""The mutations can be made, their tests and cases are there, and what becomes of the results."""
import json
import re
import tempfile
import unittest
from pathlib import Path

from lab.mutants import mutants, plan
from lab.mutants.plan import Mutant
from tools import ROOT
from tools.boot import cases

ALL = plan.load()
ONE = Mutant("lib", "lib/err.c", "a", "b")


class PlanTest(unittest.TestCase):
    def test_they_can_be_made(self):
        self.assertEqual(plan.check(ALL), [])
        self.assertGreaterEqual(len(ALL), 150)
        self.assertEqual({m.room for m in ALL}, set(mutants.ROOMS))

    def test_cases_and_host_tests_are_there(self):
        names = {case["name"] for case in cases.load_cases()}
        for m in ALL:
            self.assertLessEqual(set(m.boot), names, m.file)
            self.assertTrue(m.boot, f"{m.file}: no boot case")
            for test in m.tests or ():
                self.assertTrue((ROOT / "tests" / "host" / f"{test}.c").is_file(), test)

    def test_a_pattern_must_be_there_once(self):
        self.assertEqual(ONE.apply("xay"), "xby")
        for text in ("xyz", "aa"):
            self.assertRaises(ValueError, ONE.apply, text)

    def test_what_is_taken_over(self):
        text = """
            boot = ["x"]
            [[file]]
            path = "a.c"
            tests = ["t"]
            mutants = [{ old = "1", new = "2" }, { old = "3", new = "4", boot = ["y"] }]
            """
        first, second = plan.read("lib", text)
        self.assertEqual((first.boot, first.tests), (("x",), ("t",)))
        self.assertEqual((second.boot, second.tests), (("y",), ("t",)))
        self.assertRaises(ValueError, plan.read, "lib", text.replace("tests", "test"))

    def test_a_sample_is_its_seed_and_leaves_out_equivalents(self):
        self.assertEqual(plan.choose(ALL, "", "", 6, "1"), plan.choose(ALL, "", "", 6, "1"))
        self.assertNotEqual(plan.choose(ALL, "", "", 6, "1"), plan.choose(ALL, "", "", 6, "2"))
        self.assertFalse([m for m in plan.choose(ALL, "", "", 0, "1") if m.equivalent])
        self.assertRaises(ValueError, plan.choose, ALL, "cellar", "", 0, "1")

    def test_the_document_has_the_score(self):
        score = plan.read_score()
        known = {m.id for m in ALL}
        self.assertLessEqual(set(score), known, "score.json: unknown mutations")
        self.assertIn(mutants.document(ALL, score), mutants.DOCUMENT.read_text())


class ResultsTest(unittest.TestCase):
    def test_what_is_known_again(self):
        with tempfile.TemporaryDirectory() as d:
            path = Path(d) / "results.jsonl"
            m = ALL[0]
            mutants.Results(path, "t1", False).add(m, "host", "survived", "", 1)
            again = mutants.Results(path, "t1", False)
            self.assertEqual(again.state(m, True)["state"], "survived")
            self.assertIsNone(again.state(m, False), "the boot cases are still to be run")
            again.add(m, "boot", "boot", "ref-4: x", 1)
            self.assertEqual(mutants.Results(path, "t1", False).state(m, False)["state"], "boot")
            self.assertIsNone(mutants.Results(path, "t2", False).state(m, False))
            self.assertEqual(mutants.Results(path, "t2", True).state(m, False)["state"], "boot")
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            self.assertEqual([line["stage"] for line in lines], ["host", "boot"])

    def test_the_table_counts(self):
        some = [Mutant("lib", "f", str(i), "") for i in range(4)]
        states = {m.id: word for m, word in zip(some, ("host", "boot", "survived", "compile"))}
        row = mutants.table(some, states)[2]
        self.assertEqual(re.findall(r"\d+(?: %)?", row), ["4", "1", "1", "1", "1", "0", "75 %"])

# SPDX-License-Identifier: MIT
"""What a campaign draws, how it judges, and the shapes of a race."""
import json
import unittest

from lab.campaign import campaign, draw, races
from tools.boot.samples import LOG, good_report, tap_lines
from tools.machine import running, vm

KINDS = draw.load()


def judged(report: dict, log: str = LOG, status: int = 33, excuses=()) -> list[str]:
    lines = [*tap_lines(report), "@report " + json.dumps(report), "verdict: ok"]
    case = {"hv": "ref", "cmdline": "", "excuses": list(excuses)}
    return campaign.complaints(case, running.Outcome(status, lines, 1.0, ""), log)


class DrawTest(unittest.TestCase):
    def test_a_run_is_its_seed_and_number(self):
        self.assertEqual(draw.draw("7", 3, KINDS), draw.draw("7", 3, KINDS))
        drawn = {json.dumps(draw.draw(seed, run, KINDS)) for seed in "ab" for run in range(20)}
        self.assertEqual(len(drawn), 40)

    def test_what_is_drawn_can_be_run(self):
        seen = set()
        for run in range(2000):
            case = draw.draw("t", run, KINDS)
            self.assertIn(vm.processors(case["smp"]), range(1, 17))
            self.assertNotIn("{", " ".join(case["refhv"]))
            self.assertLessEqual({text for text in case["excuses"]}, self.excuses())
            seen |= {line.split("=")[0] for line in case["refhv"]}
        choices = {"extended", "padding", "preset", "running", "vmmcall"}
        self.assertEqual(
            seen, {"fault", "stride", "reps", "vp", "ipi", "privileges"} | choices
        )

    def excuses(self) -> set[str]:
        return {text for kind in KINDS["kind"] for text in kind.get("excuses", [])}

    def test_one_refusal_beside_one_that_has_an_effect(self):
        effect = {"line": "fault=start:vp=0:status=0x08:times=1:effect=1"}
        late = {"line": "fault=start:vp=0:status=0x78:times=1:effect=1"}
        plain = {"line": "fault=start:status=0x08:times=1"}
        other = {"line": "fault=start:vp=0:never=1"}
        for given, left in (
            ([effect, plain, other], [effect, other]),
            ([plain, effect, late], [effect, late]),
            ([plain, late], [plain, late]),
            ([plain, other], [plain, other]),
        ):
            self.assertEqual(draw.without_second_refusals(given), left)

    def test_indexes_are_the_hypervisors(self):
        self.assertEqual(draw.numbering([], [0, 1, 2, 3]), [2, 3, 0, 1])
        self.assertEqual(draw.numbering(["vp=identity"], [0, 1, 2]), [0, 1, 2])
        self.assertEqual(draw.numbering(["vp=sparse"], [0, 1, 2, 3]), [11, 2, 5, 8])

    def test_nodes_have_all_processors_and_all_memory(self):
        for nodes, processors in ((2, 4), (3, 16), (3, 2), (2, 1)):
            text = " ".join(draw.numa_words(nodes, processors))
            sizes = [int(word.split("M")[0]) for word in text.split("size=")[1:]]
            self.assertEqual(sum(sizes), draw.MEM_MIB)
            ranges = [word.split(",")[0].split("-") for word in text.split("cpus=")[1:]]
            listed = [cpu for a, b in ranges for cpu in range(int(a), int(b) + 1)]
            self.assertEqual(listed, list(range(processors)))


class JudgeTest(unittest.TestCase):
    def test_a_good_run(self):
        self.assertEqual(judged(good_report()), [])

    def test_no_report(self):
        case = {"hv": "ref", "cmdline": "", "excuses": []}
        outcome = running.Outcome(None, ["hello"], 9.0, "", "time-out")
        self.assertIn("time-out", campaign.complaints(case, outcome, LOG)[0])

    def test_what_is_wrong_and_what_excuses_it(self):
        report = good_report()
        report["map"]["calls"] += 1
        self.assertEqual(len(judged(report)), 1)
        self.assertEqual(judged(report, excuses=["map.calls is"]), [])
        self.assertTrue(judged(good_report(), status=35))
        self.assertTrue(judged(good_report() | {"verdict": "fine"}))

    def test_a_configuration_that_is_refused_is_no_run(self):
        line = "refhv: error what=configuration line=2 reason=faults_exclude_each_other\n"
        self.assertTrue(campaign.is_no_machine(line))
        self.assertFalse(campaign.is_no_machine(LOG))


class RacesTest(unittest.TestCase):
    def test_few_runs_have_every_method_and_number(self):
        shapes = [races.shape(run)[0] for run in range(6)]
        self.assertEqual({case["smp"] for case in shapes}, {"4", "8", "16"})
        self.assertEqual({case["expect"]["aps"] for case in shapes}, {"hv", "sipi"})
        self.assertEqual(len({races.shape(run)[1] for run in range(12)}), 2)
        self.assertEqual(races.shape(3)[1], races.shape(15)[1])

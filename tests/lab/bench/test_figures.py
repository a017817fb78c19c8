# SPDX-License-Identifier: MIT
"""Statistics, targets and the table."""
import unittest

from lab.bench import made_up, measure, results, table, targets
from lab.bench.figures import Cell, Figures, ratios_by_boot, told_method
from tools.machine import vm

PLAN = measure.load_plan()


def scaled(
    made: list[dict], subject: str, method: str, factor: float, accel: str = "single"
) -> list[dict]:
    for result in made:
        if (result["subject"], result["accel"]) == (subject, accel):
            result["methods"][method] = [ns * factor for ns in result["methods"][method]]
    return made


def target(name: str, made: list[dict]) -> targets.Target:
    every = targets.all_targets(made_up.bench(PLAN, results=made), Figures(made))
    found = [t for t in every if name in t.name]
    assert len(found) == 1, f"{len(found)} targets have {name} in their name"
    return found[0]


class StatisticsTest(unittest.TestCase):
    def test_least_and_middle_over_all_boots(self):
        cell = Cell({0: [5.0, 3.0], 1: [4.0, 2.0, 100.0]})
        self.assertEqual((cell.least(), cell.middle()), (2.0, 4.0))

    def test_ratios_are_taken_boot_by_boot(self):
        above, below = Cell({0: [10.0, 20.0], 1: [30.0], 2: [1.0]}), Cell({0: [5.0], 1: [10.0]})
        self.assertEqual(ratios_by_boot(above, below), [2.0, 3.0])

    def test_cells_by_processors(self):
        figures = Figures(made_up.results(ns=(2, 4)))
        self.assertEqual(figures.processors("single"), [2, 4])
        self.assertEqual(figures.row("single", "none", "sipi-broadcast")[4].least(), 0.09e6)
        self.assertEqual(len(figures.row("single", "none", "sipi-broadcast")[4].rounds()), 6)
        self.assertEqual(figures.row("single", "none", "hv-fanout"), {})

    def test_best_method(self):
        figures = Figures(made_up.results(ns=(2,)))
        self.assertEqual(figures.best("single", "none", 2), (0.03e6, "sipi-broadcast"))
        self.assertEqual(
            figures.best("single", "none", 2, ("sipi-serial",)), (10.1e6, "sipi-serial")
        )
        self.assertIsNone(figures.best("single", "none", 4))

    def test_which_method_the_processors_are_told_of(self):
        methods = {"a": [4.0, 4.0, 4.0], "b": [1.0, 9.0, 9.0], "c": [3.0, 9.0], "d": [3.0]}
        self.assertEqual(told_method(made_up.record(2, methods)), "c")
        self.assertEqual(told_method(made_up.record(2, {})), "")


class TargetsTest(unittest.TestCase):
    def test_floor(self):
        name = "sipi-broadcast: times the bare stub's"
        found = target(name, made_up.results())
        self.assertTrue(found.reached())
        self.assertAlmostEqual(found.value, 1.5, delta=0.01)
        slow = scaled(made_up.results(), "none", "sipi-broadcast", 1.5)
        self.assertFalse(target(name, slow).reached())
        one = [r for r in slow if r["n"] == 8]
        self.assertIn("worst at N=8", target(name, one).note)
        self.assertIsNone(target(name, [r for r in slow if r["subject"] != "floor"]).reached())

    def test_more_processors_than_a_target_speaks_of(self):
        made = scaled(made_up.results(ns=(512,)), "none", "sipi-broadcast", 9)
        self.assertIsNone(target("sipi-broadcast: times the bare stub's", made).value)

    def test_published(self):
        name = "divided by kvm-unit-tests' times theirs"
        self.assertTrue(target(name, made_up.results()).reached())  # 1.5 of 3.6 at N=4
        self.assertFalse(
            target(name, scaled(made_up.results(), "none", "sipi-broadcast", 3)).reached()
        )

    def test_published_by_count(self):
        name = "-icount: as a part of what kvm-unit-tests took"
        made = made_up.results(ns=(16, 255), accels=("icount",))
        self.assertFalse(target(name, made).reached())  # 0.45 of 0.059
        self.assertIn("worst at N=16", target(name, made).note)
        self.assertTrue(
            target(name, scaled(made, "none", "sipi-broadcast", 0.1, accel="icount")).reached()
        )
        self.assertIsNone(target(name, made_up.results()).reached())

    def test_linux(self):
        tuned, default = "than tuned Linux", "than default Linux"
        made = made_up.results()
        self.assertAlmostEqual(target(tuned, made).value, (20 + 62 * 4) / (0.03 * 63))
        self.assertTrue(target(tuned, made).reached())
        self.assertIn("linux-6.12-tuned", target(tuned, made).note)
        self.assertTrue(target(default, made).reached())
        faster = scaled(made_up.results(), "linux-6.1", "bring-up", 0.2)
        self.assertFalse(target(default, faster).reached())
        self.assertIsNone(target(default, made_up.results(ns=(2, 4))).reached())

    def test_fanout(self):
        made = scaled(made_up.results(), "ref", "hv-fanout", 2, accel="multi")
        self.assertTrue(target("fastest INIT-SIPI, single", made).reached())
        self.assertFalse(target("fastest INIT-SIPI, multi", made).reached())

    def test_growth(self):
        made = made_up.results(ns=(16, 255), accels=("icount",))
        self.assertTrue(target("time a processor at N=255", made).reached())
        for result in made:
            if result["n"] == 255:
                result["methods"]["sipi-broadcast"] = [3 * 0.03e6 * 254]
        self.assertFalse(target("time a processor at N=255", made).reached())
        self.assertIsNone(target("time a processor at N=255", made_up.results()).reached())


    def test_what_is_counted(self):
        made = made_up.results(ns=(4, 255))
        calls, memory = "0x9A: calls", "memory that one more"
        self.assertEqual((target(calls, made).value, target(memory, made).value), (2, 6))
        for result in made:
            if result["record"] and result["n"] == 255:
                result["record"] |= {"map_calls": 5, "bytes_per_processor": 33 * 1024}
        self.assertEqual(
            (target(calls, made).reached(), target(memory, made).reached()), (False, False)
        )
        self.assertIn("worst at N=255", target(calls, made).note)
        self.assertIn("6 at 4, 33 at 255", target(memory, made).note)
        self.assertIsNone(target(memory, made_up.results(ns=(4,))).reached())
        self.assertEqual(target("hvsmp.efi", made).value, 200)
        self.assertIsNone(target(calls, []).reached())


class TableTest(unittest.TestCase):
    def text(self, made: dict) -> str:
        figures = Figures(made["results"])
        return table.markdown(made, figures, targets.all_targets(made, figures))

    def test_numbers(self):
        for ns, text in ((12345, "0.0123"), (1234567, "1.23"), (123456789, "123"), (9.9e9, "9900")):
            self.assertEqual(table.number(ns), text)

    def test_rows(self):
        text = self.text(made_up.bench(PLAN, ns=(2, 64)))
        self.assertIn("| milliseconds: least (median) | N=2 | N=64 |\n", text)
        self.assertIn("| hvsmp, sipi-broadcast | 0.03 (0.0405) | 1.89 (2.55) |\n", text)
        self.assertLess(text.index("bare stub"), text.index("OVMF"))

    def test_ratios(self):
        made = made_up.bench(PLAN, ns=(2, 64))
        text = self.text(made)
        self.assertIn("| Linux 6.1, bring-up | 3000 (3000-3000) | 3164", text)
        scaled([r for r in made["results"] if r["boot"] == 1], "floor", "sipi-parallel", 1.5)
        self.assertIn("| bare stub (floor), sipi-parallel | 333 (333-500) |", self.text(made))
        self.assertNotIn("times hvsmp", self.text(made_up.bench(PLAN, accels=())))
        alone = [r for r in made["results"] if r["subject"] == "none"]
        for result in alone:
            result["methods"] = {"sipi-broadcast": [1e6]}
        self.assertNotIn("times hvsmp", self.text(made_up.bench(PLAN, results=alone)))

    def test_targets_are_told_as_they_are(self):
        text = self.text(made_up.bench(PLAN))
        self.assertIn("| ≥ 1000 | ", text)
        self.assertIn("| ≤ 2 | - | not measured | - |", text)
        self.assertNotIn("**not reached**", text)
        lines = table.target_lines(
            targets.all_targets(made_up.bench(PLAN), Figures(made_up.results()))
        )
        self.assertRegex(lines, r"(?m)^reached +1\.5 +<= 2 +no hypervisor, sipi-broadcast")
        self.assertRegex(lines, r"(?m)^not measured +- +<= 2 +-icount")
        slow = made_up.bench(PLAN)
        scaled(slow["results"], "none", "sipi-broadcast", 1.5)
        self.assertIn("| ≤ 2 | 2.25 | **not reached** |", self.text(slow))
        lines = table.target_lines(targets.all_targets(slow, Figures(slow["results"])))
        self.assertRegex(lines, r"(?m)^NOT REACHED +2\.25 +<= 2 +no hypervisor, sipi-broadcast")

    def test_what_is_missing_is_named_once(self):
        made = made_up.bench(PLAN, ns=(2, 4))
        for result in made["results"]:
            if result["subject"] == "none":
                result["reasons"] = {"hv-fanout": "no hypervisor"}
        made["results"][0] |= {"methods": {}, "problem": "time-out after 60 s"}
        made["results"][1]["failed_before"] = ["it died"]
        made["left_out"] = ["ovmf: none here"]
        text = self.text(made).partition("### Not measured")[2]
        self.assertEqual(text.count("- none hv-fanout, single: no hypervisor\n"), 1)
        self.assertIn("- floor, N=2, single: time-out after 60 s\n", text)
        self.assertIn("- ovmf: none here\n", text)
        self.assertIn("- none, N=2, single: measured after a boot without figures: it died\n", text)

    def test_between_marks(self):
        page = f"a\n{results.BEGIN}old\n{results.END}b\n"
        self.assertEqual(
            results.between_marks(page, "new\n"), f"a\n{results.BEGIN}\nnew\n\n{results.END}b\n"
        )
        with self.assertRaises(vm.Unusable):
            results.between_marks("a\n", "new\n")


if __name__ == "__main__":
    unittest.main()

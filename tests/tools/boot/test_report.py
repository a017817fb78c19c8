# SPDX-License-Identifier: MIT
"""The report against itself, its exit status, its TAP, its schema and what a case expects."""
import json
import unittest

from tools import ROOT
from tools.boot import expect, witness
from tools.boot.samples import bsp, cpu, fallback_report, good_report, selftest_report, tap_lines


class PropertiesTest(unittest.TestCase):
    def red(self, text: str, change, report=None) -> None:
        report = report or good_report()
        self.assertEqual(witness.check_sets(report), [])
        change(report)
        wrong = witness.check_sets(report)
        self.assertTrue(any(text in line for line in wrong), f"'{text}' not in {wrong}")

    def test_sets(self):
        self.red("online is 3", lambda r: r.update(online=3))
        self.red("expected is 5", lambda r: r.update(expected=5))
        self.red("came, the times", lambda r: r["cpus"][2].update(t_online_ns=None))
        self.red("came, the times", lambda r: r["cpus"][2].update(verdict="missing"))
        self.red("has 2 records", lambda r: r["cpus"].append(cpu(1, 3)))
        self.red("have the role bsp", lambda r: r["cpus"][1].update(role="bsp"))

    def test_records(self):
        self.red("does not go with method", lambda r: r["cpus"][1].update(method="firmware"))
        self.red("online by no method", lambda r: r["cpus"][1].update(method="none"))
        self.red("started by 1,", lambda r: r["cpus"][1].update(started_by=1))
        self.red("started by None", lambda r: r["cpus"][1].update(started_by=None))
        self.red("not in order", lambda r: r["cpus"][1].update(t_first_ns=9999))
        self.red("after the bring-up's end", lambda r: r.update(bringup_ns=2999))
        self.red("with mismatches", lambda r: r["cpus"][1].update(mismatches=["CR3"]))

    def test_selftest(self):
        def red(text, change):
            self.red(text, change, selftest_report())

        red("of 5 processors, 4 are online", lambda r: r["selftest"].update(processors=5))
        red("11 pairs of 4 processors, must be 12", lambda r: r["selftest"]["ipi"].update(pairs=11))
        red("25 IPIs, must be 24", lambda r: r["selftest"]["ipi"].update(announced=25, taken=25))
        red("ok with a self-test that failed", lambda r: r["selftest"]["ipi"].update(taken=23))
        red("ok with a self-test that failed", lambda r: r["selftest"]["ipi"].update(lost=1))
        red("ok with a self-test that failed", lambda r: r["selftest"]["storm"].update(actual=9999))
        red(
            "the sum 10001",
            lambda r: r["selftest"].update(storm={"expected": 10001, "actual": 10001}),
        )
        red("with times", lambda r: r["selftest"]["ipi"].update(min_ns=31))
        red("with times", lambda r: r["selftest"]["ipi"].update(max_ns=None))
        red("24 IPIs, must be 21", lambda r: r["selftest"].update(tsc_skew=None))

    def test_ways_of_ipis(self):
        test = selftest_report()["selftest"]
        self.assertEqual(expect.compare_ipis(["hypercall", "hypercall_ex"], test), [])
        self.assertEqual(expect.compare_ipis(None, None), [])
        for ways, made in ((["hypercall"], test), (None, test), (["apic"], None)):
            self.assertEqual(len(expect.compare_ipis(ways, made)), 1)

    def test_verdicts(self):
        def lose(report):
            report["cpus"][3].update(verdict="missing", t_online_ns=None)
            report["online"] = 3

        def mismatch(report):
            lose(report)
            report["cpus"][3].update(verdict="mismatch", mismatches=["CR3"])
            report["verdict"] = "degraded"

        self.red("verdict ok with 3 of 4", lose)
        self.red("in spite of a mismatch", mismatch)

    def test_bad_ends_that_are_told_rightly(self):
        report = good_report()
        lost = {"t_first_ns": None, "t_online_ns": None}
        report["cpus"][2].update(lost, verdict="refused", method="none", started_by=None)
        report["cpus"][3].update(verdict="mismatch", mismatches=["CR3"])
        report.update(online=2, verdict="failed")
        self.assertEqual(witness.check_sets(report), [])
        self.assertEqual(witness.check_tap(report, tap_lines(report)), [])
        report["cpus"][3].update(verdict="late", mismatches=[])
        report.update(verdict="degraded")
        self.assertEqual(witness.check_sets(report), [])
        self.assertEqual(witness.check_tap(report, tap_lines(report)), [])

    def test_exit_status(self):
        report = good_report()
        self.assertEqual(witness.check_exit(report, 33), [])
        self.assertEqual(witness.check_exit(report, 0, by_firmware=True), [])
        for status, by_firmware in ((35, False), (0, False), (None, False), (33, True)):
            self.assertEqual(len(witness.check_exit(report, status, by_firmware)), 1)
        report["verdict"] = "degraded"
        self.assertEqual(witness.check_exit(report, 35), [])
        self.assertEqual(len(witness.check_exit(report, 33)), 1)

    def test_tap(self):
        report, lines = good_report(), tap_lines(good_report())
        self.assertEqual(witness.check_tap(report, lines), [])
        for old, new, text in (
            ("TAP version 13", "TAP version 12", "0 lines"),
            ("1..4", "1..5", "plans [5]"),
            ("ok 2 -", "ok 3 -", "not numbered"),
            ("ok 2 - apic 1: online", "not ok 2 - apic 1: online", "contradicts itself"),
            ("ok 2 - apic 1: online", "ok 2 - apic 1: late", "contradicts itself"),
            ("ok 2 - apic 1: online", "not ok 2 - apic 1: late", "TAP says [(1, 'late', 'hv', 0)]"),
            ("ok 2 - apic 1: online", "not ok 2 - a check", "'not ok' with verdict ok"),
            ("online by firmware", "online by hv", "TAP says [(0, 'online', 'hv', 0)]"),
            ("ok 2 - apic 1: online", "ok 2 - apic 9: online", "not [(1, 'online', 'hv', 0)]"),
        ):
            wrong = witness.check_tap(report, "\n".join(lines).replace(old, new).split("\n"))
            self.assertTrue(any(text in line for line in wrong), f"'{text}' not in {wrong}")
        report["verdict"] = "failed"
        self.assertEqual(len(witness.check_tap(report, lines)), 1)


class ExpectTest(unittest.TestCase):
    BASE = {"verdict": "ok", "aps": "hv"}

    def wrong(self, processors: int = 4, **expected) -> list[str]:
        return expect.compare(self.BASE | expected, processors, good_report())

    def test_vsm(self):
        vsm = good_report()["vsm"]
        check = expect.compare_vsm
        self.assertEqual(check({}, vsm), [])
        self.assertEqual(len(check({"vtl": 1}, vsm)), 1)
        self.assertEqual(len(check({"vtl_reason": "x"}, vsm)), 1)
        self.assertEqual(len(check({"leaked": ["cr3"]}, vsm)), 1)
        vsm |= {"reason": "no xyz", "leaked": ["cr3: expected 0x1, is 0x2"], "active_vtl": 1}
        self.assertEqual(len(check({}, vsm)), 3)
        self.assertEqual(check({"vtl": 1, "vtl_reason": "xyz", "leaked": ["cr3"]}, vsm), [])

    def test_what_is_expected_is_there(self):
        self.assertEqual(self.wrong(start_vp=True, stride=4, elements=4, calls=1), [])
        self.assertEqual(self.wrong(indexes="permuted", apic_ids=[0, 1, 2, 3]), [])
        self.assertEqual(self.wrong(starters="several"), [])
        self.assertEqual(self.wrong(cpus=[{"vp": 1, "tries": 2}, {"apic": 1, "vp_index": 3}]), [])

    def test_each_difference_is_found(self):
        for expected in (
            {"verdict": "degraded"}, {"processors": 5}, {"start_vp": False}, {"stride": 8},
            {"elements": 1}, {"calls": 4}, {"reason": "because"}, {"warnings": ["odd"]},
            {"cpus": [{"vp": 1, "tries": 1}]}, {"cpus": [{"apic": 7}]},
            {"apic_ids": [0, 1, 2]}, {"indexes": "identity"}, {"indexes": "sparse"},
            {"indexes": "unknown"}, {"cpus": [{"apic": 1, "vp_index": 1}]},
            {"starters": "bsp"},
        ):  # fmt: skip
            self.assertEqual(len(self.wrong(**expected)), 1, expected)
        self.assertEqual(len(self.wrong(aps="sipi")), 3)

    def test_texts(self):
        for expected, wrong in (
            ({}, 0), ({"serial": ["hello"], "log": ["run"]}, 0), ({"serial": ["run"]}, 1),
            ({"log": ["hello", "refhv"]}, 1), ({"never": ["hello", "run"]}, 1),
        ):  # fmt: skip
            found = expect.compare_texts(expected, ["oh hello"], ["refhv: run"])
            self.assertEqual(len(found), wrong, expected)

    def test_bound(self):
        self.assertEqual(expect.check_bound("", {"bringup_ns": 10**9}), [])
        self.assertEqual(expect.check_bound("cap=500", {"bringup_ns": 19 * 10**8}), [])
        self.assertEqual(len(expect.check_bound("cap=500", {"bringup_ns": 21 * 10**8})), 1)
        delayed = "cap=9 cap=500 init_delay=900 cap=x"
        self.assertEqual(expect.check_bound(delayed, {"bringup_ns": 29 * 10**8 - 1}), [])
        self.assertEqual(len(expect.check_bound(delayed, {"bringup_ns": 29 * 10**8 + 1})), 1)
        self.assertEqual(len(expect.check_bound("", {"bringup_ns": 122 * 10**9})), 1)

    def test_excuses(self):
        wrong = ["apic 2: ran 2 times", "apic 3: lost"]
        self.assertEqual(expect.excuse({}, wrong), wrong)
        self.assertEqual(expect.excuse({"excuses": ["ran 2"]}, wrong), wrong[1:])
        self.assertEqual(len(expect.excuse({"excuses": ["ran 3"]}, wrong)), 3)

    def test_stack(self):
        frames = ["provoke at provoke.c:60", "run at main.c:150"]
        self.assertEqual(expect.compare_stack({"stack": ["provoke", "run"]}, frames), [])
        self.assertEqual(len(expect.compare_stack({"stack": ["arrive"]}, frames)), 1)
        self.assertEqual(len(expect.compare_stack({"stack": ["run"]}, [])), 1)

    def test_warnings(self):
        self.assertEqual(expect.compare_warnings(["od"], ["odd"]), [])
        self.assertEqual(len(expect.compare_warnings([], ["odd"])), 1)
        self.assertEqual(len(expect.compare_warnings(["even"], [])), 1)

    def test_indexes(self):
        for kind, indexes, wrong in (
            ("permuted", (1, 2, 0), 0), ("permuted", (1, 0, 2), 1), ("permuted", (1, None, 0), 1),
            ("identity", (0, 1, 2), 0), ("identity", (0, 2, 1), 1),
            ("sparse", (0, 4, 2), 0), ("sparse", (2, 0, 1), 1), ("sparse", (None, 0, 1), 1),
        ):  # fmt: skip
            cpus = [{"apic_id": i, "vp_index": vp} for i, vp in enumerate(indexes)]
            self.assertEqual(len(expect.compare_indexes(kind, cpus)), wrong, (kind, indexes))

    def test_nodes(self):
        def on(node, record):
            return {**record, "numa": node}

        cpus = [on(0, bsp(0)), on(0, cpu(1, 1, by=0))]
        cpus += [on(1, cpu(2, 2, by=0)), on(1, cpu(3, 3, by=2))]
        self.assertEqual(expect.compare_nodes(None, cpus), [])
        self.assertEqual(expect.compare_nodes(2, cpus), [])
        self.assertRegex(expect.compare_nodes(3, cpus)[0], "expected 3")
        for changed, by, text in ((3, 0, "node 1"), (2, 3, "node 1"), (1, 2, "node 0")):
            other = [dict(c) for c in cpus]
            other[changed]["started_by"] = by
            self.assertRegex(expect.compare_nodes(2, other)[0], text)
        cpus[3]["numa"] = None
        self.assertTrue(expect.compare_nodes(2, cpus))

    def test_starters(self):
        for kind, starters, wrong in (
            ("bsp", (0, 0), 0), ("bsp", (0, 1), 1), ("several", (0, 1), 0), ("several", (0, 0), 1),
        ):  # fmt: skip
            cpus = [bsp(0), *(cpu(i, i, by=by) for i, by in enumerate(starters, 1))]
            self.assertEqual(len(expect.compare_starters({"starters": kind}, cpus)), wrong)

    def test_declarations_are_checked(self):
        for bad in ({"verdit": "ok"}, {"cpus": [{"vpp": 1}]}):
            with self.assertRaises(ValueError):
                expect.check_keys("case", self.BASE | bad)
        for incomplete in ({"verdict": "ok"}, {"aps": "hv"}):
            with self.assertRaises(ValueError):
                expect.check_keys("case", incomplete)
        expect.check_keys("case", self.BASE)
        expect.check_keys("case", {"ends": "panic", "serial": ["PANIC"]})
        expect.check_keys("case", {"ends": "crash", "log": ["crashed"]})
        for bad in ({"ends": "panic"} | self.BASE, {"ends": "well"} | self.BASE):
            with self.assertRaises(ValueError):
                expect.check_keys("case", bad)


class SchemaTest(unittest.TestCase):
    def setUp(self):
        import jsonschema

        path = ROOT / "docs" / "report.schema.json"
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def test_good_reports(self):
        self.assertTrue(self.validator.is_valid(good_report()))
        self.assertTrue(self.validator.is_valid(fallback_report()))

    def test_each_breach_is_found(self):
        for path, value in (
            (("verdict",), "fine"), (("expected",), -1), (("bringup_ns",), 1.5), (("extra",), 1),
            (("schema",), "hvsmp-report/1"), (("version",), ""), (("map", "stride"), 5),
            (("clock", "source"), ""),
            (("hypervisor", "start_vp"), False), (("hypervisor", "present"), False),
            (("cpus", 1, "method"), "ipi"), (("cpus", 1, "verdict"), "dead"),
            (("cpus", 1, "hv_status"), 65536), (("cpus", 1, "map_status"), -1),
            (("cpus", 1, "apic_id"), None),
            (("cpus", 1, "mismatches"), ["CR3"]), (("cpus", 1, "t_online_ns"), None),
        ):  # fmt: skip
            report = good_report()
            place = report
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            self.assertFalse(self.validator.is_valid(report), path)


if __name__ == "__main__":
    unittest.main()

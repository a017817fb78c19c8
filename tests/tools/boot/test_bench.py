# SPDX-License-Identifier: MIT
"""The judgement of a benchmark: each disagreement must turn red."""
import copy
import unittest

from tools.boot import bench, expect, judge, witness

CALL = (
    "refhv: hypercall vp=1 vtl=0 code=0x0099 name=StartVirtualProcessor target_vp=0 "
    "status=0x0000 reps=0"
)
INIT = "refhv: init vp=1 target_vp=0 apic_id=1"
SIPI = "refhv: sipi vp=1 target_vp=0 apic_id=1 vector=0x9f accepted=1"
LOG = [
    "refhv: start version=1 vps=2 apic_ids=0,1 vp_indexes=1,0",
    "refhv: hypercall vp=1 vtl=0 code=0x009a name=GetVpIndexFromApicId status=0x0000 reps=1",
    *(CALL, "refhv: run vp=0 apic_id=1 method=start"),
    *(INIT, INIT, SIPI, "refhv: run vp=0 apic_id=1 method=sipi"),
]


def one_round(**other) -> dict:
    times = {"first_ns": 1000, "median_ns": 1000, "p95_ns": 1000, "last_ns": 1000}
    rest = {"online": 2, "total_ns": 2000, "total_ticks": 4000, "hypercalls": 0, "ipis": 2}
    return times | rest | other


def method(name: str, *rounds: dict) -> dict:
    reason = "" if rounds else "a reason"
    return {"name": name, "offered": bool(rounds), "reason": reason, "rounds": list(rounds)}


def good() -> dict:
    return {
        "schema": "hvsmp-bench/1", "version": "v0", "verdict": "ok", "processors": 2, "rounds": 1,
        "hypervisor": {"vendor": "v", "start_vp": True, "reason": ""},
        "clock": {"source": "cpuid", "hz": 2_000_000_000, "assumed": False},
        "bytes_per_processor": 9000, "map_calls": 1, "call_ns": {"map": 5, "start": 6},
        "methods": [
            method("hv-serial", one_round(hypercalls=1, ipis=0)), method("hv-fanout"),
            method("sipi-serial"), method("sipi-parallel"), method("sipi-broadcast", one_round()),
        ],
        "vtl1": {"offered": False, "reason": "a reason", "rounds": [], "start_ns": None,
                 "switches": 0, "switch_ns": None},
        "cpus": [
            {"apic_id": 0, "started_by": None, "t_issued_ns": None, "t_first_ns": None,
             "t_online_ns": 0},
            {"apic_id": 1, "started_by": 0, "t_issued_ns": 1, "t_first_ns": 2, "t_online_ns": 3},
        ],
    }  # fmt: skip


ENABLE = "refhv: hypercall vp=1 vtl=0 code=0x000f name=EnableVpVtl status=0x0000 reps=0"
SWITCH = "refhv: vtl_switch vp=1 from=0 to=1 reason=call"
LOG_VTL1 = [
    *(INIT, ENABLE, SWITCH, ENABLE, CALL, "refhv: run vp=0 apic_id=1 method=start vtl=1"),
    *([SWITCH] * (2 * bench.SWITCHES + 1)),
]


def with_vtl1() -> dict:
    """The same, and then VTL 1."""
    return good() | {
        "vtl1": {"offered": True, "reason": "", "rounds": [one_round(hypercalls=2, ipis=0)],
                 "start_ns": 7, "switches": bench.SWITCHES, "switch_ns": 8},
    }  # fmt: skip


OK, DEGRADED = (["", f"verdict: {word}"] for word in ("ok", "degraded"))

class BenchTest(unittest.TestCase):
    def red(self, text: str, wrong: list[str]) -> None:
        self.assertTrue(any(text in line for line in wrong), f"'{text}' not in {wrong}")

    def changed(self, number: int, **change) -> dict:
        result = copy.deepcopy(good())
        result["methods"][number]["rounds"][0] |= change
        return result

    def test_vtl1(self) -> None:
        self.assertEqual(bench.check(with_vtl1(), OK, 33), [])
        self.assertEqual(judge.schema_complaints(with_vtl1(), "bench"), [])
        self.assertEqual(self.against_log(with_vtl1(), LOG + LOG_VTL1), [])
        for change in ({"switches": 99}, {"rounds": []}, {"switch_ns": None}, {"offered": False}):
            result = with_vtl1()
            result["vtl1"] |= change
            self.red("rounds, switches, time", bench.check(result, OK, 33))
        result = with_vtl1()
        result["vtl1"]["rounds"][0]["hypercalls"] = 1
        self.red("vtl1: 1 hypercalls", bench.check(result, OK, 33))
        result["vtl1"]["rounds"][0] |= {"hypercalls": 2, "online": 1}
        self.red("complete", bench.check(result, OK, 33))
        for line, what in ((ENABLE, "calls 0x0F"), (SWITCH, "switches"), (CALL, "calls 0x99")):
            self.red(what, self.against_log(with_vtl1(), [*LOG, *LOG_VTL1, line]))
        partition = ENABLE.replace("0x000f name=EnableVpVtl", "0x000d name=EnablePartitionVtl")
        self.assertEqual(self.against_log(good(), [*LOG, INIT, partition]), [])
        self.red("INITs", self.against_log(good(), [*LOG, INIT]))
        elsewhere = [line.replace("vtl=1", "vtl=0") for line in LOG + LOG_VTL1]
        self.red("runs in VTL 1", self.against_log(with_vtl1(), elsewhere))

    def test_vtl1_as_declared(self) -> None:
        expected = {"ends": "bench", "verdict": "ok", "offered": ["hv-serial", "sipi-broadcast"]}
        self.assertEqual(bench.compare(expected | {"vtl1": "a reason"}, good()), [])
        self.red("vtl1 is", bench.compare(expected | {"vtl1": "offered"}, good()))
        self.assertEqual(bench.compare(expected | {"vtl1": "offered"}, with_vtl1()), [])

    def against_log(self, result: dict, log: list[str]) -> list[str]:
        return bench.check_witness(result, witness.parse_log("\n".join(log)))

    def test_good(self):
        self.assertEqual(bench.check(good(), OK, 33), [])
        self.assertEqual(self.against_log(good(), LOG), [])
        self.assertEqual(judge.schema_complaints(good(), "bench"), [])

    def test_schema(self):
        for key in good():
            result = good()
            del result[key]
            self.red(key, judge.schema_complaints(result, "bench"))
        result = good()
        result["methods"][1]["reason"] = ""
        self.assertTrue(judge.schema_complaints(result, "bench"))
        result["methods"][1] = good()["methods"][1] | {"offered": True}
        self.assertTrue(judge.schema_complaints(result, "bench"))

    def test_rounds(self):
        self.red("exit status", bench.check(good(), OK, 35))
        self.red("the text says", bench.check(good(), DEGRADED, 33))
        self.red("not in order", bench.check(self.changed(0, last_ns=2001), OK, 33))
        self.red("ticks", bench.check(self.changed(0, total_ticks=40000), OK, 33))
        self.red("complete", bench.check(self.changed(0, online=1), OK, 33))
        self.red("3 processors", bench.check(self.changed(0, online=3), OK, 33))
        self.red("hypercalls", bench.check(self.changed(0, hypercalls=2), OK, 33))
        self.red("hypercalls", bench.check(self.changed(4, hypercalls=1), OK, 33))
        self.red("messages", bench.check(self.changed(0, ipis=1), OK, 33))
        self.red("messages", bench.check(self.changed(4, ipis=1), OK, 33))
        self.red("messages", bench.check(self.changed(4, ipis=4), OK, 33))
        self.assertEqual(bench.check(self.changed(4, ipis=3), OK, 33), [])
        self.red("rounds of", bench.check(good() | {"rounds": 2}, OK, 33))
        self.red("complete", bench.check(good() | {"verdict": "degraded"}, DEGRADED, 35))

    def test_cpus(self):
        result = good()
        result["cpus"].pop()
        self.red("records", bench.check(result, OK, 33))
        result = good()
        result["cpus"][1]["started_by"] = 1
        self.red("started by", bench.check(result, OK, 33))
        result = good()
        result["cpus"][1]["t_first_ns"] = 0
        self.red("not in order", bench.check(result, OK, 33))
        result["cpus"][0]["t_online_ns"] = 7
        self.red("boot processor", bench.check(result, OK, 33))

    def test_log(self):
        for number, what in ((1, "0x9A"), (2, "0x99"), (3, "runs by 0x99"), (4, "INITs"),
                             (6, "SIPIs"), (7, "SIPI")):  # fmt: skip
            less = LOG[:number] + LOG[number + 1 :]
            self.red(what, self.against_log(good(), less))
            more = LOG[:number] + [LOG[number]] + LOG[number:]
            self.red(what, self.against_log(good(), more))
        violation = "refhv: violation vp=1 what=x address=0x0 rip=0x0"
        self.red("violation", self.against_log(good(), LOG + [violation]))
        refused = [line.replace("status=0x0000 reps=0", "status=0x0015 reps=0") for line in LOG]
        self.red("successful", self.against_log(good(), refused))

    def test_compare(self):
        expected = {"verdict": "ok", "offered": ["hv-serial", "sipi-broadcast"], "rounds": 1}
        expected["reason"] = "a reason"
        self.assertEqual(bench.compare(expected, good()), [])
        self.red("verdict", bench.compare(expected | {"verdict": "degraded"}, good()))
        self.red("offered", bench.compare(expected | {"offered": []}, good()))
        self.red("rounds", bench.compare(expected | {"rounds": 2}, good()))
        self.red("because", bench.compare(expected | {"reason": "another"}, good()))

    def test_keys(self):
        whole = {"ends": "bench", "verdict": "ok", "offered": []}
        without = [{k: v for k, v in whole.items() if k != key} for key in ("offered", "verdict")]
        for expected in (*without, {**whole, "aps": "hv"}):
            with self.assertRaises(ValueError):
                expect.check_keys("case", expected)


if __name__ == "__main__":
    unittest.main()

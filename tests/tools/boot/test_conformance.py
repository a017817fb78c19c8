# SPDX-License-Identifier: MIT
"""The judgement of a conformance run: each disagreement must turn red."""
import copy
import unittest

from tools.boot import conformance, expect, witness

MAP, START = "HvCallGetVpIndexFromApicId / ", "HvCallStartVirtualProcessor / "
LOG = """\
refhv: start version=1 vps=2 apic_ids=0,1 vp_indexes=1,0
refhv: hypercall vp=1 vtl=0 code=0x009a name=GetVpIndexFromApicId apic_ids=0 status=0x0000 reps=1
refhv: hypercall vp=1 vtl=0 code=0x0050 name=GetVpRegisters status=0x0000 reps=1
refhv: hypercall vp=1 vtl=0 code=0x009a name=GetVpIndexFromApicId status=0x0000 reps=1
refhv: hypercall vp=1 vtl=0 code=0x009a name=GetVpIndexFromApicId status=0x0005 reps=0
refhv: hypercall vp=1 vtl=0 code=0x0099 name=StartVirtualProcessor target_vp=0 rip=0x1 cs=0x0008:0x0:0xffffffff:0xa09b idtr=0x2000:0x0fff pat=0x6 status=0x0000 reps=0
refhv: run vp=0 apic_id=1 method=start
refhv: hypercall vp=1 vtl=0 code=0x0050 name=GetVpRegisters status=0x0000 reps=1
refhv: hypercall vp=1 vtl=0 code=0x000d name=EnablePartitionVtl status=0x0000 reps=0
refhv: hypercall vp=1 vtl=0 code=0x000f name=EnableVpVtl status=0x0051 reps=0
"""


def row(name: str, call: int, **other) -> dict:
    default = {"calls": 0, "result": "ok", "status": None, "allowed": [], "note": ""}
    return {"name": name, "call": call, **default, **other}


def good() -> dict:
    rows = [
        row(MAP + "list", 0x9A, calls=2, status=5, allowed=[5, 14]),
        row(START + "start", 0x99, calls=1, status=0, allowed=[0]),
        row(START + "VpContext: Cs at 40, selector", 0x99, note="asked and found 0x8"),
        row(START + "VpContext: Idtr at 168, limit", 0x99, note="asked and found 0xfff"),
        row(START + "VpContext: MsrCrPat at 232", 0x99, note="asked and found 0x6"),
        row("HvCallGetVpRegisters / status", 0x50, calls=1, status=0, allowed=[0]),
        row("HvCallEnablePartitionVtl / 1", 0x0D, calls=1, status=0, allowed=[0]),
        row("HvCallEnableVpVtl / 1", 0x0F, calls=1, status=0x51, allowed=[0x51]),
        row(START + "never", 0x99, result="skipped", note="a reason"),
    ]
    counts = {"passed": 8, "failed": 0, "skipped": 1, "errors": 0}
    return {"verdict": "ok", "hypervisor": {"proof_calls": 1}, **counts, "rows": rows}


def tap(result: dict) -> list[str]:
    lines = ["TAP version 13"]
    for i, one in enumerate(result["rows"], 1):
        ok = "not ok" if one["result"] in ("failed", "error") else "ok"
        note = " SKIP a reason" if one["result"] == "skipped" else " answered 0x0005"
        if one["allowed"]:
            note += ", allowed " + ",".join(f"0x{code:04x}" for code in one["allowed"])
        lines.append(f"{ok} {i} - {one['name']} #{note}")
    return lines + [f"1..{len(result['rows'])}"]


class ConformanceTest(unittest.TestCase):
    def test_the_proof_comes_before_the_rows(self):
        started = LOG.replace("code=0x009a name=GetVpIndexFromApicId apic_ids=0", "code=0x0099")
        self.red("no proof", self.against_log(good(), started))

    def red(self, text: str, wrong: list[str]) -> None:
        self.assertTrue(any(text in line for line in wrong), f"'{text}' not in {wrong}")

    def changed(self, number: int, **change) -> dict:
        result = copy.deepcopy(good())
        result["rows"][number] |= change
        return result

    def check(self, result: dict, lines=None, status: int = 33) -> list[str]:
        return conformance.check(result, lines or tap(result), status)

    def against_log(self, result: dict, log: str = LOG) -> list[str]:
        return conformance.check_witness(result, witness.parse_log(log))

    def test_good(self):
        self.assertEqual(self.check(good()), [])
        self.assertEqual(self.against_log(good()), [])
        expected = {"verdict": "ok", "skipped": 1, "reason": "a reason", "answers": {"list": 5}}
        self.assertEqual(conformance.compare(expected, good()), [])

    def test_result_against_itself(self):
        self.red("counts say", self.check(good() | {"passed": 7}))
        self.red("exit status is 37", self.check(good(), status=37))
        self.red("passed with status 7", self.check(self.changed(0, status=7)))
        self.red("judged without a call", self.check(self.changed(1, calls=0)))
        self.red("2 rows are called", self.check(self.changed(0, name=START + "start")))
        self.red("verdict ok with 1 failed", self.check(self.changed(0, result="failed")))
        self.red("verdict ok with 1 failed", self.check(self.changed(0, result="error")))

    def test_tap(self):
        lines = tap(good())
        self.red("plans []", self.check(good(), lines[:-1]))
        self.red("TAP and result differ", self.check(good(), lines[:2] + lines[3:]))
        self.red("TAP and result differ", self.check(good(), ["not " + lines[1]] + lines[2:]))
        other = [line.replace("allowed 0x0005,0x000e", "allowed 0x0005,0x0005") for line in lines]
        self.red("TAP and result differ", self.check(good(), other))

    def test_calls_of_the_log(self):
        self.red("made 7 calls, the log has 6", self.against_log(self.changed(0, calls=3)))
        self.red("status 14, the log says", self.against_log(self.changed(0, status=14)))
        for number in (5, 6, 7):
            self.red("status 14, the log says", self.against_log(self.changed(number, status=14)))
        self.red("another call", self.against_log(self.changed(0, call=0x99)))
        self.red("log has 0 runs", self.against_log(good(), LOG.replace("refhv: run", "refhv: x")))
        self.red("error", self.against_log(good(), LOG + "refhv: error what=x\n"))

    def test_rules_may_be_broken(self):
        self.assertEqual(self.against_log(good(), LOG + "refhv: violation vp=1 what=x\n"), [])

    def test_registers_of_the_log(self):
        for old, new in (("cs=0x0008", "cs=0x0010"), ("0x0fff", "0x0ffe"), ("pat=0x6", "pat=0x7")):
            self.red("the log says 0x", self.against_log(good(), LOG.replace(old, new)))

    def test_expectations(self):
        for expected, text in (
            ({"verdict": "failed", "skipped": 1}, "verdict is ok"),
            ({"verdict": "ok", "skipped": 2}, "1 rows are skipped"),
            ({"verdict": "ok", "made": 4}, "8 rows are made"),
            ({"verdict": "ok", "skipped": 1, "reason": "other"}, "because of 'other'"),
            ({"verdict": "ok", "skipped": 1, "answers": {"list": 14}}, "5, expected 14"),
            ({"verdict": "ok", "skipped": 1, "answers": {"no such": 5}}, "'no such'"),
        ):
            self.red(text, conformance.compare(expected, good()))

    def test_declarations(self):
        complete = {"ends": "conformance", "verdict": "ok", "skipped": 1}
        expect.check_keys("x", complete)
        for broken in (complete | {"aps": "hv"}, {"ends": "conformance", "verdict": "ok"}):
            with self.assertRaises(ValueError):
                expect.check_keys("x", broken)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""hand_off.py: where the kernel's part of a run ends, and what is wrong behind it."""
import unittest

from tools.boot import expect, hand_off, samples, witness
from tools.machine.running import Outcome

AFTER = """\
refhv: msr_write vp=2 msr=0x40000000 name=GUEST_OS_ID value=0x8100000006010 result=ok
refhv: hypercall vp=2 vtl=0 code=0x000b name=SendSyntheticClusterIpi status=0x0000 reps=0
"""
CASE = {"payload": "x.efi", "expect": {}}


def handed_report() -> dict:
    report = samples.good_report()
    report["payload"] = {"path": "\\x.efi", "reason": ""}
    for cpu in report["cpus"]:
        cpu["handed_over"] = True
    return report


class HandOffTest(unittest.TestCase):
    def test_the_log_is_cut_behind_the_teardown(self):
        before, after = hand_off.split(witness.parse_log(samples.LOG + AFTER))
        self.assertEqual([event.text for event in before], samples.LOG.splitlines())
        self.assertEqual([event.text for event in after], AFTER.splitlines())
        before, after = hand_off.split(witness.parse_log(samples.LOG.rsplit("refhv: msr", 1)[0]))
        self.assertEqual(after, [])

    def test_the_kernels_lines_end_where_the_payload_goes_on(self):
        lines = ["@report {}", "[    0.249400] payload: goes on", "@report {}"]
        self.assertEqual(hand_off.own_lines(CASE, lines), lines[:2])
        self.assertEqual(hand_off.own_lines({}, lines), lines)
        self.assertEqual(hand_off.own_lines(CASE, lines[2:]), lines[2:])

    def check(self, change, log: str = AFTER, status: int = 0, expected: dict = {}) -> list[str]:
        report = handed_report()
        change(report)
        events = witness.parse_log(log)
        return hand_off.check({"expect": expected}, report, events, status)

    def test_a_good_run(self):
        self.assertEqual(self.check(lambda r: None), [])
        self.assertTrue(hand_off.is_done(CASE, handed_report()))
        self.assertFalse(hand_off.is_done(CASE, samples.good_report()))
        self.assertFalse(hand_off.is_done({}, handed_report()))

    def test_what_is_wrong(self):
        sipi = "refhv: sipi vp=2 target_vp=3 apic_id=1 vector=0x9f accepted=0\n"
        init = "refhv: init vp=2 target_vp=3 apic_id=1\n"
        red = "refhv: violation what=x vp=1\n"
        for found, text in (
            (self.check(lambda r: None, status=37), "the payload ended with 37, not 0"),
            (self.check(lambda r: r["cpus"][1].update(handed_over=False)), "[0, 2, 3] are handed"),
            (self.check(lambda r: None, sipi), "log: refhv: sipi"),
            (self.check(lambda r: None, init), "log: refhv: init"),
            (self.check(lambda r: None, red), "log: refhv: violation"),
        ):
            self.assertEqual(len(found), 1, found)
            self.assertIn(text, found[0])
        self.assertEqual(self.check(lambda r: None, init, 35, {"payload_status": 35}), [])
        lost = {"verdict": "missing", "handed_over": False}
        self.assertEqual(self.check(lambda r: r["cpus"][1].update(lost), init), [])

    def test_nobody_is_handed_over_without_a_payload(self):
        self.assertEqual(hand_off.check_kept(samples.good_report()), [])
        self.assertIn("[0, 1, 2, 3]", hand_off.check_kept(handed_report())[0])

    def test_a_payload_that_is_left_alone(self):
        good = Outcome(0, ["mailbox: 0 processors came"], 1.0, "")
        self.assertEqual(hand_off.check_left(good, []), [])
        said = Outcome(3, ["@report {}"], 1.0, "")
        self.assertEqual(len(hand_off.check_left(said, [])), 2)

    def test_the_reason_is_compared(self):
        back = {"path": "x", "reason": "it came back: EFI status 0x0"}
        self.assertEqual(expect.compare_payload({"payload_reason": "it came back"}, back), [])
        self.assertEqual(expect.compare_payload({}, None), [])
        for expected, payload in (({}, back), ({"payload_reason": "no"}, back),
                                  ({"payload_reason": "no"}, None)):  # fmt: skip
            self.assertEqual(len(expect.compare_payload(expected, payload)), 1)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""vp_lives.py: a log that is whole, and each way in which it may not be."""
import unittest

from tools.boot import vp_lives, witness

GET_INDEX = "refhv: hypercall vp={0} code=0x0050 register=0x90003 value=0x{0:x} status=0x0000\n"
START = "refhv: start version=1 arch=aarch64 vps=2 mpidrs=0x0,0x1 vp_indexes=1,0\n"
BOOT = GET_INDEX.format(1)
ON = "refhv: cpu_on vp=1 mpidr=0x1 entry=0x1000 target_vp=0 accepted=1\n"
RUN = "refhv: run vp=0 mpidr=0x1 method=psci\n" + GET_INDEX.format(0)
OFF = "refhv: cpu_off vp=0 mpidr=0x1\n"
ALL = START + BOOT + ON + RUN


class Lives(unittest.TestCase):
    def wrong(self, log: str) -> str:
        return "\n".join(vp_lives.check(witness.parse_log(log)))

    def test_a_whole_log(self):
        self.assertEqual(self.wrong(ALL), "")

    def test_off_and_on_again(self):
        self.assertEqual(self.wrong(ALL + OFF + ON + RUN), "")

    def test_a_call_that_was_refused_starts_nothing(self):
        refused = ON.replace("accepted=1", "accepted=0")
        self.assertEqual(self.wrong(ALL + refused), "")

    def test_one_that_never_came(self):
        self.assertIn("VP 0 is not running at the end", self.wrong(START + BOOT + ON))
        self.assertIn("VP 0 is not running at the end", self.wrong(START + BOOT))

    def test_one_that_stays_off(self):
        self.assertIn("cpu_on was due", self.wrong(ALL + OFF))

    def test_one_that_a_crash_took_off(self):
        crash = 'refhv: crash vp=1 control=0x8000000000000000 message=""\n'
        self.assertEqual(self.wrong(ALL + crash + OFF), "")
        self.assertIn("VP 0 is not running at the end", self.wrong(START + BOOT + ON + crash))
        self.assertIn("VP 0 is not running at the end", self.wrong(START + BOOT + crash))

    def test_one_that_came_unasked_or_twice(self):
        self.assertIn("VP 0: cpu_on was due", self.wrong(START + BOOT + RUN))
        self.assertIn("VP 0: cpu_off was due", self.wrong(ALL + RUN))

    def test_one_started_twice(self):
        self.assertIn("VP 0: cpu_off was due", self.wrong(ALL + ON))

    def test_a_wrong_index(self):
        self.assertIn("was told that it is VP 5", self.wrong(ALL + BOOT.replace("=0x1 ", "=0x5 ")))

    def test_one_that_asks_nothing(self):
        self.assertIn("VP 0 made no hypercall", self.wrong(START + BOOT + ON + RUN.split("\n")[0]))

    def test_what_is_forbidden(self):
        self.assertIn("log: refhv: error", self.wrong(ALL + "refhv: error what=x\n"))
        self.assertIn("0 start events", self.wrong(BOOT))


if __name__ == "__main__":
    unittest.main()

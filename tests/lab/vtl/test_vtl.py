# SPDX-License-Identifier: MIT
"""The judgement of a Linux in VTL mode, on accounts made up here: two processors, VP = 1 - APIC."""
import tempfile
import unittest
from pathlib import Path

from lab.vtl import judge, linux, vtl
from tools.machine import running, vm

CASE = {"name": "made-up", "smp": 2, "refhv": ["vp=permuted"]}
LINUX = """\
smp: Brought up 1 node, 2 CPUs
@vtl cpus=2
smpboot: Booting Node 0 Processor 1 APIC 0x1
@vtl cpu=1 off=1 on=1
@vtl done
reboot: Power down""".splitlines()
HYPERCALL = "refhv: hypercall vp=1 vtl=2 code="
START = f"""\
{HYPERCALL}0x009a apic_ids=1 vp_indexes=0 status=0x0000 reps=1
{HYPERCALL}0x000f target_vp=0 apic_id=1 target_vtl=2 status=0x0000 reps=0
{HYPERCALL}0x0099 target_vp=0 apic_id=1 target_vtl=2 status=0x0000 reps=0
refhv: run vp=0 apic_id=1 method=start
"""
AGAIN = START.replace("target_vtl=2 status=0x0000", "target_vtl=2 status=0x0086", 1)
LOG = f"""\
refhv: start version=1 vps=2 apic_ids=0,1 vp_indexes=1,0 vtl=2
{HYPERCALL}0x0050 registers=0x000d0003:0x70002 status=0x0000 reps=1
{START}{AGAIN}"""


def outcome(lines: list[str] = LINUX, status: int | None = 0, ended: str = "") -> running.Outcome:
    return running.Outcome(status, lines, 1.0, "", ended)


class Judgement(unittest.TestCase):
    def complains(self, text: str, log: str = LOG, **changes) -> None:
        wrong = judge.check(CASE, outcome(**changes), log)
        self.assertTrue(any(text in one for one in wrong), wrong)

    def test_two_accounts_that_agree(self):
        self.assertEqual(judge.check(CASE, outcome(), LOG), [])

    def test_linux_must_see_all_and_switch_all(self):
        self.complains("brought up [1]", lines=[LINUX[0].replace("2 CPUs", "1 CPU"), *LINUX[1:]])
        self.complains("cpu=1 off=1 on=0", lines=[line.replace("on=1", "on=0") for line in LINUX])
        self.complains("said []", lines=LINUX[:1])

    def test_it_must_power_off(self):
        self.complains("(status 1); its last line was: reboot", status=1)
        self.complains("(time-out)", status=None, ended="time-out")

    def test_a_storm_must_lose_nobody(self):
        case = CASE | {"exits": 40}
        self.assertIn("storm=40 cpus=2 good=2", judge.check(case, outcome(), LOG)[0])
        lines = [*LINUX[:2], "@vtl storm=40 cpus=2 good=2", *LINUX[2:]]
        self.assertEqual(judge.check(case, outcome(lines), LOG), [])

    def test_rules_and_other_ways_of_starting(self):
        self.complains("violation", LOG + "refhv: violation vp=1 what=x address=0x0 rip=0x0\n")
        self.complains("refhv: init", LOG + "refhv: init vp=1 target_vp=0 apic_id=1\n")
        self.complains("refhv: error", LOG + "refhv: error what=exit_with_host_state\n")

    def test_it_asks_where_it_is(self):
        self.complains("0x50 answered", LOG.replace("0x70002", "0x10000"))
        self.complains("0x50 answered []", LOG.replace("code=0x0050", "code=0x0051"))

    def test_the_three_calls_are_one_start(self):
        self.complains("[0] of [1]", LOG.replace("vp_indexes=1,0", "vp_indexes=0,1"))
        self.complains("0x99 for VP [0]", LOG.replace("0x0099 target_vp=0", "0x0099 target_vp=1"))
        self.complains("status due 0", LOG.replace("0x0000 reps=0\nrefhv: run", "0x0015 reps=0\n"))
        self.complains("status due 134", LOG.replace("status=0x0086", "status=0x0000"))
        self.complains("VTL, status are ([0], 0,", LOG.replace("target_vtl=2", "target_vtl=0"))
        swapped = LOG.replace("0x000f", "0xffff").replace("0x0099", "0x000f")
        self.complains("are not 0x9A, 0x0F, 0x99", swapped)

    def test_each_is_started_twice_and_runs(self):
        self.complains("the processors started are [1]", LOG.replace(AGAIN, ""))
        run = "refhv: run vp=0 apic_id=1 method=start\n"
        self.complains("never ran: [1]", LOG.replace(run, "", 1))
        self.complains("1 runs without a start", LOG + run)
        self.complains("started [2] again", lines=[line.replace("0x1", "0x2") for line in LINUX])


class Parts(unittest.TestCase):
    def test_a_storm_of_processes_runs_in_one_thread(self):
        with tempfile.TemporaryDirectory() as folder:
            for case, accel in ((CASE, "tcg"), (CASE | {"exits": 1}, "tcg,thread=single")):
                command = vm.qemu_command(vtl.machine(case, Path(folder)), Path(folder))
                self.assertEqual(command[command.index("-accel") + 1], accel)

    def test_version_and_configuration_decide_whether_to_build(self):
        policy = "linux-source-6.12:\n  Installed: (none)\n  Candidate: 6.12.1-1\n"
        self.assertEqual(linux.candidate(policy), "6.12.1-1")
        with self.assertRaisesRegex(vm.Unusable, "security suite"):
            linux.candidate("")
        self.assertNotEqual(linux.stamp("1", b"a"), linux.stamp("1", b"b"))

    def test_an_option_that_was_dropped_is_named(self):
        asked = "# why\nCONFIG_A=y\nCONFIG_B=y\n"
        self.assertEqual(linux.lost(asked, "CONFIG_A=y\n# CONFIG_B is not set\n"), ["CONFIG_B=y"])

    def test_the_cases_can_be_read(self):
        cases = vtl.load_cases()
        self.assertEqual({int(case["smp"]) for case in cases}, {2, 4, 16})


if __name__ == "__main__":
    unittest.main()

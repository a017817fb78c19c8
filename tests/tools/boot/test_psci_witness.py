# SPDX-License-Identifier: MIT
"""psci_witness.py: each disagreement must turn red."""
import unittest

from tools.boot import psci_witness, witness

LOG = """\
refhv: start version=1 arch=aarch64 vps=3 mpidrs=0x0,0x1,0x100 vp_indexes=1,2,0 vp=permuted
refhv: exit_boot_services status=0x0
refhv: cpu_on vp=1 mpidr=0x1 entry=0x1000 target_vp=2 accepted=1
refhv: run vp=2 mpidr=0x1 method=psci
refhv: cpu_on vp=2 mpidr=0x1 entry=0x1000 target_vp=2 accepted=0
refhv: cpu_on vp=2 mpidr=0x100 entry=0x1000 target_vp=0 accepted=1
refhv: run vp=0 mpidr=0x100 method=psci
"""


def cpu(mpidr: int, **changes) -> dict:
    started = {"role": "ap", "method": "psci", "verdict": "online", "started_by": 0}
    return {"apic_id": mpidr, **started, **changes}


def report(**last) -> dict:
    boot = {"role": "bsp", "method": "firmware", "started_by": None}
    return {"cpus": [cpu(0, **boot), cpu(1), cpu(256, **{"started_by": 1, **last})]}


class Check(unittest.TestCase):
    def check(self, log: str = LOG, **last) -> list[str]:
        return psci_witness.check(report(**last), witness.parse_log(log))

    def test_they_agree(self):
        self.assertEqual(self.check(), [])

    def test_they_do_not(self):
        run = "refhv: run vp=0 mpidr=0x100 method=psci\n"
        for wrong, log in (
            ("0 start events", LOG.replace("start version", "x version")),
            ("no one-to-one map", LOG.replace("indexes=1,2,0", "indexes=1,2,2")),
            ("the report has mpidr", LOG.replace("0x0,0x1,0x100", "0x0,0x1,0x101")),
            ("the log has 0 runs", LOG.replace(run, "")),
            ("the log has 2 runs", LOG + run),
            ("0 accepted CPU_ONs", LOG.replace("target_vp=0 accepted=1", "target_vp=0 accepted=0")),
            ("VP 1 is not that", LOG.replace("run vp=0", "run vp=1")),
            ("method is psci", LOG.replace(run, run.replace("psci", "start"))),
            ("started_by is 1", LOG.replace("cpu_on vp=2 mpidr=0x100", "cpu_on vp=1 mpidr=0x100")),
            ("error", LOG + "refhv: error what=x\n"),
        ):
            with self.subTest(wrong):
                said = self.check(log)
                self.assertTrue(any(wrong in text for text in said), said)

    def test_one_that_was_never_started(self):
        log = "".join(line for line in LOG.splitlines(True) if "mpidr=0x100" not in line)
        self.assertEqual(self.check(log, verdict="failed", method="none", started_by=None), [])


if __name__ == "__main__":
    unittest.main()

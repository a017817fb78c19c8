# SPDX-License-Identifier: MIT
"""psci_witness.py: each disagreement must turn red."""
import unittest

from tools.boot import psci_witness, witness
from tools.boot.samples import bsp, cpu, good_report

OS_ID = "refhv: hypercall vp=1 vtl=0 code=0x0051 register=0x90002 value={} status=0x0000 reps=1\n"
LOG = f"""\
refhv: start version=1 arch=aarch64 vps=3 mpidrs=0x0,0x1,0x100 uids=2,1,0 vp_indexes=1,2,0 \
privileges=0x0020000000000062
refhv: exit_boot_services status=0x0
{OS_ID.format("0xff")}\
refhv: hypercall vp=1 vtl=0 code=0x009a start=0 count=2 mpidrs=0x1,0x100 vp_indexes=2,0 \
status=0x0000 reps=2
refhv: hypercall vp=1 vtl=0 code=0x0099 target_vp=2 mpidr=0x1 target_vtl=0 sp=0x10 status=0x0000 \
reps=0
refhv: run vp=2 mpidr=0x1 method=start
refhv: hypercall vp=1 vtl=0 code=0x0099 target_vp=0 mpidr=0x100 target_vtl=0 sp=0x20 \
status=0x0002 reps=0
refhv: cpu_on vp=1 mpidr=0x100 entry=0x1000 target_vp=0 accepted=1
refhv: run vp=0 mpidr=0x100 method=psci
{OS_ID.format("0x0")}"""


def report(**last) -> dict:
    psci = {"method": "psci", "hv_status": 2, "uid": 0}
    cpus = [
        bsp(1) | {"uid": 2, "map_status": None},
        cpu(1, 2),
        cpu(256, 0) | psci | last,
    ]
    return good_report() | {"cpus": cpus, "map": good_report()["map"] | {"calls": 1}}


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
            ("the report has [256]", LOG.replace("0x0,0x1,0x100", "0x0,0x1,0x101")),
            ("the log says it ran by []", LOG.replace(run, "")),
            ("began to run 2 times", LOG + run),
            ("accepted 0", LOG.replace("target_vp=0 accepted=1", "target_vp=0 accepted=0")),
            ("VP 1 is not that", LOG.replace("run vp=0", "run vp=1")),
            ("ran by ['start']", LOG.replace(run, run.replace("psci", "start"))),
            ("the log says {1}", LOG.replace("cpu_on vp=1 mpidr=0x100", "cpu_on vp=2 mpidr=0x100")),
            ("the MADT's is 7", LOG.replace("uids=2,1,0", "uids=7,1,0")),
            ("the guest OS id is left", LOG.removesuffix(OS_ID.format("0x0"))),
            ("with rsp=0x10", LOG.replace("sp=0x20 status=0x0002", "sp=0x10 status=0x0000")),
            ("map.calls is 1", LOG.replace("code=0x009a", "code=0x009b")),
            ("the log's last is 6", LOG.replace("status=0x0002", "status=0x0006")),
            ("error", LOG + "refhv: error what=x\n"),
        ):
            with self.subTest(wrong):
                said = self.check(log)
                self.assertTrue(any(wrong in text for text in said), said)

    def test_one_that_was_never_started(self):
        log = "".join(
            line for line in LOG.splitlines(True) if "cpu_on" not in line and "psci" not in line
        )
        self.assertEqual(self.check(log, verdict="failed", method="none", started_by=None), [])


if __name__ == "__main__":
    unittest.main()

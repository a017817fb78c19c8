# SPDX-License-Identifier: MIT
"""The report against refhv.log: each disagreement must turn red."""
import copy
import unittest
from types import SimpleNamespace

from tools.boot import witness
from tools.boot.samples import (
    FALLBACK_LOG, IPI_LOG, LOG, cpu, fallback_report, good_report, selftest_report, tap_lines,
    vtl_log, vtl_report,
)  # fmt: skip


class WitnessTest(unittest.TestCase):
    def check(self, report: dict, log: str) -> list[str]:
        return witness.check_witness(report, witness.parse_log(log))

    def assert_red(self, wrong: list[str], text: str) -> None:
        self.assertTrue(any(text in line for line in wrong), f"'{text}' not in {wrong}")

    def red_report(self, text: str, change, log: str = LOG, report=None) -> None:
        report = copy.deepcopy(report or good_report())
        change(report)
        self.assert_red(self.check(report, log), text)

    def red_log(self, text: str, old: str, new: str, count: int = 1) -> None:
        self.assertIn(old, LOG)
        self.assert_red(self.check(good_report(), LOG.replace(old, new, count)), text)

    def test_good_run(self):
        self.assertEqual(self.check(good_report(), LOG), [])

    def test_good_selftest(self):
        self.assertEqual(self.check(selftest_report(), LOG + IPI_LOG), [])
        self.assertEqual(witness.check_sets(selftest_report()), [])

    def test_ipis_without_a_selftest(self):
        self.assert_red(self.check(good_report(), LOG + IPI_LOG), "0 calls 0xb, the log has 18")

    def test_ipis_that_the_log_does_not_have(self):
        for old, new, text in (
            ("code=0x000b", "code=0x0008", "18 calls 0xb, the log has 17"),
            ("code=0x0015", "code=0x0016", "2 calls 0x15, the log has 1"),
            ("status=0x0000", "status=0x0006", "24 IPIs announced, log and APIC have 23"),
            ("target_vps=0,1,3", "target_vps=0,1,2", "an IPI to oneself"),
        ):
            self.assertIn(old, IPI_LOG)
            self.assert_red(self.check(selftest_report(), LOG + IPI_LOG.replace(old, new, 1)), text)

    def test_good_run_out_of_vtl_1(self):
        self.assertEqual(self.check(vtl_report(), vtl_log()), [])
        self.assertEqual(witness.check_sets(vtl_report()), [])
        self.assertEqual(witness.check_tap(vtl_report(), tap_lines(vtl_report())), [])

    def test_a_bring_up_out_of_vtl_1_that_the_log_does_not_have(self):
        log, report = vtl_log(), vtl_report()
        enable = next(line for line in log.splitlines() if "0x000f" in line and "vp=3 apic" in line)
        start = enable.replace("code=0x000f", "code=0x0099")
        for old, new, text in (
            (enable + "\n", "", "vsm.calls is 4, the log has 3"),
            (enable + "\n", "", "apic 1: vtl_status is 0, the log's last is None"),
            (enable, enable + "\n" + enable, "apic 1: online in VTL 1, and 2 calls 0x0F"),
            (enable, enable.replace("0x0000 reps", "0x0050 reps"), "apic 1: vtl_status is 0"),
            (start, start.replace("target_vtl=1", "target_vtl=0"), "the bring-up is in VTL 1: "),
            (enable, enable.replace("target_vtl=1", "target_vtl=2"), "the bring-up is in VTL 1: "),
            ("vtl=1 method", "vtl=0 method", "apic 1: online in VTL 1, it ran in 0"),
            (enable, f"refhv: init vp=2 target_vp=3 apic_id=1\n{enable}", "VTL 1: refhv: init"),
            ("from=0 to=1", "from=0 to=2", "switches between VTLs are [(0, 2), (1, 0)]"),
            ("refhv: vtl_switch vp=2 from=1", "refhv: note vp=2 from=1", "switches between VTLs"),
            ("vtl=1 msr=0x40000001", "vtl=0 msr=0x40000001", "hypercall page is left enabled"),
        ):
            self.assertIn(old, log)
            self.assert_red(self.check(report, log.replace(old, new, 1)), text)
        self.assert_red(self.check(good_report(), log), "vsm.calls is 0, the log has 4")
        self.assert_red(self.check(good_report(), log), "the bring-up is in VTL 0: ")
        self.assert_red(self.check(report, LOG), "vsm.calls is 4, the log has 0")

    def test_what_a_report_says_of_vtls_is_one_story(self):
        for text, change in (
            ("in spite of ['cr3", lambda r: r["vsm"].update(leaked=["cr3: expected 1, is 2"])),
            ("ok in spite of 'no'", lambda r: r["vsm"].update(reason="no")),
            ("without a reason, and the VTL is 0", lambda r: r["vsm"].update(active_vtl=0)),
            ("apic 1: online, vtl is 0", lambda r: r["cpus"][1].update(vtl=0)),
        ):
            report = vtl_report()
            change(report)
            self.assert_red(witness.check_sets(report), text)
        tap = [line.replace(" in VTL 1", "", 1) for line in tap_lines(vtl_report())]
        self.assert_red(witness.check_tap(vtl_report(), tap), "TAP says")

    def test_good_fallback(self):
        self.assertEqual(self.check(fallback_report(), FALLBACK_LOG), [])

    def test_firmware_lines_are_passed_over(self):
        self.assertEqual(self.check(good_report(), "SecCoreStartup\n" + LOG + "PEI done\n"), [])

    def test_register_dumps_are_passed_over(self):
        self.assertEqual(self.check(good_report(), LOG + "refhv: regs vp=1 rax=0x1 | odd\n"), [])

    def test_other_events_with_a_call_code_are_no_calls(self):
        self.assertEqual(self.check(good_report(), LOG + "refhv: note code=0x009a\n"), [])

    def test_absent_processor_is_not_in_the_log(self):
        report = good_report()
        report["cpus"].append(cpu(9, None, tries=0, by=None, method="none") | {"verdict": "absent"})
        self.assertEqual(self.check(report, LOG), [])

    def test_fallback_after_refusals(self):
        report = fallback_report()
        report["cpus"][1].update(hv_status=6, tries=1)
        call = LOG.splitlines()[4].replace("vp=2", "vp=1", 1).replace("target_vp=3", "target_vp=0")
        log = FALLBACK_LOG + call.replace("status=0x0000", "status=0x0006") + "\n"
        self.assertEqual(self.check(report, log), [])
        report["cpus"][1].update(tries=0)
        self.assert_red(self.check(report, log), "tries is 0, the log has 1")

    def test_a_refusal_that_started_it(self):
        lines = LOG.splitlines()
        at = next(i for i, line in enumerate(lines) if "target_vp=0 apic" in line)
        lines[at] = lines[at].replace("status=0x0000", "status=0x0005")
        report = good_report()
        report["cpus"][2].update(hv_status=5)
        self.assertEqual(self.check(report, "\n".join(lines) + "\n"), [])
        never = "\n".join(line for line in lines if "run vp=0" not in line)
        self.assert_red(self.check(report, never), "0 successful calls 0x99")
        again = lines[at].replace("status=0x0005", "status=0x0015")  # asked once more
        report["cpus"][2].update(tries=2)
        log = "\n".join(lines[: at + 1] + [again] + lines[at + 1 :])
        self.assertEqual(self.check(report, log), [])

    def test_fallback_claims_tries_that_nobody_saw(self):
        self.red_report(
            "tries is 2, the log has 0",
            lambda r: r["cpus"][1].update(tries=2), FALLBACK_LOG, fallback_report(),
        )  # fmt: skip

    def test_fallback_may_know_its_vp_index_but_not_a_wrong_one(self):
        self.red_report(
            "vp_index is 5",
            lambda r: r["cpus"][1].update(vp_index=5), FALLBACK_LOG, fallback_report(),
        )  # fmt: skip

    def test_malformed_line(self):
        self.assert_red(self.check(good_report(), LOG + "refhv: run vp=3 refhv: run\n"), "log: ")

    def test_forbidden_events(self):
        for line in ("violation vp=2 what=sent a SIPI early", "shutdown vp=3 rip=0x1",
                     "error what=no memory"):  # fmt: skip
            self.assert_red(self.check(good_report(), LOG + f"refhv: {line}\n"), line)

    def test_padding_is_the_kernels_own_fault(self):
        note = "refhv: note vp=2 what=padding_not_zero address=0x0 rip=0x0\n"
        self.assert_red(self.check(good_report(), LOG + note), "padding_not_zero")

    def test_a_reset_processor_is_not_online(self):
        reset = "refhv: reset vp=3 apic_id=1\n"
        self.assert_red(self.check(good_report(), LOG + reset), "apic 1: online, the log has it")

    def test_one_that_was_reset_after_it_came_may_have_started_others(self):
        report, wanted = good_report(), "apic 3: started by 1, which is not another that came"
        report["cpus"][1].update(verdict="missing", t_online_ns=None)
        report.update(verdict="degraded", online=3)
        self.assert_red(witness.check_sets(report), wanted)
        report["warnings"].append("APIC id 1: had come in, and does not answer an NMI any more")
        self.assertEqual(witness.check_sets(report), [])

    def test_no_start_event(self):
        self.assert_red(self.check(good_report(), LOG.partition("\n")[2]), "0 start events")
        self.assert_red(self.check(good_report(), LOG + LOG), "2 start events")

    def test_map_is_not_one_to_one(self):
        self.red_log("one-to-one", "vp_indexes=2,3,0,1 vp=", "vp_indexes=2,3,0,0 vp=")
        self.red_log("one-to-one", "vp_indexes=2,3,0,1 vp=", "vp_indexes=2,3,0 vp=")

    def test_privilege(self):
        self.red_log("privilege", "privileges=0x0020", "privileges=0x0000")

    def test_map_calls(self):
        self.red_report("map.calls is 2", lambda r: r["map"].update(calls=2))

    def test_processor_sets(self):
        self.red_report("lacks [3]", lambda r: r["cpus"].pop())
        self.red_report("has [9]", lambda r: r["cpus"].append(cpu(9, 9)))

    def test_vp_index(self):
        self.red_report("vp_index is 7", lambda r: r["cpus"][1].update(vp_index=7))
        self.red_report("vp_index is None", lambda r: r["cpus"][1].update(vp_index=None))

    def test_online_by_hv_without_a_call(self):
        log = "\n".join(line for line in LOG.splitlines() if "target_vp=0 apic" not in line)
        self.assert_red(self.check(good_report(), log), "apic 2: 0 successful calls")

    def test_two_successful_calls(self):
        self.red_log("apic 3: 2 successful calls", "status=0x0078", "status=0x0000")

    def test_call_on_the_wrong_vp(self):
        old, new = "target_vp=0 apic_id=2", "target_vp=1 apic_id=2"
        self.red_log("VP 1 is not that of this APIC id", old, new)

    def test_call_on_a_vp_that_nobody_has(self):
        self.red_log("VP 9 is not that", "target_vp=0 apic_id=2", "target_vp=9 apic_id=2")

    def test_call_on_the_boot_processor(self):
        self.red_log("apic 0: hv_status is None", "target_vp=1 apic_id=3", "target_vp=2 apic_id=0")

    def test_last_status(self):
        self.red_report("hv_status is 120", lambda r: r["cpus"][3].update(hv_status=0x78))

    def test_tries(self):
        self.red_report("tries is 1, the log has 2", lambda r: r["cpus"][3].update(tries=1))
        self.red_report("tries is 3, the log has 1", lambda r: r["cpus"][1].update(tries=3))

    def test_starter(self):
        text = "started_by is 0, the log says apic 1"
        self.red_report(text, lambda r: r["cpus"][3].update(started_by=0))

    def test_success_that_the_report_denies(self):
        self.red_report(
            "successful calls 0x99 with method none",
            lambda r: r["cpus"][1].update(verdict="refused", method="none", t_online_ns=None),
        )

    def test_missing_after_success_is_no_disagreement(self):
        report, log = good_report(), LOG.replace("refhv: run vp=1 apic_id=3 method=start\n", "")
        report["cpus"][3].update(verdict="missing", t_online_ns=None, t_first_ns=None)
        self.assertEqual(self.check(report, log), [])

    def test_online_but_never_ran(self):
        log = LOG.replace("refhv: run vp=1 apic_id=3 method=start\n", "")
        self.assert_red(self.check(good_report(), log), "online by hv, but the log says it ran")

    def test_ran_twice(self):
        log = LOG + "refhv: run vp=1 apic_id=3 method=start\n"
        self.assert_red(self.check(good_report(), log), "apic 3: began to run 2 times")

    def test_ran_by_another_method(self):
        self.red_log("ran by ['sipi']", "apic_id=3 method=start", "apic_id=3 method=sipi")

    def test_two_processors_on_one_stack(self):
        self.red_log("2 processors are started with rsp=0x1000", "rsp=0x2000", "rsp=0x1000")

    def test_crash_registers(self):
        crash = witness.parse_log(LOG + "refhv: msr_write vp=2 msr=0x40000105 value=0x1\n")
        self.assertEqual(witness.check_no_crash(witness.parse_log(LOG)), [])
        self.assertEqual(len(witness.check_no_crash(crash)), 1)
        call = "refhv: hypercall vp=2 code=0x0051 register=0x{:x} value=0x1 status=0x0000\n"
        for register, complaints in ((0x210, 1), (0x215, 1), (0x216, 0), (0x90002, 0)):
            events = witness.parse_log(LOG + call.format(register))
            self.assertEqual(len(witness.check_no_crash(events)), complaints)

    def test_errors_only(self):
        quiet = "refhv: start version=1 vps=2\nrefhv: cost vps=2 exits=71\n"
        self.assertEqual(witness.check_errors_only(witness.parse_log(quiet)), [])
        self.assertEqual(witness.check_errors_only([]), ["the log does not begin"])
        for line in ("run vp=1", "hypercall vp=0", "violation vp=0 what=x"):
            events = witness.parse_log(quiet + f"refhv: {line}\n")
            self.assertEqual(witness.check_errors_only(events), [f"log: refhv: {line}"])

    def test_silent(self):
        runs = "\n".join(f"refhv: run vp={vp} apic_id={vp} method=start" for vp in (1, 2))
        silent = SimpleNamespace(status=33, lines=["", ""])
        check = witness.check_silent
        self.assertEqual(check(witness.parse_log(runs), silent, 3), [])
        self.assertEqual(len(check(witness.parse_log(runs), silent, 4)), 1)
        self.assertEqual(len(check(witness.parse_log(runs + "\n" + runs), silent, 3)), 1)
        loud = SimpleNamespace(status=35, lines=["hello"])
        self.assertEqual(len(check(witness.parse_log(runs), loud, 3)), 2)

    def test_panic(self):
        crash = 'refhv: crash vp=1 p0=0x13 message="no more, of = this"\n'
        events = witness.parse_log(LOG + crash)
        self.assertEqual(events[-1].fields["message"], "no more, of = this")
        self.assertEqual(witness.check_panic(events, 39), [])
        for status in (33, 37, 0, 255, None):
            self.assertEqual(len(witness.check_panic(events, status)), 1)
        self.assertEqual(witness.check_panic(events, 0, "crash"), [])
        self.assertEqual(len(witness.check_panic(events, 39, "crash")), 1)
        shutdown = witness.parse_log(LOG + crash + "refhv: shutdown vp=1 rip=0x0\n")
        self.assertEqual(len(witness.check_panic(shutdown, 39)), 1)
        self.assertEqual(len(witness.check_panic(witness.parse_log(LOG), 39)), 1)
        self.assertEqual(len(witness.check_panic(witness.parse_log(LOG + 2 * crash), 39)), 1)
        self.assertEqual(witness.check_panic([], 39), [])  # under KVM nobody keeps such a log

    def test_sipi_without_the_report_saying_so(self):
        log = LOG + "refhv: sipi vp=2 target_vp=1 apic_id=3 vector=0x9f accepted=1\n"
        self.assert_red(self.check(good_report(), log), "online by hv, but accepted 1 SIPIs")

    def test_sipi_to_the_boot_processor(self):
        log = LOG + "refhv: sipi vp=3 target_vp=2 apic_id=0 vector=0x9f accepted=1\n"
        self.assert_red(self.check(good_report(), log), "the boot processor accepted a SIPI")

    def test_sipi_method_without_a_sipi(self):
        log = FALLBACK_LOG.replace("accepted=1", "accepted=0")
        self.assert_red(self.check(fallback_report(), log), "accepted 0 SIPIs")

    def test_fallback_after_a_success(self):
        call = LOG.splitlines()[4].replace("vp=2", "vp=1", 1).replace("target_vp=3", "target_vp=0")
        wrong = self.check(fallback_report(), FALLBACK_LOG + call + "\n")
        self.assert_red(wrong, "1 successful calls 0x99 with method sipi")

    def test_nothing_is_left_behind(self):
        write = "refhv: msr_write vp=2 msr=0x4000000{} name={} value={} result={}\n"
        for last, red in (
            (write.format(0, "GUEST_OS_ID", "0x5", "ok"), "guest OS id is left behind: 0x5"),
            (write.format(1, "HYPERCALL", "0x1001", "ok"), "page is left enabled: 0x1001"),
        ):
            self.assert_red(self.check(good_report(), LOG + last), red)
        for last in (
            write.format(0, "GUEST_OS_ID", "0x5", "gp"),
            write.format(1, "HYPERCALL", "0x1000", "ok"),
        ):
            self.assertEqual(self.check(good_report(), LOG + last), [])

    def test_map_status_of_a_list_that_stops(self):
        ids = "refhv: hypercall code=0x009a apic_ids=7,1,2 vp_indexes=3 status=0x0005 reps=1\n"
        none = "refhv: hypercall code=0x009a status=0x0071 reps=0\n"
        for apic, status, log, is_right in (
            (7, 0, ids, True), (7, 5, ids, False), (1, 5, ids, True), (1, 0, ids, False),
            (1, 0x71, ids + none, True), (1, 0x71, ids, False),
        ):  # fmt: skip
            report = {"cpus": [cpu(apic, None) | {"map_status": status}]}
            wrong = witness.check_map_status(report, witness.parse_log(log))
            self.assertEqual(not wrong, is_right, f"{apic} {status} {wrong}")

    def test_map_status_is_the_logs(self):
        for apic, status in ((1, 5), (2, 0x12)):
            report = good_report()
            report["cpus"][1].update(apic_id=apic, map_status=status)
            wrong = witness.check_map_status(report, witness.parse_log(LOG))
            self.assert_red(wrong, f"apic {apic}: map_status is {status}, the log has")

    def test_map_status_of_elements_before_the_one_that_ended_the_call(self):
        log = LOG.replace("vp_indexes=2,3,0,1 status=0x0000 reps=4", "status=0x0005 reps=2")
        report = good_report()
        wrong = witness.check_map_status(report, witness.parse_log(log))
        self.assertEqual([w.split(":")[0] for w in wrong], ["apic 2", "apic 3"])
        report["cpus"][2]["map_status"] = report["cpus"][3]["map_status"] = 5
        self.assertEqual(witness.check_map_status(report, witness.parse_log(log)), [])

    def test_report_without_hypervisor(self):
        self.assertEqual(witness.check_without_hypervisor(fallback_report()), [])
        self.assertEqual(len(witness.check_without_hypervisor(good_report())), 4)
        for change in ({"method": "hv"}, {"hv_status": 0}, {"map_status": 0}):
            report = fallback_report()
            report["cpus"][1].update(change)
            self.assertEqual(len(witness.check_without_hypervisor(report)), 1)


class CostsTest(unittest.TestCase):
    def wrong(self, *costs: str) -> list[str]:
        return witness.check_costs(witness.parse_log("".join(f"refhv: cost {c}\n" for c in costs)))

    def test_linear(self):
        self.assertEqual(self.wrong("vps=300 exits=1532 tables=18 bytes=11575296"), [])
        self.assertEqual(self.wrong("vps=1024 exits=5156 tables=31 bytes=38318080"), [])

    def test_more_than_linear_is_told(self):
        for cost, text in (
            ("vps=1024 exits=1048576 tables=31 bytes=38318080", "exits are more than 8256"),
            ("vps=1024 exits=5156 tables=1024 bytes=38318080", "tables are more than 160"),
            ("vps=1024 exits=5156 tables=31 bytes=73400320", "bytes are more than"),
            ("vps=1024 tables=31 bytes=38318080", "exits are more than"),
        ):
            self.assertRegex(self.wrong(cost)[0], text)
        self.assertRegex(self.wrong()[0], "0 cost events")


if __name__ == "__main__":
    unittest.main()

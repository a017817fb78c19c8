# SPDX-License-Identifier: MIT
"""boot.py from end to end with stand-ins: what is left of it however it ends, and what it says."""
import contextlib
import io
import json
import shlex
import signal
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools.azure import standins

import az
import boot
import disk
import pages

MIB = disk.MIB
REPORT = '@report {"schema":"hvsmp-report/2","verdict":"%s","cpus":[]}'
TABLE = "\n apic   uid\n    0     0\n\nverdict: %s - 2 of 2 processors online\n"
LOG = b"BdsDxe: starting\r\n\0\0hvsmp v1: image at 0x1\r\n%s\r\n%s\0\0\0"


def log_of(verdict: str = "ok", report: str = "") -> bytes:
    report = report or REPORT % verdict
    return LOG % (report.encode(), (TABLE % verdict).replace("\n", "\r\n").encode())


def make_disk(mib: int = 20) -> bytes:
    """A fixed VHD with something here and there."""
    data = bytearray(mib * MIB)
    data[:512] = b"\x01" * 512
    text = b"#@options 2048\n# none\n".ljust(2047) + b"\n"
    data[5 * MIB : 5 * MIB + 2048] = text
    data[8 * MIB : 15 * MIB] = b"\x02" * (7 * MIB)
    footer = bytearray(512)
    struct.pack_into(">8s40xQ4xI", footer, 0, b"conectix", len(data), disk.FIXED)
    struct.pack_into(">I", footer, 64, ~sum(footer) & 0xFFFFFFFF)
    return bytes(data + footer)


DISK = make_disk()


def dry_run(*words: str) -> list[str]:
    """The commands that boot.py prints, those that are only perhaps needed as well."""
    with mock.patch.object(sys, "argv", ["boot.py", "--dry-run", "--group", "g", *words]):
        with mock.patch.object(boot, "load", lambda args: DISK):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                boot.main()
    lines = [line.removeprefix("# ") for line in out.getvalue().splitlines()]
    return [line for line in lines if line.startswith("az ")]


class BootTest(unittest.TestCase):
    def setUp(self):
        self.tmp = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.image = self.tmp / "hvsmp-azure.vhd"
        self.image.write_bytes(DISK)
        self.store = standins.Store()
        self.addCleanup(self.store.close)
        self.store.logs = [log_of()]
        self.azure = standins.Azure(self.store, DISK)
        self.enterContext(mock.patch.object(az, "call", self.azure.call))
        self.enterContext(mock.patch.object(pages, "FIRST_PAUSE_S", 0.001))
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name)
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def boot(self, *words: str) -> int:
        command = ["boot.py", "--image", self.image, "--out", self.tmp / "out", "--group", "g",
                   "--minutes", "0.02", "--every", "0.2", *words]  # fmt: skip
        with mock.patch.object(sys, "argv", list(map(str, command))), contextlib.redirect_stdout(
            io.StringIO()
        ) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            code = boot.main()
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def check_nothing_is_left(self):
        self.assertIsNone(self.azure.group)
        self.assertFalse(self.azure.is_granted)
        self.assertEqual(self.store.wrong, [])

    def fails(self, text: str, *words: str, code: int = 1):
        self.assertEqual(self.boot(*words), code, self.out + self.err)
        self.assertIn(text, self.err)
        self.check_nothing_is_left()


class GoodTest(BootTest):
    def test_all_of_it(self):
        self.assertEqual(self.boot(), 0, self.err)
        self.check_nothing_is_left()
        self.assertEqual(bytes(self.store.pages), DISK)
        self.assertIn("verdict: ok - 2 of 2 processors online", self.out)
        self.assertIn("subscription Pay-As-You-Go", self.out)
        self.assertIn("if this is killed: az group delete -n g --yes", self.out)
        self.assertIn("at most 10 minutes, less than 0.01 USD", self.out)
        self.assertNotIn("sig=", self.out + self.err)
        left = {path.name for path in (self.tmp / "out").iterdir()}
        self.assertEqual(left, {"serial.log", "report.json", "machine.json"})
        self.assertEqual(json.loads((self.tmp / "out/report.json").read_text())["verdict"], "ok")
        self.assertNotIn("\0", (self.tmp / "out/serial.log").read_text())
        order = [line for line in self.azure.called if line != "group exists"]
        self.assertEqual(order, [
            "account show", "vm list-skus", "group create", "disk create", "disk grant-access",
            "disk revoke-access", "vm create", "vm boot-diagnostics enable", "vm show",
            "vm boot-diagnostics get-boot-log-uris", "group delete", "group wait",
        ])  # fmt: skip

    def test_the_dry_run_prints_what_is_done(self):
        self.assertEqual(self.boot(), 0)
        printed = dry_run()
        for line in self.azure.lines:
            self.assertIn(shlex.join(line), printed)

    def test_zeros_are_skipped_and_the_footer_is_not(self):
        self.boot()
        self.assertEqual(self.store.ranges[-1], (20 * MIB, 512))
        self.assertEqual(self.store.ranges, [
            (0, disk.UNIT), (5 * MIB, disk.UNIT), (8 * MIB, 4 * MIB), (12 * MIB, 3 * MIB),
            (20 * MIB, 512)])  # fmt: skip

    def test_verdicts_are_exit_codes(self):
        for verdict, code in (("degraded", 2), ("failed", 3)):
            self.store.logs = [log_of(verdict)]
            self.assertEqual(self.boot(), code)
            self.check_nothing_is_left()

    def test_the_report_may_take_its_time(self):
        self.store.logs = [b"", b"\0\0", log_of()[:60], log_of()]
        self.assertEqual(self.boot("--minutes", "5"), 0, self.err)

    def test_conformance(self):
        line = '@conformance {"schema":"hvsmp-conformance/2","verdict":"ok"}'
        self.store.logs = [log_of(report=line)]
        self.assertEqual(self.boot("--options", "mode=conformance log=quiet"), 0, self.err)
        at = 5 * MIB
        self.assertEqual(bytes(self.store.pages[at : at + 2048]).split(), [
            b"#@options", b"2048", b"mode=conformance", b"log=quiet", b"repeat=20"])  # fmt: skip
        self.assertEqual(len(self.store.pages), len(DISK))
        self.assertTrue((self.tmp / "out/conformance.json").exists())

    def test_a_log_by_way_of_az(self):
        self.store.log_status = 403
        text = log_of().decode().replace("\r\n", "\\r\\n").replace('"', '\\"')
        self.azure.raw_log = f'"{text}"'.replace("\0", "\\u0000").encode()
        self.assertEqual(self.boot(), 0, self.err)
        self.assertIn("answers 403: by way of az", self.out)
        self.assertEqual(json.loads((self.tmp / "out/report.json").read_text())["cpus"], [])

    def test_an_older_name_of_the_sas(self):
        self.azure.sas_key = "accessSAS"
        self.assertEqual(self.boot(), 0, self.err)

    def test_nvme_and_arm64(self):
        value = [{"name": "DiskControllerTypes", "value": "NVMe"},
                 {"name": "CpuArchitectureType", "value": "Arm64"}]  # fmt: skip
        self.azure.skus = [{"name": "Standard_D2ps_v6", "capabilities": value}]
        self.assertEqual(self.boot("--size", "standard_d2ps_v6"), 0, self.err)
        self.assertEqual(self.azure.option(self.azure.disk or self.line("disk create"),
                                           "--architecture"), "Arm64")  # fmt: skip
        self.assertIn("supportedCapabilities.diskControllerTypes=SCSI, NVMe",
                      self.line("disk update"))  # fmt: skip
        self.assertEqual(self.azure.option(self.line("vm create"), "--disk-controller-type"),
                         "NVMe")  # fmt: skip

    def line(self, command: str) -> list[str]:
        return self.azure.lines[self.azure.called.index(command)]

    def test_no_agent_no_address_no_key(self):
        self.boot()
        line = self.line("vm create")
        self.assertEqual(self.azure.option(line, "--public-ip-address"), "")
        self.assertEqual(self.azure.option(line, "--nsg"), "")
        self.assertFalse(any("ssh" in word or "admin" in word for word in line))

    def test_standard_only_when_trusted_launch_is_in_the_way(self):
        self.azure.errors["vm create"] = ["BadRequest: securityType TrustedLaunch differs", ""]
        self.assertEqual(self.boot(), 0, self.err)
        self.assertIn("once more, as Standard", self.out)
        self.assertIn("--security-type", self.azure.lines[-1 - self.azure.called[::-1].index(
            "vm create")])  # fmt: skip
        self.assertNotIn("--security-type", self.line("vm create"))

    def test_a_trusted_launch_machine_is_warned_of(self):
        self.azure.security = {"securityType": "TrustedLaunch"}
        self.boot()
        self.assertIn("warning: the machine is of the security type TrustedLaunch", self.out)

    def test_a_creation_that_does_not_end_is_gone_on_with(self):
        self.azure.errors["vm create"] = [az.TimedOut("az vm create: no answer")]
        self.azure.machine = ["made all the same"]
        self.assertEqual(self.boot(), 0, self.err)
        self.assertIn("going on", self.out)

    def test_keep(self):
        self.assertEqual(self.boot("--keep"), 0)
        self.assertEqual(self.azure.group, "g")
        self.assertFalse(self.azure.is_granted)
        self.assertIn("the group g stays, and costs about 0.02 USD an hour", self.out)

    def test_pages_are_tried_again(self):
        busy = (503, "ServerBusy", "slow down")
        self.store.answers = [busy, (500, "InternalError", ""), (201, "", ""), busy]
        self.assertEqual(self.boot(), 0, self.err)
        self.assertEqual(bytes(self.store.pages), DISK)


class BadTest(BootTest):
    def test_pages_that_are_refused(self):
        for status, code, message, text in (
            (403, "AuthorizationFailure", "not authorized", "403 AuthorizationFailure: not author"),
            (403, "", "", 'the role "Data Operator for Managed Disks"'),
            (416, "InvalidPageRange", "", "must count the footer"),
            (409, "", "", "is its SAS revoked already?"),
            (200, "", "", "Put Page answers 200, must be 201"),
        ):
            with self.subTest(status=status, code=code):
                self.store.answers = [(201, "", ""), (status, code, message)]
                self.fails(text)
                self.assertIn("disk revoke-access", self.azure.called)
                self.assertNotIn("vm create", self.azure.called)

    def test_a_store_that_is_never_well(self):
        self.store.answers = [(500, "InternalError", "")] * 100
        self.fails("500 InternalError; tried 5 times")

    def test_no_store(self):
        self.azure.after["disk grant-access"] = self.store.server_close
        self.fails("tried 5 times")
        self.assertIn("disk revoke-access", self.azure.called)

    def test_a_sas_that_is_not_revoked(self):
        self.azure.errors["disk revoke-access"] = "ServiceUnavailable"
        self.fails("ServiceUnavailable")
        self.assertIn("the SAS of the disk is not revoked", self.out)
        self.assertNotIn("vm create", self.azure.called)

    def test_both_errors_are_told(self):
        self.store.answers = [(403, "Gone", "")]
        self.azure.errors["disk revoke-access"] = "ServiceUnavailable"
        self.fails("403 Gone")
        self.assertLess(self.err.index("403 Gone"), self.err.index("ServiceUnavailable"))

    def test_no_sas(self):
        self.azure.sas_key = "other"
        self.fails("gave no SAS but ['other']")

    def test_a_machine_that_never_prints(self):
        self.store.logs = []
        self.fails("no report within 0.02 minutes; the boot log is empty")
        self.store.logs = [b"BdsDxe: No bootable option\r\n"]
        self.fails("the last line was: BdsDxe: No bootable option")
        self.assertTrue((self.tmp / "out/serial.log").exists())

    def test_a_log_that_cannot_be_had(self):
        self.azure.errors["vm boot-diagnostics get-boot-log-uris"] = "diagnostics are not there"
        self.fails("the boot log is empty")
        self.assertIn("no boot log yet", self.out)

    def test_a_report_that_is_cut(self):
        self.store.logs = [log_of()[:70]]
        self.fails("no report within")

    def test_a_panic(self):
        self.store.logs = [b"PANIC: no memory for page tables\r\n"]
        self.fails("the kernel panicked: no memory for page tables")

    def test_every_trap_has_its_word(self):
        for command, said, text in (
            ("account show", "Please run 'az login' to setup account.", "not logged in"),
            ("group create", "RequestDisallowedByPolicy: nope", "a policy of this tenant"),
            ("group create", "(AuthorizationFailed) no", "the role Contributor"),
            ("group create", "LocationNotAvailable", "az account list-locations"),
            ("disk create", "uploadSizeBytes is invalid", "counts the footer"),
            ("vm create", "QuotaExceeded: ... approved standardFSv2Family", "no quota for this"),
            ("vm create", "SkuNotAvailable: capacity", "another --location, or another size"),
            ("vm create", "Disk Controller Type property 'NVMe' is not supported by the OS image "
             "or disk", "must be marked for NVMe"),
            ("vm create", "feature UseStandardSecurityType is not registered",
             "az feature register"),
            ("vm create", "The VM's Hypervisor Generation '1' does not match", "generation V2"),
            ("vm create", "OSProvisioningTimedOut", "waits for an agent"),
            ("vm create", "argument --security-type: invalid choice: 'Standard'", "too old"),
            ("vm create", "disk is in state ActiveUpload", "SAS must be revoked"),
        ):  # fmt: skip
            with self.subTest(said=said):
                self.azure.errors = {command: said}
                self.fails(text)

    def test_what_is_seen_before_anything_costs(self):
        free = {"name": "Standard_B2ats_v2", "capabilities": []}
        for skus, text in (
            ([], "has no size Standard_B2ats_v2"),
            ([{**free, "restrictions": [{"type": "Location", "reasonCode": "NotAvailableFor"}]}],
             "NotAvailableFor in this location"),
            ([{**free, "capabilities": [{"name": "HyperVGenerations", "value": "V1"}]}],
             "no machines of generation 2"),
            ([{**free, "capabilities": [{"name": "CpuArchitectureType", "value": "Arm64"}]}],
             "is of Arm64"),
        ):  # fmt: skip
            self.azure.skus = skus
            self.fails(text)
            self.assertNotIn("group create", self.azure.called)

    def test_a_group_of_somebody_else(self):
        self.azure.group = "g"
        self.assertEqual(self.boot(), 1)
        self.assertIn("is there already", self.err)
        self.assertEqual(self.azure.group, "g")

    def test_a_group_that_stays(self):
        for errors in ({"group delete": "Conflict"}, {"group wait": az.TimedOut("no answer")}):
            self.azure.errors = errors
            self.assertEqual(self.boot(), 1)
            self.assertIn("g MAY STILL BE THERE, and cost: az group delete -n g --yes", self.out)
            self.azure.group = None
        self.azure.errors = {}
        with mock.patch.object(self.azure, "group_delete", lambda line: None):
            self.assertEqual(self.boot(), 1)
        self.assertIn("g IS STILL THERE", self.err)

    def test_bad_disks(self):
        footer = len(DISK) - 512
        for data, text in (
            (b"vhdxfile" + DISK, "is a VHDX"),
            (DISK[:-512], "no VHD footer"),
            (DISK[:footer] + DISK[footer:].replace(b"\0\0\0\2", b"\0\0\0\3"), "of type 3"),
            (DISK[:-1] + b"x", "checksum is wrong"),
            (b"x" * 512 + DISK, "says 20971520 bytes, the file has 20972032"),
            (make_disk(16), "20 MiB or more"),
        ):
            self.image.write_bytes(data)
            self.fails(text)
            self.assertEqual(self.azure.called, [])
        self.image.unlink()
        self.fails("run make azure")

    def test_bad_options(self):
        for options, text in (
            ("a" * 2048, "bytes too many"), ("mode=ü", "printable ASCII"), ("a\x7f", "printable"),
        ):  # fmt: skip
            self.fails(text, "--options", options)
        self.image.write_bytes(DISK.replace(b"#@options", b"#!options"))
        self.fails("0 places for options", "--options", "x")

    def test_an_output_that_nobody_reads(self):
        with mock.patch("builtins.print", side_effect=BrokenPipeError):
            with self.assertRaises(BrokenPipeError):  # the last words, after all was removed
                self.boot()
        self.check_nothing_is_left()


if __name__ == "__main__":
    unittest.main()

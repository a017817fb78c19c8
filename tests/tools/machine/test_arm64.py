# SPDX-License-Identifier: MIT
"""arm64.py, and that a report of ARM64 is one of x86-64 but for what is named here."""
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools import ROOT
from tools.boot import judge
from tools.machine import arm64, guest, vm


def machine(**changes) -> vm.Machine:
    return vm.Machine(**{"arch": "aarch64", "hv": "none", **changes})


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)
        (self.out / "code.fd").touch()
        (self.out / "nvram.fd").touch()
        patch = mock.patch.object(vm, "find_tool", lambda name, *_: f"/bin/{name}")
        patch.start()
        self.addCleanup(patch.stop)

    def command(self, **changes) -> list[str]:
        files = {"code": str(self.out / "code.fd"), "vars": str(self.out / "nvram.fd")}
        return vm.qemu_command(machine(**files, **changes), self.out)

    def test_a_gicv3_and_a_way_to_end(self):
        command = self.command(smp="17")
        self.assertEqual(command[0], "/bin/qemu-system-aarch64")
        self.assertEqual(command[command.index("-machine") + 1], "virt,gic-version=3")
        self.assertEqual(command[command.index("-smp") + 1], "17")
        self.assertIn("-semihosting-config", command)
        self.assertFalse([word for word in command if "isa-" in word or "q35" in word])

    def test_the_reference_hypervisor_has_el2_and_a_log(self):
        command = self.command(hv="ref")
        machine = command[command.index("-machine") + 1]
        self.assertEqual(machine, "virt,gic-version=3,virtualization=on")
        self.assertIn(f"file,id=refhv,path={self.out / 'refhv.log'}", command)
        self.assertIn(",chardev=refhv", command[command.index("-semihosting-config") + 1])

    def test_what_the_case_says_wins(self):
        command = self.command(machine="virt,virtualization=on", cpu="max", extra=["-x"])
        self.assertEqual(command[command.index("-machine") + 1], "virt,virtualization=on")
        self.assertEqual(command[command.index("-cpu") + 1], "max")
        self.assertEqual(command[-1], "-x")

    def test_what_is_not_there_is_said(self):
        for change in (
            {"hv": "kvm"}, {"secure": True},
        ):  # fmt: skip
            with self.subTest(change), self.assertRaisesRegex(vm.Unusable, "not there for ARM64"):
                self.command(**change)

    def test_the_firmware_starts_its_own_name(self):
        (self.out / arm64.KERNEL).write_bytes(b"image")
        files = vm.image_files(machine(kernel=arm64.KERNEL), self.out)
        self.assertEqual(files["EFI/BOOT/BOOTAA64.EFI"], b"image")
        self.assertNotIn(vm.BOOT_PATH, files)

    def test_the_reference_hypervisor_starts_the_kernel(self):
        for name in (arm64.KERNEL, arm64.NAMES.refhv):
            (self.out / name).write_bytes(name.encode())
        files = vm.image_files(machine(hv="ref", kernel=arm64.KERNEL), self.out)
        self.assertEqual(files["EFI/BOOT/BOOTAA64.EFI"], b"refhv-aa64.efi")
        self.assertEqual(files["EFI/hvsmp/hvsmp-aa64.efi"], b"hvsmp-aa64.efi")

    def test_the_reference_hypervisor_starts_a_guest(self):
        for name in ("g.efi", arm64.NAMES.refhv):
            (self.out / name).write_bytes(name.encode())
        m = machine(hv="ref", guest=self.out / "g.efi", args="quiet")
        files = guest.files(m, self.out)
        self.assertEqual(files["EFI/BOOT/BOOTAA64.EFI"], b"refhv-aa64.efi")
        self.assertEqual(files[guest.GUEST_PATH], b"g.efi")
        self.assertIn(b"args=quiet\n", files[vm.REFHV_CFG])
        self.assertEqual(guest.files(machine(guest=m.guest), self.out),
                         {"EFI/BOOT/BOOTAA64.EFI": b"g.efi"})  # fmt: skip


class Schema(unittest.TestCase):
    def test_it_differs_in_this_alone(self):
        arm, x86 = (
            json.loads((ROOT / "docs" / f"{name}.schema.json").read_text())
            for name in ("report-arm64", "report")
        )
        mpidr = {"type": "integer", "minimum": 0, "maximum": 0xFF00FFFFFF}
        x86["title"] = arm["title"]
        x86["properties"]["schema"] = {"const": "hvsmp-report-arm64/1"}
        x86["properties"]["arch"] = {"const": "aarch64"}
        x86["required"].insert(2, "arch")
        x86["$defs"]["mpidr"] = mpidr
        cpu = x86["$defs"]["cpu"]
        cpu["required"][cpu["required"].index("apic_id")] = "mpidr"
        del cpu["properties"]["apic_id"]
        cpu["properties"]["mpidr"] = {"$ref": "#/$defs/mpidr"}
        cpu["properties"]["started_by"] = {"anyOf": [{"$ref": "#/$defs/mpidr"}, {"type": "null"}]}
        cpu["properties"]["method"]["enum"] = ["firmware", "hv", "psci", "none"]
        sent = x86["properties"]["selftest"]["properties"]["ipi"]["properties"]["sent"]
        sent["required"][2] = "sgi"
        sent["properties"]["sgi"] = sent["properties"].pop("apic")
        self.assertEqual(arm, x86)

    def test_the_judge_has_one_name_for_both(self):
        report = {"schema": "hvsmp-report-arm64/1", "cpus": [{"mpidr": 0x101}]}
        self.assertEqual(judge.schema_of(report, "report"), "report-arm64")
        self.assertEqual(judge.schema_of({"schema": "hvsmp-report/2"}, "report"), "report")
        self.assertEqual(judge.alike(report)["cpus"], [{"apic_id": 0x101}])


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""ARM64's machine: QEMU virt with a GICv3 and UEFI; vm.py asks for it where arch is aarch64.

There is no port by which a guest ends QEMU: semihosting is one, with a status of its own choice.
"""
import shutil
from pathlib import Path

from tools.machine import vm

# Code and variables, for flash of 64 MiB each.
FIRMWARE = [
    ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),  # Debian, Ubuntu
    (
        "/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw",
        "/usr/share/edk2/aarch64/vars-template-pflash.raw",
    ),  # Fedora
    ("/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"),  # Arch
]
KERNEL = "hvsmp-aa64.efi"
NAMES = vm.Names("EFI/hvsmp/" + KERNEL, "EFI/BOOT/BOOTAA64.EFI", "refhv-aa64.efi")
MACHINE, CPU = "virt,gic-version=3", "cortex-a72"


def check(m: "vm.Machine") -> None:
    """Unusable for what there is only on x86-64, so far or for good."""
    if m.hv == "kvm":
        raise vm.Unusable("HV=kvm is not there for ARM64: HV=ref or HV=none")
    for what, asked in (
        ("SECURE=1", m.secure),
    ):  # fmt: skip
        if asked:
            raise vm.Unusable(f"{what} is not there for ARM64")


def qemu_command(m: "vm.Machine", out: Path) -> list[str]:
    """QEMU's command line, as vm.qemu_command's."""
    check(m)
    qemu = vm.find_tool(m.qemu or "qemu-system-aarch64")
    if m.display != "none":
        vm.find_display(qemu, m.display)
    code, nvram = vm.find_firmware(m.code, m.vars, FIRMWARE)
    my_vars = out / "vars.fd"
    shutil.copyfile(nvram, my_vars)
    machine = MACHINE if m.machine == "q35" else m.machine
    semihosting = "enable=on,target=native"
    if m.hv == "ref":  # it runs at EL2, and writes its log by semihosting
        machine += ",virtualization=on"
        semihosting += ",chardev=refhv"
    command = [qemu, "-machine", machine, "-accel", "tcg" + ",thread=single" * m.single]
    command += ["-cpu", m.cpu or CPU, "-smp", m.smp, "-m", m.mem, "-nodefaults", "-no-reboot"]
    command += ["-monitor", "none", "-display", m.display, "-serial", m.serial]
    command += vm.screen_arguments(m, out)
    command += ["-boot", "menu=on,splash-time=0"]  # or the firmware waits for a key
    if m.hv == "ref":
        command += ["-chardev", f"file,id=refhv,path={out / 'refhv.log'}"]
    command += ["-semihosting-config", semihosting]
    command += ["-drive", f"if=pflash,format=raw,file={code},readonly=on"]
    command += ["-drive", f"if=pflash,format=raw,file={my_vars}"]
    return command + vm.drive_words(m, out) + m.extra

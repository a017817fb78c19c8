# SPDX-License-Identifier: MIT
"""A machine to boot in QEMU: what may be chosen, firmware, disk image, command line.

running.py runs it, verdicts.py says what came out. Standard library only. Everything that can be
missing on a machine raises Unusable with a message that names the package.
"""
import fcntl
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

# The package that brings a tool or file, by distribution family.
PACKAGES = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-system-aarch64": "qemu-system-arm (Debian, Ubuntu) or qemu-system-aarch64",
    "mformat": "mtools",
    "mmd": "mtools",
    "mcopy": "mtools",
    "timeout": "coreutils",
    "openssl": "openssl",
    "sbsign": "sbsigntool (Debian, Ubuntu), sbsigntools (Fedora, Arch)",
    "sbverify": "sbsigntool (Debian, Ubuntu), sbsigntools (Fedora, Arch)",
    "faketime": "faketime (Debian, Ubuntu), libfaketime (Fedora, Arch)",
    "cert-to-efi-sig-list": "efitools",
    "flash-var": "efitools",
    "sfdisk": "fdisk (Debian, Ubuntu) or util-linux (Fedora, Arch)",
    "grub-mkimage": "grub-common and grub-efi-amd64-bin (Debian, Ubuntu), "
    "grub2-tools and grub2-efi-x64-modules (Fedora) or grub (Arch)",
    "xorriso": "xorriso (Debian, Ubuntu, Fedora) or libisoburn (Arch)",
    "qemu-img": "qemu-utils (Debian, Ubuntu) or qemu-img (Fedora, Arch)",
    "display": "qemu-system-gui (Debian, Ubuntu) or qemu-ui-gtk (Fedora, Arch)",
    "firmware": "ovmf (Debian, Ubuntu) or edk2-ovmf (Fedora, Arch); for ARM64 qemu-efi-aarch64 "
    "(Debian, Ubuntu) or edk2-aarch64",
}

# Builds without SMM and Secure Boot: the SMM build takes long under TCG with many processors.
FIRMWARE = [
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),  # Debian, Ubuntu
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),  # Arch
    ("/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),  # Fedora
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"),
]

# Builds with SMM and Secure Boot, and variables without any key.
SECURE_FIRMWARE = [
    # Debian, Ubuntu
    ("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),  # Arch
    ("/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),  # Fedora
]


# Processors that an xAPIC can name, and the first QEMU whose TCG has an x2APIC.
XAPIC_PROCESSORS, X2APIC_QEMU = 255, (9,)
# So many OVMF 2022.11 starts (1024 hang in it; edk2 made room for their stacks in 2024).
OLD_OVMF_PROCESSORS = 512
# What names more of them to interrupt messages: an IOMMU that remaps interrupts.
X2APIC_MACHINE = ",kernel-irqchip=off,smm=off"
X2APIC_DEVICE = ["-device", "intel-iommu,intremap=on,eim=on"]

HPET_TIMERS = 3, 32  # the least and the most that QEMU's has

HV_FLAGS = "relaxed vpindex time synic stimer runtime reset crash frequencies tlbflush ipi".split()
KVM_CHECK_EXTENSION, KVM_CAP_HYPERV = 0xAE03, 44  # linux/kvm.h

KERNEL_PATH, KERNEL_CFG = "EFI/hvsmp/hvsmp.efi", "EFI/hvsmp/hvsmp.cfg"
REFHV_CFG, BOOT_PATH = "EFI/refhv/refhv.cfg", "EFI/BOOT/BOOTX64.EFI"
SHELL_SCRIPT = "startup.nsh"


class Names(NamedTuple):
    """Where the kernel and what the firmware starts lie on the volume; refhv's image."""

    kernel: str
    boot: str
    refhv: str


NAMES = Names(KERNEL_PATH, BOOT_PATH, "refhv.efi")
SPOIL_PATH, SPOIL_CFG = "EFI/spoil/spoil.efi", "EFI/spoil/spoil.cfg"
IMAGE_BYTES, IMAGE_UNIT = 32 << 20, 16 << 20  # the disk's least size, and its steps beyond
DISPLAY_SIZE = "1024x768"  # of the window of make run DISPLAY=gtk

# Drives for boot media. They have no bootindex: the firmware's boot manager finds them by itself.
ATTACH = {
    "virtio": ["-device", "virtio-blk-pci,drive=media"],
    "scsi": ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=media"],
    "cd": ["-device", "ide-cd,drive=media"],
    "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=media"],
}


class Unusable(Exception):
    """What was asked for cannot be run; the message says why, and what to install."""


class OldQemu(Unusable):
    """The QEMU here cannot emulate such a machine; the message says which can."""


class NoKvm(Exception):
    """/dev/kvm cannot run a guest with Hyper-V enlightenments here; the message says why."""


@dataclass
class Machine:
    """One machine to boot: what the user may choose, in the user's words."""

    arch: str = "x86_64"  # x86_64 | aarch64, see arm64.py
    hv: str = "ref"  # ref | kvm | none
    nested: bool = False  # KVM is not this machine's, but that of one emulated here
    smp: str = "4"  # QEMU's -smp text
    mem: str = "1G"
    cmdline: str = ""  # kernel options
    encoding: str = "utf-8"  # of the options' file
    refhv: list[str] = field(default_factory=list)  # lines of refhv.cfg
    nsh: list[str] = field(default_factory=list)  # lines that the firmware's shell starts with
    spoil: list[str] = field(default_factory=list)  # lines of spoil.cfg, see tests/spoil/
    cpu: str = ""  # QEMU's -cpu text, if not the usual one
    single: bool = False  # all processors in one thread of QEMU (tests/lab/vtl/README.md)
    machine: str = "q35"
    display: str = "none"
    serial: str = "stdio"  # none: the machine has no serial port
    screen: str = ""  # "800x600": a screen of this size, of which QMP can take pictures
    qemu: str = ""
    scale: Path | None = None  # where `make deps-scale` puts QEMU and OVMF for many processors
    code: str = ""
    vars: str = ""
    kernel: str = "hvsmp.efi"  # which image in the build directory
    secure: bool = False  # firmware with Secure Boot, in flash that only SMM writes to
    boots: Path | None = None  # boot media instead of a disk made for this run
    guest: Path | None = None  # any UEFI program instead of the kernel, see guest.py
    args: str = ""  # its load options
    initrd: Path | None = None  # a file that they name with initrd=
    attach: str = "virtio"  # the media's kind of drive, see ATTACH
    extra: list[str] = field(default_factory=list)


def find_tool(name: str, *others: str) -> str:
    """A program's path, also where only root looks; others: its name in other distributions."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    path = next(filter(None, (shutil.which(one, path=places) for one in (name, *others))), None)
    if not path:
        package = PACKAGES.get(name)
        hint = f"install the package {package}, or run: make deps" if package else "not found"
        raise Unusable(f"{name} is missing: {hint}")
    return path


def qemu_version(qemu: str) -> tuple[int, ...]:
    """The version that a QEMU says it has; (0,) if it says none."""
    text = subprocess.run([qemu, "--version"], capture_output=True, text=True, timeout=30).stdout
    match = re.search(r"version (\d+(?:\.\d+)*)", text)
    return tuple(map(int, match[1].split("."))) if match else (0,)


def needs_x2apic(m: Machine) -> bool:
    """Has the machine APIC ids that an xAPIC cannot name, or wants its processor an x2APIC?"""
    return m.hv != "kvm" and (processors(m.smp) > XAPIC_PROCESSORS or "+x2apic" in m.cpu)


def find_qemu(m: Machine) -> str:
    """The QEMU to run: the user's choice, the system's, or for an x2APIC under TCG a newer one."""
    if not needs_x2apic(m):
        return find_tool(m.qemu or "qemu-system-x86_64")
    name = "qemu-system-x86_64"
    own = [m.qemu] if m.qemu else [str(m.scale / name), name] if m.scale else [name]
    found = [path for path in map(shutil.which, own) if path]
    versions = [qemu_version(path) for path in found]
    for path, version in zip(found, versions):
        if version >= X2APIC_QEMU:
            return path
    last = ".".join(map(str, versions[-1])) if versions else "(there is none)"
    raise OldQemu(
        f"QEMU {last} emulates no x2APIC, which more than {XAPIC_PROCESSORS} processors need: "
        f"QEMU {X2APIC_QEMU[0]} does; on Debian 12 run: make deps-scale"
    )


def scale_firmware(m: Machine) -> list[tuple[Path, Path]]:
    """The newer OVMF beside the system's own, for as many processors as want it."""
    if not m.scale or m.hv == "kvm" or processors(m.smp) <= OLD_OVMF_PROCESSORS:
        return []
    return [(m.scale / "OVMF_CODE_4M.fd", m.scale / "OVMF_VARS_4M.fd")]


def find_firmware(code: str = "", nvram: str = "", pairs=FIRMWARE) -> tuple[Path, Path]:
    """The firmware's code and its pristine variables; both may be given by the user."""
    if code:
        nvram = nvram or code.replace("CODE", "VARS")
        for name, path in (("OVMF_CODE", code), ("OVMF_VARS", nvram)):
            if not os.path.isfile(path):
                raise Unusable(f"{name}={path} is not a file")
        return Path(code), Path(nvram)
    for pair in pairs:
        if all(os.path.isfile(path) for path in pair):
            return Path(pair[0]), Path(nvram or pair[1])
    raise Unusable(
        f"no UEFI firmware{' with Secure Boot' if pairs is SECURE_FIRMWARE else ''} found: "
        f"install the package {PACKAGES['firmware']}, "
        "or give OVMF_CODE= and OVMF_VARS="
    )


def processors(smp: str) -> int:
    """How many processors QEMU's -smp text asks for."""
    match = re.match(r"(?:cpus=)?(\d+)(,|$)", smp)
    if not match:
        raise Unusable(f"SMP={smp} does not begin with a number of processors")
    return int(match[1])


def kernel_options(cmdline: str) -> str:
    """The kernel's options: the user's, and an end that QEMU can report unless he chose one."""
    if not re.search(r"(^|\s)exit=", cmdline):
        cmdline = f"{cmdline} exit=qemu".strip()
    return cmdline


def backslashed(path: str) -> str:
    """A path on the volume as the firmware spells it."""
    return "\\" + path.replace("/", "\\")


def config_lines(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def image_files(m: Machine, build: Path) -> dict[str, bytes]:
    """What stands on the disk: the kernel, or the reference hypervisor that starts it.

    Before boot media the reference hypervisor starts GRUB, which finds them. What spoils the
    machine comes between the two, or first.
    """
    options = kernel_options(m.cmdline) + "\n"
    files = {KERNEL_CFG: options.encode(m.encoding)}
    names = arm64.NAMES if m.arch == "aarch64" else NAMES
    starts = [(names.kernel, build / ("grub.efi" if m.boots else m.kernel))]
    refhv = list(m.refhv)
    if m.spoil:
        files[SPOIL_CFG] = config_lines(m.spoil)
        starts.append((SPOIL_PATH, build / "spoil.efi"))
        refhv.append("start=" + backslashed(SPOIL_PATH))
    if m.hv == "ref":
        files[REFHV_CFG] = config_lines(refhv)
        starts.append((names.boot, build / names.refhv))
    if m.nsh:  # with nothing to start, the firmware starts its shell
        files[SHELL_SCRIPT] = "".join(line + "\r\n" for line in m.nsh).encode()
    else:
        starts[-1] = (names.boot, starts[-1][1])  # what the firmware starts
    return files | {path: image.read_bytes() for path, image in starts}


def build_image(image: Path, files: dict[str, bytes]) -> None:
    """A FAT file system that the firmware boots from, without a partition table."""
    tools = {name: find_tool(name) for name in ("mformat", "mmd", "mcopy")}
    env = dict(os.environ, MTOOLS_SKIP_CHECK="1")
    size = max(IMAGE_BYTES, (sum(map(len, files.values())) // IMAGE_UNIT + 2) * IMAGE_UNIT)
    with open(image, "wb") as f:
        f.truncate(size)

    def mtools(tool: str, *args: str, data: bytes | None = None) -> None:
        command = [tools[tool], "-i", str(image), *args]
        result = subprocess.run(command, input=data, capture_output=True, env=env)
        if result.returncode:
            raise Unusable(f"{tool} failed: {result.stderr.decode(errors='replace').strip()}")

    mtools("mformat", "-h", "16", "-s", "63", "-T", str(size // 512), "::")
    parents = {str(p) for name in files for p in Path(name).parents if str(p) != "."}
    mtools("mmd", *(f"::{p}" for p in sorted(parents)))
    for name, data in files.items():
        mtools("mcopy", "-", f"::{name}", data=data)


def probe_kvm() -> None:
    """Raise NoKvm unless /dev/kvm offers Hyper-V enlightenments."""
    try:
        fd = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NoKvm("/dev/kvm does not exist (no virtualisation here, or kvm not loaded)") from None
    except PermissionError:
        raise NoKvm("/dev/kvm may not be opened (join the group kvm)") from None
    except OSError as e:
        raise NoKvm(f"/dev/kvm cannot be opened ({e.strerror})") from None
    try:
        offered = fcntl.ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_HYPERV)
    except OSError as e:
        raise NoKvm(f"/dev/kvm does not answer as KVM does ({e.strerror})") from None
    finally:
        os.close(fd)
    if offered <= 0:
        raise NoKvm("/dev/kvm offers no Hyper-V enlightenments (KVM_CAP_HYPERV is 0)")


def kvm_cpu(qemu: str) -> str:
    """-cpu host with those enlightenments that this QEMU knows."""
    text = subprocess.run(
        [qemu, "-device", "max-x86_64-cpu,help"], capture_output=True, text=True, timeout=30
    ).stdout
    known = set(re.findall(r"\bhv-[a-z-]+", text))
    return ",".join(["host", *(f"hv-{f}" for f in HV_FLAGS if f"hv-{f}" in known)])


def needs_disk(m: Machine) -> bool:
    """Whether this run needs a disk: the reference hypervisor starts before boot media."""
    return not m.boots or m.hv == "ref"


def drive_words(m: Machine, out: Path) -> list[str]:
    """The disk made for this run, and boot media as they are."""
    drive = "file={},format={},if=none,id={},readonly=on"
    words = []
    if needs_disk(m):
        words += ["-drive", drive.format(out / "disk.img", "raw", "disk")]
        words += ["-device", "virtio-blk-pci,drive=disk,bootindex=0"]
    if m.boots:
        if not m.boots.is_file():
            raise Unusable(f"{m.boots} is missing: run make images")
        kind = "vhdx" if m.boots.suffix == ".vhdx" else "raw"
        words += ["-drive", drive.format(m.boots, kind, "media")]
        words += ATTACH[m.attach]
    if m.boots and m.hv == "ref":
        words[-1] += ",bootindex=1"  # where one drive has an index OVMF connects none without
    return words


def find_display(qemu: str, display: str) -> None:
    """QEMU's windows are packages of their own, and need an X or Wayland session."""
    text = subprocess.run([qemu, "-display", "help"], capture_output=True, text=True, timeout=30)
    if display.partition(",")[0] not in text.stdout.split():
        raise Unusable(f"QEMU has no display {display}: install the package {PACKAGES['display']}")
    if display.startswith("gtk") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        raise Unusable("DISPLAY=gtk opens a window: there is no X or Wayland session here")


def socket_path(out: Path) -> Path:
    """The machine's QMP socket; seen from here, as such a path has room for 107 bytes."""
    return Path(min(os.path.relpath(out / "qmp"), str(out / "qmp"), key=len))


def screen_arguments(m: Machine, out: Path) -> list[str]:
    """A graphics card whose monitor prefers the size asked for: the firmware follows it."""
    if not m.screen and m.display == "none":
        return []
    match = re.fullmatch(r"(\d+)x(\d+)", m.screen or DISPLAY_SIZE)
    if not match:
        raise Unusable(f"a screen is WIDTHxHEIGHT, such as 1024x768, not {m.screen}")
    card = ["-device", f"VGA,edid=on,xres={match[1]},yres={match[2]}"]
    return card + ["-qmp", f"unix:{socket_path(out)},server=on,wait=off"]


def timer_words(m: Machine) -> list[str]:
    """What synthetic timers want of the machine: an HPET with messages, a timer a processor."""
    if "preset=guests" not in m.refhv:
        return []
    timers = min(max(processors(m.smp), HPET_TIMERS[0]), HPET_TIMERS[1])
    return ["-global", "hpet.msi=on", "-global", f"hpet.timers={timers}"]


def qemu_command(m: Machine, out: Path) -> list[str]:
    """QEMU's command line. The machine's files (disk, variables, logs) lie in out."""
    if m.arch == "aarch64":
        return arm64.qemu_command(m, out)
    qemu = find_qemu(m)
    if m.display != "none":
        find_display(qemu, m.display)
    pairs = SECURE_FIRMWARE if m.secure else [*scale_firmware(m), *FIRMWARE]
    code, nvram = find_firmware(m.code, m.vars, pairs)
    my_vars = out / f"vars{nvram.suffix}"
    shutil.copyfile(nvram, my_vars)
    if m.hv == "kvm":
        if not m.nested:
            probe_kvm()
        accel, cpu = "kvm", m.cpu or kvm_cpu(qemu)
    elif m.hv == "ref":
        # Without -monitor the firmware parks processors in MWAIT, a busy loop under TCG.
        accel, cpu = "tcg", m.cpu or "qemu64,+svm,+npt,-monitor"
    else:
        accel, cpu = "tcg", m.cpu or "qemu64,-svm,-monitor,-hypervisor"
    if m.single:
        accel += ",thread=single"
    machine, extra = m.machine, m.extra
    if needs_x2apic(m):
        cpu += "" if "+x2apic" in cpu else ",+x2apic"
        machine, extra = machine + X2APIC_MACHINE, X2APIC_DEVICE + extra
    formats = {".qcow2": "qcow2"}
    flash = "if=pflash,format={},file={}"
    machine = f"{machine},smm=on" if m.secure else machine
    command = [qemu, "-machine", machine, "-accel", accel, "-cpu", cpu]
    if m.secure:
        command += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    command += ["-smp", m.smp, "-m", m.mem, "-nodefaults", "-no-reboot", "-monitor", "none"]
    command += ["-display", m.display, "-serial", m.serial]
    command += screen_arguments(m, out)
    command += ["-drive", flash.format(formats.get(code.suffix, "raw"), code) + ",readonly=on"]
    command += ["-drive", flash.format(formats.get(nvram.suffix, "raw"), my_vars)]
    command += drive_words(m, out)
    command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if m.hv == "ref":
        command += timer_words(m)
        command += ["-debugcon", f"file:{out / 'refhv.log'}"]
        command += ["-global", "isa-debugcon.iobase=0x402"]
    return command + extra


from tools.machine import arm64  # noqa: E402  it stands on the above

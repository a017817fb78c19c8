# SPDX-License-Identifier: MIT
"""Boot to the first instruction of an image and wait there for gdb: the tool behind `make debug`.

The firmware decides where an image lies, so its symbols cannot be loaded before it runs. This
puts a jump-to-self at the entry point of the copy on the disk image, waits until the boot
processor spins there, stops the machine and writes a gdb script that knows the address: it
restores the instruction, loads the symbols and runs to the image's main function.
"""
import re
import shutil
import struct
import time
from pathlib import Path

from tools.machine import arm64, qmp, run, running, vm

SPIN = b"\xeb\xfe"  # jmp .
ARM64_SPIN = b"\x00\x00\x00\x14"  # b .
PE_POINTER, PE_ENTRY = 0x3C, 0x28  # PE/COFF: e_lfanew; AddressOfEntryPoint from the signature on
MAIN = {"hvsmp": "kernel_main", "refhv": "efi_main"}
GDB_PORT = 1234
PAGE = 4096


def patch_entry(image: bytes, spin: bytes = SPIN) -> tuple[bytes, int, bytes]:
    """An image that spins at its entry point, the entry's offset, and the bytes it replaced."""
    (pe,) = struct.unpack_from("<I", image, PE_POINTER)
    (entry,) = struct.unpack_from("<I", image, pe + PE_ENTRY)
    (count,) = struct.unpack_from("<H", image, pe + 6)
    (optional,) = struct.unpack_from("<H", image, pe + 20)
    for i in range(count):
        size, rva, _, at = struct.unpack_from("<4I", image, pe + 24 + optional + 40 * i + 8)
        if rva <= entry < rva + size:
            at += entry - rva
            original = image[at : at + len(spin)]
            return image[:at] + spin + image[at + len(spin) :], entry, original
    raise vm.Unusable("the image's entry point lies in none of its sections")


def wait_for_entry(
    monitor: qmp.Monitor, entry: int, seconds: float, spin: bytes = SPIN
) -> int:
    """Stop the machine where the boot processor spins at the entry; returns the image's base."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        monitor.call("stop")
        rip = monitor.rip()
        if rip % PAGE == entry % PAGE and monitor.bytes_at(rip, len(spin)) == spin:
            return rip - entry
        monitor.call("cont")
        time.sleep(0.1)
    raise vm.Unusable(f"the image was not started within {seconds:.0f} s")


def refhv_symbols(log: Path, elf: Path) -> str:
    """gdb's command for the hypervisor that runs beneath the kernel; it has copied itself there."""
    found = re.search(
        r"^refhv: start .*\bimage=(0x[0-9a-f]+)", log.read_text("ascii", "replace"), re.M
    )
    if not found:
        raise vm.Unusable(f"{log} does not say where the reference hypervisor lies")
    return f"add-symbol-file {elf.resolve()} -o {found[1]}\n"


def write_script(
    path: Path, elf: Path, base: int, entry: int, original: bytes, main: str, more: str
) -> None:
    stores = "\n".join(
        f"set {{unsigned char}}{base + entry + i:#x} = {byte:#x}" for i, byte in enumerate(original)
    )
    path.write_text(
        f"set confirm off\nset pagination off\n"
        f"file {elf.resolve()}\ntarget remote localhost:{GDB_PORT}\n{stores}\n"
        f"symbol-file {elf.resolve()} -o {base:#x}\n{more}"
        f"set confirm on\nset pagination on\nbreak {main}\ncontinue\n"
    )


def main() -> None:
    parser = run.argument_parser("Boot to an image's first instruction and wait for gdb.")
    parser.add_argument("--image", choices=MAIN, default="hvsmp")
    args = parser.parse_args()
    if args.secure:
        raise vm.Unusable("SECURE=1 does not go with debug, which changes the signed image")
    out = args.out or args.build / "debug"
    out.mkdir(parents=True, exist_ok=True)
    sock = out / "qmp.sock"
    sock.unlink(missing_ok=True)
    m = run.machine(args)
    m.extra = ["-qmp", f"unix:{sock},server=on,wait=off", "-gdb", f"tcp:localhost:{GDB_PORT}"]
    command = vm.qemu_command(m, out)
    files = vm.image_files(m, args.build)
    names, kernel, spin, gdb = vm.NAMES, "hvsmp", SPIN, "gdb"
    if m.arch == "aarch64":
        names, kernel, spin = arm64.NAMES, Path(arm64.KERNEL).stem, ARM64_SPIN
        # Debian's and Ubuntu's gdb knows the host's architecture alone.
        gdb = "gdb-multiarch" if shutil.which("gdb-multiarch") else "gdb"
    refhv = args.build / Path(names.refhv).with_suffix(".so")
    elf = args.build / f"{kernel}.so" if args.image == "hvsmp" else refhv
    where = names.kernel if m.hv == "ref" and args.image == "hvsmp" else names.boot
    files[where], entry, original = patch_entry(files[where], spin)
    vm.build_image(out / "disk.img", files)

    with running.start_qemu(command, out) as child:
        try:
            base = wait_for_entry(qmp.Monitor(sock), entry, args.timeout or 120, spin)
            script = out / f"{args.image}.gdb"
            more = ""
            if m.hv == "ref" and args.image == "hvsmp":
                more = refhv_symbols(out / "refhv.log", refhv)
            write_script(script, elf, base, entry, original, MAIN[args.image], more)
            print(f"{elf.stem}.efi stands at its first instruction, image base {base:#x}.")
            print(f"In another terminal:\n\n    {gdb} -q -x {script}\n", flush=True)
            terminal = run.Terminal()
            for raw in child.stdout:
                terminal(running.clean_line(raw))
        finally:
            child.terminate()


if __name__ == "__main__":
    run.guarded("debug", main)

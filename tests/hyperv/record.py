#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Take down anew what boot cases say on their serial port, byte by byte, as COM1 would bring it.

    tests/hyperv/record.py [--build DIR] [NAME...]      after make; NAME: a log of LOGS below

The logs are what the stand-in for Hyper-V plays back. Unlike serial.log of the boot tests they are
not cleaned. `make test GROUP=unit` says when they are of another schema than the kernel's.
"""
import argparse
import gzip
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from tools.boot.cases import MACHINE_KEYS, load_cases, processors  # noqa: E402
from tools.machine import vm  # noqa: E402

LOGS = {  # log: boot case
    "ok": "ref-2",
    "degraded": "f30-status-05",
    "failed": "f37-cr4",
    "panic": "panic-bsp",
    "bench": "bench",
    "conformance": "conformance-1",
    "poweroff": "exit-poweroff",
    "1024": "ref-1024",  # wants `make deps-scale`, and minutes
}
COMPRESSED_FROM = 16384  # bytes


def record(name: str, case: dict, build: Path) -> None:
    out = build / "hyperv" / "record" / name
    out.mkdir(parents=True, exist_ok=True)
    settings = {key: case[key] for key in MACHINE_KEYS if key in case}
    m = vm.Machine(**{**settings, "smp": str(case["smp"])}, scale=build / "qemu-scale")
    command = vm.qemu_command(m, out)
    raw = out / "raw.log"
    command[command.index("-serial") + 1] = f"file:{raw}"
    if vm.needs_disk(m):
        vm.build_image(out / "disk.img", vm.image_files(m, build))
    subprocess.run(["timeout", "-k", "5", str(120 + 2 * processors(case)), *command])
    data = raw.read_bytes()
    plain, packed = HERE / "logs" / f"{name}.log", HERE / "logs" / f"{name}.log.gz"
    if len(data) < COMPRESSED_FROM:
        plain.write_bytes(data)
    else:
        packed.write_bytes(gzip.compress(data, mtime=0))
    print(f"{name}: {len(data)} bytes of {case['name']}")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--build", type=Path, default=Path("build"))
    p.add_argument("names", nargs="*", help="logs; default: all but 1024")
    args = p.parse_args()
    cases = {case["name"]: case for case in load_cases()}
    for name in args.names or [name for name in LOGS if name != "1024"]:
        record(name, cases[LOGS[name]], args.build)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""A guard against growth that counts instead of timing: the group `counts` of `make test`.

Boots the kernel with mode=bench in QEMU, once under the reference hypervisor and once without,
steps the first processors through their way from the first instruction to the arrival by QEMU's gdb
stub, and holds what it has counted against bounds.toml; arm64.py does it for ARM64, where that was
built. Output is TAP. Exit code: 0 if nothing has grown, 1 if something has, or could not be
counted.
"""
import argparse
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from tools import ROOT
from tools.boot import witness
from tools.counts import arm64, gdbstub
from tools.machine import debug, qmp, running, verdicts, vm

BOUNDS = ROOT / "tests" / "counts" / "bounds.toml"
PROCESSORS = 4
# Stepping takes real time, in which processors seem to be late: patience, and a second round.
CMDLINE = "mode=bench rounds=2 log=quiet deadline=60000 cap=600000"
SECONDS = 300
MOST_STEPS = 5000
PAGE_SHIFT = 12
# LOCK CMPXCHG, whatever registers the compiler has chosen.
LOCK_CMPXCHG = (
    b"\xf0\x0f\xb1",
    *(bytes((0xF0, 0x40 + rex, 0x0F, 0xB1)) for rex in range(8)),
)
FIRST_METHOD = {"ref": "hv-serial", "none": "sipi-serial"}


def symbols(elf: Path) -> dict[str, tuple[int, int]]:
    """Address and size of every function."""
    text = subprocess.run(
        [vm.find_tool("nm"), "-S", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for words in map(str.split, text.splitlines()):
        if len(words) == 4:
            found[words[3]] = int(words[0], 16), int(words[1], 16)
        elif len(words) == 3:
            found.setdefault(words[2], (int(words[0], 16), 0))
    return found


class Kernel:
    """Where the kernel lies in this run, and where processors enter it."""

    def __init__(self, base: int, names: dict[str, tuple[int, int]]):
        self.base, self.names = base, names

    def address(self, name: str) -> int:
        return self.base + self.names[name][0]

    def is_in(self, name: str, address: int) -> bool:
        return 0 <= address - self.address(name) < self.names[name][1]


def find_entry(machine: gdbstub.Gdb, kernel: Kernel, hv: str) -> int:
    """The address of the first instruction of a processor that is started here."""
    if hv == "ref":
        return kernel.address("ap_entry_long")
    send = kernel.address("arch_apic_send_startup")  # (apic_id, vector)
    machine.set_breakpoint(send)
    machine.run()
    vector = machine.register(gdbstub.RSI) & 0xFF
    machine.remove_breakpoint(send)
    return vector << PAGE_SHIFT


def count_arrival(machine: gdbstub.Gdb, kernel: Kernel, processor: str) -> int:
    """Instructions up to the compare-and-swap in arrive() that says "I am in", and that one."""
    count, at = 0, machine.register(gdbstub.RIP)
    for _ in range(MOST_STEPS):
        arrives = kernel.is_in("arrive", at) and machine.read(at, 4).startswith(LOCK_CMPXCHG)
        machine.step(processor)
        before, at = at, machine.register(gdbstub.RIP)
        count += at != before  # QEMU may stop before it has done anything
        if arrives and at != before:
            return count
    raise gdbstub.Lost(f"{MOST_STEPS} instructions, and it has not arrived")


def count_instructions(machine: gdbstub.Gdb, kernel: Kernel, hv: str) -> list[int]:
    """For each processor of the first round."""
    entry = find_entry(machine, kernel, hv)
    machine.set_breakpoint(entry)
    counts = [count_arrival(machine, kernel, machine.run()) for _ in range(PROCESSORS - 1)]
    machine.remove_breakpoint(entry)
    return counts


def boot(build: Path, hv: str) -> tuple[list[int], dict, list[witness.Event]]:
    """Instructions of each processor, the benchmark's result, and refhv's log."""
    out = build / "counts" / hv
    out.mkdir(parents=True, exist_ok=True)
    sockets = {name: out / f"{name}.sock" for name in ("qmp", "gdb")}
    for path in (*sockets.values(), out / "refhv.log"):
        path.unlink(missing_ok=True)
    m = vm.Machine(hv=hv, smp=str(PROCESSORS), cmdline=CMDLINE, refhv=["log=late"])
    m.extra = ["-qmp", f"unix:{sockets['qmp']},server=on,wait=off"]
    m.extra += ["-gdb", f"unix:{sockets['gdb']},server=on,wait=off"]
    command = vm.qemu_command(m, out)
    files = vm.image_files(m, build)
    where = vm.KERNEL_PATH if hv == "ref" else vm.BOOT_PATH
    files[where], entry, original = debug.patch_entry(files[where])
    vm.build_image(out / "disk.img", files)
    with running.start_qemu(command, out, SECONDS) as child:
        try:
            base = debug.wait_for_entry(qmp.Monitor(sockets["qmp"]), entry, SECONDS)
            machine = gdbstub.Gdb(sockets["gdb"], SECONDS)
            machine.write(base + entry, original)
            kernel = Kernel(base, symbols(build / "hvsmp.so"))
            counts = count_instructions(machine, kernel, hv)
            machine.detach()
            serial = child.stdout.read()
        finally:
            child.terminate()
    lines = [running.clean_line(raw) for raw in serial.split(b"\n")]
    (out / "serial.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("disk.img", "vars.fd"):
        (out / name).unlink(missing_ok=True)
    log = out / "refhv.log"
    text = log.read_text(encoding="ascii", errors="replace") if log.exists() else ""
    result = verdicts.find_report(lines, "bench")
    if result["verdict"] != "ok":
        raise gdbstub.Lost(f"the benchmark's verdict is {result['verdict']}")
    return counts, result, witness.parse_log(text)


def rounds_of(result: dict, name: str) -> list[dict]:
    rounds = next(method["rounds"] for method in result["methods"] if method["name"] == name)
    if not rounds:
        raise gdbstub.Lost(f"{name} is not offered")
    return rounds


def least(result: dict, name: str, key: str) -> int:
    """Of all rounds: what a round has more is a repetition for a processor that seemed late."""
    return min(one[key] for one in rounds_of(result, name))


def measure(build: Path) -> dict[str, int]:
    by_call, result, log = boot(build, "ref")
    by_sipi, plain, _ = boot(build, "none")
    first = rounds_of(result, "hv-serial") + rounds_of(result, "hv-fanout")
    before = next(i for i, e in enumerate(log) if e.name == "init")
    return {
        "instructions-0x99": max(by_call),
        "instructions-sipi": max(by_sipi),
        "calls-0x99": max(one["hypercalls"] for one in first),
        "calls-0x9A": sum(event.is_call(witness.GET_VP_INDEX) for event in log),
        "ipis-by-0x99": sum(event.name in ("init", "sipi") for event in log[:before]),
        "ipis-serial": least(plain, "sipi-serial", "ipis"),
        "ipis-parallel": least(plain, "sipi-parallel", "ipis"),
        "ipis-broadcast": least(plain, "sipi-broadcast", "ipis"),
        "bytes-per-processor": max(result["bytes_per_processor"], plain["bytes_per_processor"]),
        "bytes-image": (build / "hvsmp.efi").stat().st_size,
    }


def load_bounds(text: str) -> dict[str, dict]:
    """The bounds; a mistake in them is an error, never a silent pass."""
    bounds = tomllib.loads(text)
    for name, bound in bounds.items():
        if not {"now", "growth"} <= set(bound) <= {"now", "growth", "limit"}:
            raise ValueError(f"bounds.toml: {name} must have now and growth, and may have limit")
        if bound["now"] + bound["growth"] > bound.get("limit", bound["now"] + bound["growth"]):
            raise ValueError(f"bounds.toml: {name} may grow beyond its own limit")
    return bounds


def judge(bounds: dict[str, dict], counted: dict[str, int]) -> list[tuple[str, str, str]]:
    """For each bound its name, what is wrong ("" if nothing), and what else is to be said."""
    if set(bounds) != set(counted):
        raise ValueError(f"bounds and counts differ in {sorted(set(bounds) ^ set(counted))}")
    results = []
    for name, bound in bounds.items():
        value, most = counted[name], bound["now"] + bound["growth"]
        wrong = note = ""
        if value > most:
            wrong = f"is {value}, was {bound['now']}, must be at most {most}"
        elif value != bound["now"]:
            note = f"{value}; bounds.toml says {bound['now']}"
        else:
            note = str(value)
        results.append((name, wrong, note))
    return results


def held(bounds: dict[str, dict], count, build: Path) -> list[tuple[str, str, str]]:
    """What judge says of all that one function counts."""
    try:
        return judge(bounds, count(build))
    except (gdbstub.Lost, ValueError) as e:
        return [(name, f"not counted: {e}", "") for name in bounds]


def run_counts(build: Path) -> Counter:
    """Print TAP; return how many passed, failed and were skipped."""
    counts = Counter(passed=0, failed=0, skipped=0)
    bounds = load_bounds(BOUNDS.read_text())
    arm = {name: bound for name, bound in bounds.items() if name.startswith(arm64.PREFIX)}
    own = {name: bound for name, bound in bounds.items() if name not in arm}
    why_not = arm64.missing(build)
    print("TAP version 13")
    print(f"1..{len(bounds)}", flush=True)
    results = held(own, measure, build)
    if not why_not:
        results += held(arm, arm64.measure, build)
    for number, (name, wrong, note) in enumerate(results, 1):
        counts["failed" if wrong else "passed"] += 1
        print(
            f"{'not ok' if wrong else 'ok'} {number} - counts/{name} # {wrong or note}", flush=True
        )
    for number, name in enumerate(arm if why_not else (), len(results) + 1):
        counts["skipped"] += 1
        print(f"ok {number} - counts/{name} # SKIP {why_not}", flush=True)
    return counts


def main() -> int:
    p = argparse.ArgumentParser(description="Count what a start costs, and hold it against bounds.")
    p.add_argument("--build", type=Path, default=ROOT / "build")
    args = p.parse_args()
    try:
        counts = run_counts(args.build)
    except (ValueError, vm.Unusable) as e:
        print(f"counts: {e}", file=sys.stderr)
        return 1
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

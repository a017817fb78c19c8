#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot hvsmp in an Azure virtual machine of its own, and say what it reports.

    boot.py [--size SIZE] [--location PLACE] [--options "mode=conformance"] [--dry-run]

It makes a resource group, a disk in it, uploads the image, makes a Generation 2 machine from the
disk (no agent, no public address), waits for the report in the boot log, and removes the group with
all that is in it - also after an error, Ctrl-C or SIGTERM. docs/azure.md says more.

Exit code: 0 the verdict is ok, 2 degraded, 3 failed; 1 no report, and an error says why; 128 and
the signal's number if a signal ended it.
"""
import argparse
import secrets
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import az  # noqa: E402
import bootlog  # noqa: E402
import disk  # noqa: E402
import pages  # noqa: E402
import plan  # noqa: E402
import run  # noqa: E402
import signals  # noqa: E402
import sizes  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
IMAGES = {"x64": "build/hvsmp-azure.vhd", "Arm64": "build/aarch64/hvsmp-aa64-azure.vhd"}
KNOWN = az.Failed, disk.BadDisk, pages.Refused, run.NoReport, signals.Interrupted
REPEAT = "repeat=20"  # as boot/azure.cfg


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(
        description="Boot hvsmp in an Azure virtual machine; remove everything afterwards.",
        epilog="Exit code: 0 verdict ok, 2 degraded, 3 failed, 1 no report.",
    )
    p.add_argument("--size", default=sizes.DEFAULT, help=f"({sizes.DEFAULT}); see --sizes")
    p.add_argument("--location", default="eastus2", help="a region (eastus2)")
    p.add_argument("--image", type=Path, help="the VHD (the one that make azure made)")
    p.add_argument("--options", default="", help='for the kernel, such as "mode=conformance"')
    p.add_argument("--group", default="", help="name of the group, which must not exist yet")
    p.add_argument("--minutes", type=float, default=15, help="to wait for the report (15)")
    p.add_argument("--every", type=float, default=20, help="seconds from look to look (20)")
    p.add_argument("--out", type=Path, help="directory for what is left (build/azure/GROUP)")
    p.add_argument("--keep", action="store_true", help="do not remove the group: it costs on")
    p.add_argument("--dry-run", action="store_true", help="only print each command")
    p.add_argument("--sizes", action="store_true", help="only list sizes, prices, what they show")
    args = p.parse_args()
    args.size = getattr(sizes.find(args.size), "name", args.size)
    if not args.size.startswith("Standard_"):
        p.error(f"--size {args.size}: a size is written as {sizes.DEFAULT}")
    args.group = args.group or f"hvsmp-{secrets.token_hex(4)}"
    args.out = args.out or ROOT / "build/azure" / args.group
    args.image = args.image or ROOT / IMAGES[sizes.architecture(args.size)]
    return args


def load(args: argparse.Namespace) -> bytes:
    data = disk.read(args.image)
    if args.options:
        words = args.options.split()
        repeats = any(word.startswith("repeat=") for word in words)
        data = disk.with_options(data, " ".join(words + ([] if repeats else [REPEAT])))
    return data


def dry_run(args: argparse.Namespace, data: bytes) -> None:
    """Every command as it would be run; what is no command of az is a comment."""
    commands = plan.Plan(args.group, args.size, args.location)
    parts = disk.ranges(data)
    written = sum(length for _, length in parts)
    for line in commands.before(len(data)):
        print(shlex.join(line))
    print(f"# {len(parts)} requests PUT \"$SAS&comp=page\", {written} of {len(data)} bytes")
    print(shlex.join(commands.revoke()))
    if commands.is_nvme:
        print(shlex.join(commands.mark_nvme()))
    print(shlex.join(commands.create()))
    print("# only if that is refused for Trusted Launch:")
    print("# " + shlex.join(commands.create(standard=True)))
    for line in commands.behind():
        print(shlex.join(line))
    print(f"# every {args.every:.0f} s, for {args.minutes:.0f} minutes at most: GET of the log")
    print("# also after an error, Ctrl-C or SIGTERM:")
    for line in commands.remove():
        print(shlex.join(line))


def boot(args: argparse.Namespace, data: bytes) -> int:
    """One machine, and the exit code that its report stands for."""
    args.out.mkdir(parents=True, exist_ok=True)
    machine = run.Run(args, data, signals.Signals())
    result = machine.all()
    report = result.report
    print("\n".join(result.table))
    print(f"{args.out}: serial.log, {result.kind}.json, machine.json")
    if result.kind != "report":
        print(f"verdict of {result.kind}: {report['verdict']}")
    return bootlog.EXIT_CODES[report["verdict"]]


def tell(e: BaseException) -> None:
    """All that went wrong, the first thing first: what cleans up may fail as well."""
    if isinstance(e.__context__, KNOWN):
        tell(e.__context__)
    print(f"boot.py: {e}", file=sys.stderr)


def main() -> int:
    args = arguments()
    if args.sizes:
        print(sizes.table())
        return 0
    try:
        data = load(args)
        if args.dry_run:
            dry_run(args, data)
            return 0
        return boot(args, data)
    except KNOWN as e:
        tell(e)
        return 128 + e.number if isinstance(e, signals.Interrupted) else 1


if __name__ == "__main__":
    sys.exit(main())

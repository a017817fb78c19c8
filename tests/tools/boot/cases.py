# SPDX-License-Identifier: MIT
"""The declared boot cases: read from tests/boot/*.toml, checked, chosen."""
import sys
from collections import Counter
from pathlib import Path

from tools import ROOT
from tools.boot import expect, secure_cases
from tools.machine import vm

try:
    import tomllib
except ImportError:
    sys.exit("the tests need Python 3.11 or newer (tomllib)")

CASE_FILES = sorted((ROOT / "tests" / "boot").glob("*.toml"))
MACHINE_KEYS = {
    "arch", "hv", "smp", "mem", "cmdline", "refhv", "cpu", "machine", "extra", "serial", "boots",
    "attach", "screen", "spoil", "encoding", "nsh", "guest", "payload", "args", "initrd",
    "single",
}  # fmt: skip
CASE_KEYS = MACHINE_KEYS | {"name", "group", "keys", "slow", "seconds"} | secure_cases.KEYS


def inherit(base: dict, own: dict) -> dict:
    """What a table says, over what it takes over. `expect` is taken over key by key, but one that
    says how the machine `ends` is about something else than the base's and stands alone.
    """
    merged = base | own
    expected = own.get("expect", {})
    if "ends" not in expected:
        merged["expect"] = base.get("expect", {}) | expected
    return merged


def read_cases(text: str) -> list[dict]:
    """The cases of a file in full: [defaults], over them [group.NAME], over these [[NAME]]."""
    arrays = tomllib.loads(text)
    defaults, groups = arrays.pop("defaults", {}), arrays.pop("group", {})
    for name in set(groups) - set(arrays):
        raise ValueError(f"[group.{name}]: there is no case of this group")
    cases = []
    for group, own in arrays.items():
        if not isinstance(own, list):
            raise ValueError(
                f"[{group}]: a case is [[{group}]], what a group shares [group.{group}]"
            )
        base = inherit(defaults, groups.get(group, {}))
        for case in own:
            if "group" in case or {"name", "group"} & set(base):
                raise ValueError(
                    f"[[{group}]]: a case's group is the table's name; none shares a name"
                )
            cases.append(inherit(base, case) | {"group": group})
    return cases


def load_cases(*paths: Path) -> list[dict]:
    """The declared cases; a mistake in the declaration is an error, never a silent pass."""
    cases = [case for path in paths or CASE_FILES for case in read_cases(path.read_text())]
    for name, count in Counter(case.get("name") for case in cases).items():
        if count > 1:
            raise ValueError(f"{count} cases have the name {name}")
    for case in cases:
        unknown = set(case) - CASE_KEYS - {"expect"}
        missing = {"name", "group", "hv", "smp", "expect"} - set(case)
        if unknown or missing:
            what = f"unknown keys {unknown}, missing keys {missing}"
            raise ValueError(f"case {case.get('name')}: {what}")
        check_media(case)
        check_guest(case)
        expect.check_keys(case["name"], case["expect"])
    return cases


def check_media(case: dict) -> None:
    """ValueError if a case says of boot media what cannot be done with them."""
    attach, steps = case.get("attach", "virtio"), case.get("keys", [])
    if attach not in vm.ATTACH:
        raise ValueError(f"{case['name']}: attach is {attach}, must be one of {sorted(vm.ATTACH)}")
    if "boots" not in case and {"attach", "keys"} & set(case):
        raise ValueError(f"{case['name']}: attach and keys go with boots")
    if "boots" in case and "cmdline" in case:
        raise ValueError(f"{case['name']}: boot media bring their own cmdline")
    if case["hv"] == "ref" and case.get("boots", ".iso")[-4:] != ".iso":
        raise ValueError(f"{case['name']}: the reference hypervisor starts GRUB, for an .iso only")
    if not all(
        len(step) == 2 and all(isinstance(word, str) and word for word in step) for step in steps
    ):
        raise ValueError(f"{case['name']}: keys must be pairs, a text to wait for and what to type")


def check_guest(case: dict) -> None:
    """ValueError if a case without a guest says what only guests have, or the other way about."""
    if ("guest" in case) != (case["expect"].get("ends") == "guest"):
        raise ValueError(f"{case['name']}: guest goes with ends = \"guest\"")
    if {"args", "initrd"} & set(case) and not {"guest", "payload"} & set(case):
        raise ValueError(f"{case['name']}: args and initrd go with guest and payload")
    if {"payload_status", "payload_reason"} & set(case["expect"]) and "payload" not in case:
        raise ValueError(f"{case['name']}: payload_status and payload_reason go with payload")


def processors(case: dict) -> int:
    return vm.processors(str(case["smp"]))


def choose(cases: list[dict], group: str, names: list[str]) -> list[dict]:
    chosen = [case for case in cases if not group or case["group"] == group]
    chosen = [case for case in chosen if not names or case["name"] in names]
    unknown = set(names) - {case["name"] for case in chosen}
    if unknown or not chosen:
        groups = sorted({case["group"] for case in cases})
        raise ValueError(f"no such case: {' '.join(sorted(unknown)) or group}; groups: {groups}")
    return chosen

# SPDX-License-Identifier: MIT
"""Cases with a guest that is not the kernel: how it ends, and that it broke no rule."""
from pathlib import Path

from tools.boot import vp_lives, witness
from tools.machine import guest, running

KEYS = {"ends", "status", "serial", "log", "never", "known"}
FILES = ("guest", "payload", "initrd")  # keys that name a file in the build directory
PASSED, TESTS_FAILED = 1, 3  # what isa-debug-exit makes of the guest's 0 and 1


def check_keys(name: str, expected: dict) -> None:
    unknown = set(expected) - KEYS
    if unknown:
        raise ValueError(f"{name}: a guest leaves no report: {sorted(unknown)}")


def settings(case: dict, build: Path) -> dict:
    return {key: build / case[key] for key in FILES if key in case}


def missing(case: dict, build: Path) -> str:
    """Why the case cannot be run, if one of its files was not brought here."""
    absent = [path for path in settings(case, build).values() if not path.is_file()]
    return f"{absent[0]} is missing: make deps-guests" if absent else ""


def check(case: dict, outcome: running.Outcome, log: str) -> list[str]:
    known = case["expect"].get("known", [])
    failures = [line for line in outcome.lines if line.startswith("FAIL: ")]
    wrong = [line for line in failures if not any(part in line for part in known)]
    due = {case["expect"].get("status", PASSED)} | ({TESTS_FAILED} if known else set())
    status, reason = guest.judge(case["hv"], outcome, log)
    if case.get("arch") == "aarch64" and case["hv"] == "ref":
        wrong += vp_lives.check(witness.parse_log(log))
    if status not in due:
        dues = " nor ".join(map(str, sorted(due)))
        wrong.append(f"the guest ended with {status}, not {dues}{': ' if reason else ''}{reason}")
    return wrong

# SPDX-License-Identifier: MIT
"""Calls of the az command line: bounded, as JSON, and with a clear word for what goes wrong."""
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess

FORM = ["--output", "json", "--only-show-errors"]


class Failed(Exception):
    """az did not do it; the message has its command, its last words and a hint."""

    def __init__(self, message: str, said: str = ""):
        super().__init__(message)
        self.said = said


class TimedOut(Failed):
    """az had not ended when it had to; whether Azure does it is not known."""


# Part of what az says, and what it means here; the first that fits.
HINTS = [
    (r"az login|AADSTS|No subscription found", "not logged in: az login"),
    (r"AuthorizationFailed", "the role Contributor is needed, on the subscription or a group"),
    (r"RequestDisallowedByPolicy",
     "a policy of this tenant forbids it; it is named above, and its owner can make an exception"),
    (r"QuotaExceeded|exceeding approved|quota",
     "no quota for this family of sizes here: ask for one, or take another size (--sizes)"),
    (r"SkuNotAvailable|NotAvailableForSubscription|AllocationFailed|ZonalAllocation",
     "this size cannot be had here now: another --location, or another size (--sizes)"),
    (r"Disk Controller Type|diskControllerType|\bNVMe\b",
     "the disk must be marked for NVMe, which sizes of version 6 and later want"),
    (r"UseStandardSecurityType",
     "once for the subscription, and it takes minutes: az feature register --namespace "
     "Microsoft.Compute --name UseStandardSecurityType; az provider register -n "
     "Microsoft.Compute"),
    (r"unrecognized arguments|invalid choice|is not a valid value|not recognized|misspelled",
     "this az is too old or too new for it; tried with 2.45, --security-type Standard wants 2.53"),
    (r"trusted ?launch|security ?type",
     "Trusted Launch and Standard do not mix, and Trusted Launch starts no unsigned image"),
    (r"ActiveUpload|ReadyToUpload|ActiveSAS|revoke",
     "the disk's SAS must be revoked before it can be attached"),
    (r"upload ?size", "the size to upload counts the footer of 512 bytes"),
    (r"hyper-?v(isor)? ?generation",
     "the disk must be of generation V2, and the size must know it"),
    (r"OSProvisioningTimedOut",
     "Azure waits for an agent: that is expected of an image, not of an attached disk"),
    (r"LocationNotAvailable|InvalidLocation|NoRegisteredProviderFound",
     "this location is not there for you: az account list-locations"),
]  # fmt: skip


def hint(said: str) -> str:
    found = (text for pattern, text in HINTS if re.search(pattern, said, re.IGNORECASE))
    return next(found, "")


def words(command: str, *options: str) -> list[str]:
    """The command line as it is printed and run, without the words for its form."""
    return ["az", *command.split(), *options]


def program() -> str:
    path = shutil.which("az")
    if not path:
        raise Failed("there is no az: https://learn.microsoft.com/cli/azure/install-azure-cli, or "
                     "the package azure-cli of Debian")  # fmt: skip
    return path


def end(child: subprocess.Popen) -> None:
    """It and what it has started: az itself is often a script around a program."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
            break
    child.stdout.close()
    child.stderr.close()


def call(line: list[str], seconds: float, whole: bool = False, raw: bool = False):
    """Run one command; its answer, as JSON.

    whole: whoever is interrupted meanwhile waits for the end, so that what was begun is known.
    raw: the answer as it came, bytes.
    az gets no terminal and a session of its own: Ctrl-C is for us alone to act on.
    """
    shown = shlex.join(line)
    child = subprocess.Popen(
        [program(), *line[1:], *FORM], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        end(child)
        raise TimedOut(f"{shown}: no answer within {seconds:.0f} s") from None
    except BaseException:
        if whole:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.communicate(timeout=seconds)
        end(child)
        raise
    said = err.decode("utf-8", "replace").strip()
    if child.returncode:
        last = said or f"exit code {child.returncode}"
        advice = hint(said)
        raise Failed(f"{shown}\n  {last}" + (f"\n  -> {advice}" if advice else ""), said)
    if raw:
        return out
    try:
        return json.loads(out) if out.strip() else None
    except ValueError:
        raise Failed(f"{shown}: the answer is not JSON: {out[:80]!r}") from None

# SPDX-License-Identifier: MIT
"""One run on Azure, step by step, and its end, which is the same however it comes."""
import argparse
import contextlib
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import az
import bootlog
import pages
import signals
import sizes
from plan import MINUTE, REMOVE_MINUTES, Plan

CREATE_MINUTES = 20
AROUND_MINUTES = 10  # for what comes before and behind the wait, usually
EMPTY = (
    "the boot log is empty: did the firmware find the disk? The portal's screenshot (--keep) shows "
    "it; with Trusted Launch the image is refused and COM1 is off"
)
LOG_MOST, LOG_TIMEOUT_S = 64 << 20, 60


class NoReport(Exception):
    """The machine has not reported; the message has the last that it said."""


class Run:
    def __init__(self, args: argparse.Namespace, data: bytes, held: signals.Signals):
        self.args, self.data, self.signals = args, data, held
        self.plan = Plan(args.group, args.size, args.location)
        self.is_group_tried = self.is_sas_tried = False

    def say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more: that stops no removal
            print(text, flush=True)

    def do(self, line: list[str], minutes: float = 3, **how):
        self.say(f"$ {' '.join(word or repr(word) for word in line)}")
        return az.call(line, minutes * MINUTE, **how)

    def all(self) -> bootlog.Result:
        self.look_before()
        minutes = self.args.minutes + AROUND_MINUTES
        self.say(f"{self.args.size} in {self.args.location}: at most {minutes:.0f} minutes, "
                 f"{sizes.cost(self.args.size, minutes)} at list price; if this is killed: "
                 f"az group delete -n {self.args.group} --yes")  # fmt: skip
        return self.signals.both(self.work, self.clean_up)

    def work(self) -> bootlog.Result:
        self.is_group_tried = True
        self.do(self.plan.make_group(), whole=True)
        self.do(self.plan.make_disk(len(self.data)), 10)
        self.signals.both(self.upload, self.revoke)
        if self.plan.is_nvme:
            self.do(self.plan.mark_nvme())
        self.create()
        self.do(self.plan.diagnostics())
        self.look_at_machine()
        return self.wait()

    def look_before(self) -> None:
        """What costs nothing and says early what will not go."""
        account = self.do(self.plan.account())
        self.say(f"subscription {account.get('name')}")
        if self.do(self.plan.exists()):
            raise az.Failed(f"the group {self.args.group} is there already: it is removed at the "
                            "end, so it must be new")  # fmt: skip
        found = [sku for sku in self.do(self.plan.skus(), 5) or []
                 if sku.get("name", "").lower() == self.args.size.lower()]  # fmt: skip
        if not found:
            raise az.Failed(f"{self.args.location} has no size {self.args.size}: another one of "
                            "both (--sizes)")  # fmt: skip
        self.check_size(found[0])

    def check_size(self, sku: dict) -> None:
        can = {c.get("name"): c.get("value", "") for c in sku.get("capabilities") or []}
        for limit in sku.get("restrictions") or []:
            if limit.get("type") == "Location":
                raise az.Failed(f"{self.args.size}: {limit.get('reasonCode')} in this location: "
                                "another one, another size, or ask for it")  # fmt: skip
        if "V2" not in can.get("HyperVGenerations", "V2"):
            raise az.Failed(f"{self.args.size} has no machines of generation 2")
        architecture = can.get("CpuArchitectureType", self.plan.architecture)
        if architecture != self.plan.architecture:
            raise az.Failed(f"{self.args.size} is of {architecture}: say --image, and tell us")
        controllers = can.get("DiskControllerTypes", "SCSI")
        self.plan.is_nvme = "SCSI" not in controllers

    def upload(self) -> None:
        self.is_sas_tried = True
        access = self.do(self.plan.grant(), whole=True) or {}
        sas = next((value for key, value in access.items() if key.lower() == "accesssas"), "")
        if not sas:
            raise az.Failed(f"grant-access gave no SAS but {sorted(access)}")
        self.say(f"uploading {self.args.image}")
        pages.upload(sas, self.data, self.say)

    def revoke(self) -> None:
        """Always: a disk with a SAS can neither be attached nor, for a time, removed."""
        if not self.is_sas_tried:
            return
        try:
            self.do(self.plan.revoke(), 10)
        except az.Failed as e:
            self.say(f"the SAS of the disk is not revoked: {e}")
            raise

    def create(self) -> None:
        """As the disk is, and if that is refused for Trusted Launch, explicitly without it."""
        try:
            self.do(self.plan.create(), CREATE_MINUTES)
        except az.TimedOut as e:
            self.say(f"{e}: going on, as an attached disk has no agent that says it is ready")
        except az.Failed as e:
            if "launch" not in e.said.lower() and "securitytype" not in e.said.lower():
                raise
            self.say(f"{e}\nonce more, as Standard")
            self.do(self.plan.create(standard=True), CREATE_MINUTES)

    def look_at_machine(self) -> None:
        machine = self.do(self.plan.show()) or {}
        (self.args.out / "machine.json").write_text(json.dumps(machine, indent=1) + "\n")
        kind = (machine.get("securityProfile") or {}).get("securityType")
        if kind not in (None, "Standard"):
            self.say(f"warning: the machine is of the security type {kind}: with Secure Boot it "
                     "starts no unsigned image, and its COM1 may be off")  # fmt: skip

    def fetch_log(self) -> bytes:
        """The log itself by its address; by way of az where that does not go."""
        uris = self.do(self.plan.log_uris()) or {}
        try:
            with urllib.request.urlopen(
                uris.get("serialConsoleLogBlobUri") or "", timeout=LOG_TIMEOUT_S
            ) as answer:
                return answer.read(LOG_MOST)
        except urllib.error.HTTPError as e:
            if e.code == 404:  # nothing was taken down yet
                return b""
            self.say(f"the log's address answers {e.code}: by way of az")
        except (OSError, ValueError) as e:
            self.say(f"the log's address is of no use ({e}): by way of az")
        return self.do(self.plan.log(), raw=True)

    def look(self) -> tuple[bootlog.Result, list[str]]:
        """One look at the log. That it cannot be had yet is no failure."""
        try:
            raw = self.fetch_log()
        except az.Failed as e:
            self.say(f"no boot log yet: {e}")
            raw = b""
        said = bootlog.lines(raw)
        if any(said):
            (self.args.out / "serial.log").write_text("\n".join(said) + "\n", encoding="utf-8")
        return bootlog.Result(said), [line for line in said if line]

    def wait(self) -> bootlog.Result:
        end = time.monotonic() + self.args.minutes * MINUTE
        while True:
            result, said = self.look()
            if result.is_whole() or time.monotonic() + self.args.every > end:
                break
            self.say(f"  {len(said)} lines so far; the next look in {self.args.every:g} s")
            time.sleep(self.args.every)
        if result.report:  # its table may be missing
            self.keep(result)
            return result
        if result.panic:
            raise NoReport(f"the kernel panicked: {result.panic} ({self.args.out}/serial.log)")
        last = f"the last line was: {said[-1]}" if said else EMPTY
        raise NoReport(f"no report within {self.args.minutes:g} minutes; {last}")

    def keep(self, result: bootlog.Result) -> None:
        path: Path = self.args.out / f"{result.kind}.json"
        path.write_text(json.dumps(result.report, indent=1) + "\n")

    def clean_up(self) -> None:
        """Everything is in the group. What stays is said, with what removes it."""
        if not self.is_group_tried:
            return
        group, remove = self.args.group, f"az group delete -n {self.args.group} --yes"
        if self.args.keep:
            self.say(f"the group {group} stays, and costs {sizes.cost(self.args.size, MINUTE)} an "
                     f"hour, also if the machine is off by itself; to remove it: {remove}"
                     )  # fmt: skip
            return
        try:
            if not self.do(self.plan.exists()):
                self.say(f"there is no group {group}: nothing is left")
                return
            self.do(self.plan.delete())
            self.do(self.plan.deleted(), REMOVE_MINUTES + 1)
            gone = not self.do(self.plan.exists())
        except az.Failed as e:
            self.say(f"the group {group} MAY STILL BE THERE, and cost: {remove}\n{e}")
            raise
        if not gone:
            raise az.Failed(f"the group {group} IS STILL THERE, and costs: {remove}")
        self.say(f"the group {group} is removed")

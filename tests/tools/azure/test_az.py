# SPDX-License-Identifier: MIT
"""az.py with a program in az's place: bounds, errors, and signals to the real boot.py."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from tools import ROOT
from tools.azure import standins, test_boot

import az

# It notes its words, and does what the file of the name of its command says.
STAND_IN = """#!/bin/sh
here=${0%/*}
echo "$*" >>"$here/calls"
name=
for word; do case $word in -*) break ;; *) name=${name:+$name-}$word ;; esac; done
[ -e "$here/$name" ] || exit 0
. "$here/$name"
"""


class AzTest(unittest.TestCase):
    def setUp(self):
        self.tmp = Path(self.enterContext(tempfile.TemporaryDirectory()))
        program = self.tmp / "az"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        path = f"{self.tmp}{os.pathsep}{os.environ['PATH']}"
        self.enterContext(mock.patch.dict(os.environ, PATH=path))

    def does(self, name: str, text: str) -> None:
        (self.tmp / name).write_text(text + "\n")

    def calls(self) -> list[str]:
        return (self.tmp / "calls").read_text().splitlines()


class CallTest(AzTest):
    def test_answers(self):
        self.does("group-exists", "echo true")
        self.does("account-show", 'echo \'{"name": "x"}\'')
        self.assertIs(az.call(az.words("group exists", "-n", "g"), 60), True)
        self.assertEqual(az.call(az.words("account show"), 60), {"name": "x"})
        self.assertIsNone(az.call(az.words("disk revoke-access"), 60))
        self.assertEqual(self.calls()[0], "group exists -n g --output json --only-show-errors")

    def test_raw(self):
        self.does("vm-show", "printf 'a\\377'")
        self.assertEqual(az.call(az.words("vm show"), 60, raw=True), b"a\xff")

    def test_errors(self):
        self.does("vm-create", "echo 'ERROR: QuotaExceeded' >&2; exit 1")
        with self.assertRaisesRegex(az.Failed, "(?s)az vm create.*QuotaExceeded.*-> no quota"):
            az.call(az.words("vm create"), 60)
        self.does("vm-create", "exit 3")
        with self.assertRaisesRegex(az.Failed, "exit code 3"):
            az.call(az.words("vm create"), 60)
        self.does("vm-create", "echo hello")
        with self.assertRaisesRegex(az.Failed, "not JSON: b'hello"):
            az.call(az.words("vm create"), 60)

    def test_no_answer(self):
        self.does("vm-create", "exec sleep 600")
        with self.assertRaisesRegex(az.TimedOut, "no answer within 1 s"):
            az.call(az.words("vm create"), 1)

    def test_no_az(self):
        with mock.patch.dict(os.environ, PATH="/nonexistent"):
            with self.assertRaisesRegex(az.Failed, "there is no az: https"):
                az.call(az.words("vm show"), 60)


class SignalTest(AzTest):
    """The whole program, its az hanging in one command, and a signal to its process group."""

    def start(self, hangs: str, seconds: int) -> subprocess.Popen:
        skus = json.dumps([standins.Azure.SKU])
        self.does("account-show", 'echo \'{"name": "x"}\'')
        self.does("vm-list-skus", f"echo '{skus}'")
        self.does("group-create", 'touch "$here/group"')
        self.does("group-exists", 'if [ -e "$here/group" ]; then echo true; else echo false; fi')
        self.does("group-delete", 'rm "$here/group"')
        was = (self.tmp / hangs).read_text() if (self.tmp / hangs).exists() else ""
        self.does(hangs, f'touch "$here/hangs"; sleep {seconds}; {was}')
        image = self.tmp / "x.vhd"
        image.write_bytes(test_boot.DISK)
        command = [sys.executable, ROOT / "scripts/azure/boot.py", "--image", image,
                   "--out", self.tmp / "out", "--group", "g"]  # fmt: skip
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def interrupted(self, hangs: str, number: int, seconds: int = 600) -> str:
        with self.start(hangs, seconds) as child:
            end = time.monotonic() + 60
            while not (self.tmp / "hangs").exists() and time.monotonic() < end:
                time.sleep(0.02)
            os.killpg(child.pid, number)  # as a terminal does
            out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 128 + number, out + err)
        self.assertFalse((self.tmp / "group").exists(), out)
        return out + err

    def test_az_is_ended_with_it(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            said = self.interrupted("disk-create", number)
            self.assertIn("the group g is removed", said)
            (self.tmp / "hangs").unlink()

    def test_a_group_that_is_being_made_is_waited_for(self):
        """az is not hit by the terminal's Ctrl-C, and what it makes is removed."""
        self.interrupted("group-create", signal.SIGINT, seconds=1)
        self.assertTrue(any("group delete" in call for call in self.calls()))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""Ctrl-C and SIGTERM in every step of boot.py, with stand-ins: whatever was made is removed."""
import os
import signal
import subprocess
import sys
import unittest
from unittest import mock

from tools.azure import SCRIPTS, standins, test_boot

import az
import pages


class SignalTest(test_boot.BootTest):
    """Ctrl-C at each command, before it has its effect and behind it: nothing is left."""

    def steps(self) -> list[str]:
        self.assertEqual(self.boot(), 0)
        return list(dict.fromkeys(self.azure.called))

    def test_ctrl_c_in_each_step(self):
        cleaning = {"group delete", "group wait"}
        for step in self.steps():
            for when in ("before", "after"):
                with self.subTest(step=step, when=when):
                    self.azure = standins.Azure(self.store, test_boot.DISK)
                    hit = {step: lambda: signal.raise_signal(signal.SIGINT)}
                    setattr(self.azure, when, hit)
                    with mock.patch.object(az, "call", self.azure.call):
                        self.fails("ended by SIGINT", code=130)
                    if "group create" in self.azure.called:
                        self.assertTrue(cleaning <= set(self.azure.called) or self.azure.group
                                        is None)  # fmt: skip
                    if "disk grant-access" in self.azure.called:
                        self.assertIn("disk revoke-access", self.azure.called)

    def test_ctrl_c_in_the_upload(self):
        with mock.patch.object(
            pages, "put", side_effect=lambda *_: signal.raise_signal(signal.SIGINT)
        ):
            self.fails("ended by SIGINT", code=130)
        self.assertIn("disk revoke-access", self.azure.called)

    def test_ctrl_c_in_the_wait(self):
        self.store.logs = []
        with mock.patch("time.sleep", side_effect=lambda _: signal.raise_signal(signal.SIGTERM)):
            self.fails("ended by SIGTERM", "--minutes", "5", code=143)

    def test_again_while_cleaning_up(self):
        """Impatience ends nothing that removes."""
        hit = lambda: signal.raise_signal(signal.SIGINT)  # noqa: E731
        self.azure.before = {"disk create": hit, "group delete": hit, "group wait": hit}
        self.fails("ended by SIGINT", code=130)
        self.assertIn("group wait", self.azure.called)

    def test_nohup_is_left_alone(self):
        code = (
            "import signal, signals; signals.Signals(); "
            "print(repr(signal.getsignal(signal.SIGHUP)))"
        )
        for action, due in ((signal.SIG_IGN, "SIG_IGN"), (signal.SIG_DFL, "Signals.came")):
            said = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True,
                env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
                preexec_fn=lambda: signal.signal(signal.SIGHUP, action),
            ).stdout  # fmt: skip
            self.assertIn(due, said)


if __name__ == "__main__":
    unittest.main()

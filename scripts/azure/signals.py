# SPDX-License-Identifier: MIT
"""Ctrl-C and the like: the first one ends the work, none of them ends what cleans up behind it."""
import contextlib
import os
import signal

NAMES = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupted(BaseException):
    """One came. Not an Exception: nothing that looks for failures takes it for one."""

    def __init__(self, number: int):
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


class Signals:
    """Raises Interrupted once at most, and not while held."""

    def __init__(self):
        self.held, self.raised, self.waiting = 0, False, None
        for name in NAMES:
            number = getattr(signal, name)
            if name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self.came)

    def came(self, number: int, _frame) -> None:
        if self.held or self.raised:
            self.waiting = number
            with contextlib.suppress(OSError):  # not print, which may be under way
                os.write(2, b"cleaning up; please wait\n")
            return
        self.raised = True
        raise Interrupted(number)

    def hold(self) -> None:
        self.held += 1

    def release(self) -> None:
        """One that came meanwhile is raised now."""
        self.held = max(0, self.held - 1)
        if self.waiting and not self.held and not self.raised:
            self.raised = True
            raise Interrupted(self.waiting)

    def both(self, work, after):
        """What work() gives; after() runs whole, whatever ends work() and wherever.

        Twice, because the first `finally` may itself be interrupted; the second cannot be then.
        """
        try:
            try:
                return work()
            finally:
                self.hold()
        finally:
            after()
            self.release()

# SPDX-License-Identifier: MIT
"""One date for everything that is built, so that the same commit makes the same bytes."""
import os
import subprocess

from tools import ROOT
from tools.machine import vm

WITHOUT_GIT = 1767225600  # 2026-01-01
RANGE = range(315532800, 4354819200)  # the years that FAT can tell: 1980 to 2107


def find() -> tuple[int, str]:
    """The date of all that is made, seconds since 1970, and where it is from."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text:
        if not text.isdigit() or int(text) not in RANGE:
            raise vm.Unusable(
                f"SOURCE_DATE_EPOCH={text} is no number of seconds since 1970 between 1980 and 2107"
            )
        return int(text), "SOURCE_DATE_EPOCH"
    if (ROOT / ".git").exists():
        git = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        try:
            return int(subprocess.run(git, capture_output=True, check=True).stdout), "HEAD"
        except (OSError, ValueError, subprocess.CalledProcessError):
            pass
    return WITHOUT_GIT, "no git here, a fixed date"

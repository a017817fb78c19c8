#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot hvsmp once and show live what the kernel says; --help has the options."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from tools.machine import run  # noqa: E402

run.guarded("run", run.main)

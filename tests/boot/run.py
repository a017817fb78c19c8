#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the declared boot cases, or some of them; README.md has the options."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.boot import runner  # noqa: E402

sys.exit(runner.main())

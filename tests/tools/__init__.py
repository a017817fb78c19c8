# SPDX-License-Identifier: MIT
"""The project's tools. tests/ is on the module path by `make`, or by the entry points."""
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

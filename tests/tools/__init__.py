# SPDX-License-Identifier: MIT
"""The project's tools. tests/ is on the module path: `make` exports it, and so do the entry points."""
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

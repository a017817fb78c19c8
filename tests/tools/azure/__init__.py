# SPDX-License-Identifier: MIT
"""scripts/azure, tried without Azure: stand-ins for az and for the store that takes pages."""
import sys

from tools import ROOT

SCRIPTS = ROOT / "scripts/azure"
sys.path.insert(0, str(SCRIPTS))

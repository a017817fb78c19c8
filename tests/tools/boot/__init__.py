# SPDX-License-Identifier: MIT
"""The boot cases: read, run, judged."""

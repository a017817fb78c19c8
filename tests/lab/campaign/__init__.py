# SPDX-License-Identifier: MIT
"""Chance: random combinations of faults, and one start over and over."""

# SPDX-License-Identifier: MIT
"""Debian's az, only to see whether its parser takes what scripts/azure says to it."""

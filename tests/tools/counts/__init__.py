# SPDX-License-Identifier: MIT
"""A guard against growth that counts instead of timing."""

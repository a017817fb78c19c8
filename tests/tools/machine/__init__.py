# SPDX-License-Identifier: MIT
"""A machine to boot in QEMU: what it is made of, how it runs, what it says."""

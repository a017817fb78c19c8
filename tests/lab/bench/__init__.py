# SPDX-License-Identifier: MIT
"""The benchmark: this kernel and its peers in one run."""

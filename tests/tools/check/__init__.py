# SPDX-License-Identifier: MIT
"""Steps of `make check` that read sources and objects."""

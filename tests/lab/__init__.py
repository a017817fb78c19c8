# SPDX-License-Identifier: MIT
"""Rigs that are no part of the product: machines and measurements around it."""

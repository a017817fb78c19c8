# SPDX-License-Identifier: MIT
"""The screen: its glyphs, and pictures of it read back into characters."""

# SPDX-License-Identifier: MIT
"""What guests that nobody here wrote are made of: see README.md."""

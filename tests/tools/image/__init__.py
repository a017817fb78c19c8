# SPDX-License-Identifier: MIT
"""What is made of the kernel: a PE image, boot media, signatures."""

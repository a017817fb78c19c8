# SPDX-License-Identifier: MIT
"""The real KVM in an emulated machine."""

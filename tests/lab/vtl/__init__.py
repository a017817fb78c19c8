# SPDX-License-Identifier: MIT
"""Linux in VTL mode under the reference hypervisor."""

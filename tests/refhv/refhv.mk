# SPDX-License-Identifier: MIT
# The reference hypervisor: every source in tests/refhv and its wings, but for ARM64's.
HYPERVISOR = refhv
REFHV_SRCS = $(filter-out tests/refhv/aarch64/%, \
	$(wildcard $(addprefix tests/refhv/,*.c */*.c */*.asm)))

# SPDX-License-Identifier: MIT
# The reference hypervisor: every source in tests/refhv and its wings.
REFHV_SRCS = $(wildcard $(addprefix tests/refhv/,*.c */*.c */*.asm))

# SPDX-License-Identifier: MIT
# The reference hypervisor for ARM64: its own wings, and what it shares with x86-64's.
HYPERVISOR = refhv-aa64
REFHV_SHARED = crash_line line span calls/map_list calls/topology faults/acpi faults/log \
	faults/parse faults/strike faults/table loader/acpi_find loader/files loader/launch \
	loader/memory_map loader/resident
REFHV_SRCS = $(wildcard $(addprefix tests/refhv/aarch64/,*.c */*.c */*.S)) \
	$(patsubst %,tests/refhv/%.c,$(REFHV_SHARED))

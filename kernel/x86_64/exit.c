/* SPDX-License-Identifier: MIT */
/* What an exit needs of the I/O space: the FADT's registers, and the test machine's port. */
#include "kernel/exit.h"

#include "acpi/acpi.h"
#include "arch/x86_64/x86.h"
#include "lib/log.h"

#define QEMU_EXIT_PORT  0xF4 /* -device isa-debug-exit,iobase=0xf4,iosize=4 */
#define QEMU_EXIT_LOOKS 1000000U

void exit_write_register(const struct acpi_register *r, uint32_t value, bool wide)
{
	if (!r->present || r->space != ACPI_SPACE_IO)
		return;
	if (wide)
		arch_port_write16((uint16_t)r->address, (uint16_t)value);
	else
		arch_port_write8((uint16_t)r->address, (uint8_t)value);
}

void exit_test_machine(enum exit_code code)
{
	arch_port_write32(QEMU_EXIT_PORT, code);
	for (uint32_t i = 0; i < QEMU_EXIT_LOOKS; i++) /* newer QEMUs take a moment */
		arch_pause();
	log_error("exit=qemu: there is no isa-debug-exit device at port 0x%x: halted",
		  QEMU_EXIT_PORT);
}

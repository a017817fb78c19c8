/* SPDX-License-Identifier: MIT */
/* What an exit needs of the I/O space: the FADT's registers, and the test machine's port. */
#include "kernel/exit.h"

#include "acpi/acpi.h"
#include "arch/x86_64/x86.h"
#include "lib/log.h"

#define QEMU_EXIT_PORT  0xF4 /* -device isa-debug-exit,iobase=0xf4,iosize=4 */
#define QEMU_EXIT_LOOKS 1000000U

/* A port, or a byte of memory: the reset register may lie in either. */
void exit_write_register(const char *name, const struct acpi_register *r, uint32_t value, bool wide)
{
	uint64_t page = r->address & ~(uint64_t)(PAGE_SIZE - 1);

	if (!r->present)
		return;
	if (r->space == ACPI_SPACE_IO) {
		if (wide)
			arch_port_write16((uint16_t)r->address, (uint16_t)value);
		else
			arch_port_write8((uint16_t)r->address, (uint8_t)value);
	} else if (r->space == ACPI_SPACE_MEMORY && !wide &&
		   !arch_map(page, page, PAGE_SIZE, ARCH_MAP_WRITE | ARCH_MAP_DEVICE)) {
		*(volatile uint8_t *)r->address = (uint8_t)value;
	} else {
		log_error("exit: the FADT's %s register in space %u at 0x%lx cannot be written",
			  name, r->space, (unsigned long)r->address);
	}
}

void exit_test_machine(enum exit_code code)
{
	arch_port_write32(QEMU_EXIT_PORT, code);
	for (uint32_t i = 0; i < QEMU_EXIT_LOOKS; i++) /* newer QEMUs take a moment */
		arch_pause();
	log_error("exit=qemu: there is no isa-debug-exit device at port 0x%x: halted",
		  QEMU_EXIT_PORT);
}

/* SPDX-License-Identifier: MIT */
/*
 * How a PC ends: reset and power-off ask the firmware's runtime services first, and use the FADT's
 * registers if those return or fault; a test machine has a port.
 */
#include "kernel/exit.h"

#include "acpi/acpi.h"
#include "arch/x86_64/x86.h"
#include "kernel/platform.h"
#include "lib/log.h"

#define QEMU_EXIT_PORT  0xF4 /* -device isa-debug-exit,iobase=0xf4,iosize=4 */
#define QEMU_EXIT_LOOKS 1000000U

#define SLP_EN          (1U << 13) /* PM1 control, ACPI 4.8.3.2.1 */
#define SLP_TYP_SHIFT   10

static const struct platform *platform;

void exit_steps_init(const struct platform *p)
{
	platform = p;
}

/* A port, or a byte of memory: the reset register may lie in either. */
static void write_register(const char *name, const struct acpi_register *r, uint32_t value,
			   bool wide)
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

static void write_pm1(const char *what, const struct acpi_register *control, uint8_t slp_typ)
{
	write_register(what, control, (uint32_t)slp_typ << SLP_TYP_SHIFT | SLP_EN, true);
}

static void power_off_by_fadt(enum exit_code code)
{
	(void)code;
	if (!platform->has_fadt)
		return;
	if (!platform->has_s5) {
		/* Another state than the one that is meant may be all that a guess gets. */
		log_error("no \\_S5 in the DSDT or an SSDT: the sleep type is not guessed");
		return;
	}
	write_pm1("PM1a control", &platform->fadt.pm1a_control, platform->slp_typ[0]);
	write_pm1("PM1b control", &platform->fadt.pm1b_control, platform->slp_typ[1]);
}

static void reset_by_fadt(enum exit_code code)
{
	(void)code;
	if (platform->has_fadt)
		write_register("reset", &platform->fadt.reset, platform->fadt.reset_value, false);
}

static void end_test_machine(enum exit_code code)
{
	arch_port_write32(QEMU_EXIT_PORT, code);
	for (uint32_t i = 0; i < QEMU_EXIT_LOOKS; i++) /* newer QEMUs take a moment */
		arch_pause();
	log_error("exit=qemu: there is no isa-debug-exit device at port 0x%x: halted",
		  QEMU_EXIT_PORT);
}

const exit_step exit_steps[][EXIT_STEPS] = {
	[EXIT_QEMU] = {end_test_machine},
	[EXIT_HALT] = {NULL},
	[EXIT_RESET] = {exit_ask_firmware, reset_by_fadt, exit_give_up},
	[EXIT_POWEROFF] = {exit_ask_firmware, power_off_by_fadt, exit_give_up},
};

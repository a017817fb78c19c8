/* SPDX-License-Identifier: MIT */
/*
 * The end of a run: the test machine's exit port, or halt, reset, power-off. Reset and power-off
 * ask the firmware's runtime services first, and use the FADT's registers if those return.
 */
#include "kernel/exit.h"

#include "kernel/platform.h"

#include "lib/log.h"

#define QEMU_EXIT_PORT  0xF4 /* -device isa-debug-exit,iobase=0xf4,iosize=4 */
#define QEMU_EXIT_LOOKS 1000000U
#define SLP_EN          (1U << 13) /* PM1 control, ACPI 4.8.3.2.1 */
#define SLP_TYP_SHIFT   10

static const struct boot_info *boot_info;
static const struct platform *platform;
static enum option_exit method = EXIT_HALT;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how)
{
	boot_info = boot;
	platform = p;
	method = how;
}

static void write_register(const struct acpi_register *r, uint32_t value, bool wide)
{
	if (!r->present || r->space != ACPI_SPACE_IO)
		return;
	if (wide)
		arch_port_write16((uint16_t)r->address, (uint16_t)value);
	else
		arch_port_write8((uint16_t)r->address, (uint8_t)value);
}

static void ask_firmware(enum boot_reset kind)
{
	static enum boot_reset argument; /* the firmware's tables do not map our stacks */

	argument = kind;
	if (boot_info && boot_info->reset)
		arch_call_on_firmware_tables(boot_info->reset, &argument);
}

static void power_off_by_fadt(void)
{
	struct acpi_table dsdt;
	uint8_t a = 0;
	uint8_t b = 0;

	if (!platform->has_fadt)
		return;
	/* If the DSDT's \_S5 cannot be read: 0 is what Hyper-V and QEMU use. */
	if (platform->fadt.dsdt && !acpi_load(&platform->acpi, platform->fadt.dsdt, "DSDT", &dsdt))
		(void)acpi_s5_find(&dsdt, &a, &b);
	write_register(&platform->fadt.pm1a_control, (uint32_t)a << SLP_TYP_SHIFT | SLP_EN, true);
	write_register(&platform->fadt.pm1b_control, (uint32_t)b << SLP_TYP_SHIFT | SLP_EN, true);
}

static void power_off(void)
{
	ask_firmware(BOOT_RESET_POWER_OFF);
	power_off_by_fadt();
	log_error("the machine does not power off: halted");
}

static void reset(void)
{
	ask_firmware(BOOT_RESET_COLD);
	if (platform->has_fadt)
		write_register(&platform->fadt.reset, platform->fadt.reset_value, false);
	arch_triple_fault();
}

_Noreturn void exit_machine(enum exit_code code)
{
	switch (method) {
	case EXIT_QEMU:
		arch_port_write32(QEMU_EXIT_PORT, code);
		for (uint32_t i = 0; i < QEMU_EXIT_LOOKS; i++) /* newer QEMUs take a moment */
			arch_pause();
		log_error("exit=qemu: there is no isa-debug-exit device at port 0x%x: halted",
			  QEMU_EXIT_PORT);
		break;
	case EXIT_POWEROFF: power_off(); break;
	case EXIT_RESET: reset(); break;
	case EXIT_HALT: break;
	}
	arch_park();
}

/* SPDX-License-Identifier: MIT */
/*
 * The end of a run: the test machine's exit port, or halt, reset, power-off. Reset and power-off
 * ask the firmware's runtime services first, and use the FADT's registers if those return.
 */
#include "kernel/exit.h"

#include "kernel/platform.h"

#include "lib/log.h"

#define SLP_EN        (1U << 13) /* PM1 control, ACPI 4.8.3.2.1 */
#define SLP_TYP_SHIFT 10

static const struct boot_info *boot_info;
static const struct platform *platform;
static enum option_exit method = EXIT_HALT;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how)
{
	boot_info = boot;
	platform = p;
	method = how;
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
	exit_write_register(&platform->fadt.pm1a_control, (uint32_t)a << SLP_TYP_SHIFT | SLP_EN,
			    true);
	exit_write_register(&platform->fadt.pm1b_control, (uint32_t)b << SLP_TYP_SHIFT | SLP_EN,
			    true);
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
		exit_write_register(&platform->fadt.reset, platform->fadt.reset_value, false);
	arch_end();
}

_Noreturn void exit_machine(enum exit_code code)
{
	switch (method) {
	case EXIT_QEMU: exit_test_machine(code); break;
	case EXIT_POWEROFF: power_off(); break;
	case EXIT_RESET: reset(); break;
	case EXIT_HALT: break;
	}
	arch_park();
}

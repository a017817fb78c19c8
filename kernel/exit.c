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

static void write_pm1(const struct acpi_register *control, uint8_t slp_typ)
{
	exit_write_register(control, (uint32_t)slp_typ << SLP_TYP_SHIFT | SLP_EN, true);
}

static void power_off_by_fadt(void)
{
	if (!platform->has_fadt)
		return;
	if (!platform->has_s5) {
		/* Another state than the one that is meant may be all that a guess gets. */
		log_error("no \\_S5 in the DSDT or an SSDT: the sleep type is not guessed");
		return;
	}
	write_pm1(&platform->fadt.pm1a_control, platform->slp_typ[0]);
	write_pm1(&platform->fadt.pm1b_control, platform->slp_typ[1]);
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

/* SPDX-License-Identifier: MIT */
/*
 * The end of a run: the test machine's exit port, or halt, reset, power-off. Reset and power-off
 * ask the firmware's runtime services first, and use the FADT's registers if those return or fault.
 * Each step is tried once: whatever goes wrong in one, the machine goes on with the next.
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

/* The firmware's tables do not map our stacks. */
static void ask_firmware(enum exit_code code)
{
	static enum boot_reset kind;
	enum err e;

	(void)code;
	kind = method == EXIT_POWEROFF ? BOOT_RESET_POWER_OFF : BOOT_RESET_COLD;
	if (!boot_info->reset)
		return;
	e = arch_call_on_firmware_tables(boot_info->reset, &kind);
	log_error("exit: the firmware's reset service %s", e ? "faulted" : "came back");
}

static void write_pm1(const char *what, const struct acpi_register *control, uint8_t slp_typ)
{
	exit_write_register(what, control, (uint32_t)slp_typ << SLP_TYP_SHIFT | SLP_EN, true);
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
		exit_write_register("reset", &platform->fadt.reset, platform->fadt.reset_value,
				    false);
}

static void give_up(enum exit_code code)
{
	(void)code;
	log_error("the machine does not %s: halted", method == EXIT_RESET ? "reset" : "power off");
}

enum { STEPS = 3 };
static void (*const steps[][STEPS])(enum exit_code) = {
	[EXIT_QEMU] = {exit_test_machine},
	[EXIT_HALT] = {NULL},
	[EXIT_RESET] = {ask_firmware, reset_by_fadt, give_up},
	[EXIT_POWEROFF] = {ask_firmware, power_off_by_fadt, give_up},
};

/* A panic in one of the steps comes here again, and finds that one behind it. */
_Noreturn void exit_machine(enum exit_code code)
{
	static unsigned int done;

	while (done < STEPS && steps[method][done]) {
		done++;
		steps[method][done - 1](code);
	}
	arch_park();
}

/* SPDX-License-Identifier: MIT */
/*
 * How an ARM64 machine ends: reset and power-off are PSCI's, and the firmware's runtime services
 * are asked where there is none; a test machine ends by semihosting.
 */
#include "kernel/exit.h"

#include "arch/aarch64/arm.h"
#include "lib/log.h"

/* Arm DEN0022, 5.1 */
#define PSCI_SYSTEM_OFF   0x84000008U
#define PSCI_SYSTEM_RESET 0x84000009U

void exit_steps_init(const struct platform *p)
{
	(void)p; /* PSCI's conduit is arch/'s */
}

static void by_psci(uint32_t function, const char *name)
{
	int64_t answer;
	enum err e = arch_psci(function, 0, 0, 0, &answer);

	if (e)
		log_error("exit: PSCI %s: %s", name, err_name(e));
	else
		log_error("exit: PSCI %s came back with %ld", name, (long)answer);
}

static void reset_by_psci(enum exit_code code)
{
	(void)code;
	by_psci(PSCI_SYSTEM_RESET, "SYSTEM_RESET");
}

static void power_off_by_psci(enum exit_code code)
{
	(void)code;
	by_psci(PSCI_SYSTEM_OFF, "SYSTEM_OFF");
}

/* As QEMU ends by x86's isa-debug-exit, so that a status means the same on both. */
static void end_test_machine(enum exit_code code)
{
	arch_semihosting_exit((uint64_t)code << 1 | 1);
	log_error("exit=qemu: there is no semihosting: halted");
}

const exit_step exit_steps[][EXIT_STEPS] = {
	[EXIT_QEMU] = {end_test_machine},
	[EXIT_HALT] = {NULL},
	[EXIT_RESET] = {reset_by_psci, exit_ask_firmware, exit_give_up},
	[EXIT_POWEROFF] = {power_off_by_psci, exit_ask_firmware, exit_give_up},
};

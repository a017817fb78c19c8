/* SPDX-License-Identifier: MIT */
/*
 * The end of a run: the test machine's exit, or halt, reset, power-off, in the architecture's
 * steps. Each step is tried once: whatever goes wrong in one, the machine goes on with the next.
 */
#include "kernel/exit.h"

#include "kernel/platform.h"
#include "kernel/repeat.h"

#include "lib/log.h"

static const struct boot_info *boot_info;
static enum option_exit method = EXIT_HALT;

void exit_init(const struct boot_info *boot, const struct platform *p, enum option_exit how)
{
	boot_info = boot;
	exit_steps_init(p);
	method = how;
}

/* The firmware's tables do not map our stacks. */
void exit_ask_firmware(enum exit_code code)
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

void exit_give_up(enum exit_code code)
{
	(void)code;
	log_error("the machine does not %s: halted", method == EXIT_RESET ? "reset" : "power off");
}

/* A panic in one of the steps comes here again, and finds that one behind it. */
_Noreturn void exit_machine(enum exit_code code)
{
	static unsigned int done;

	repeat_run();
	while (done < EXIT_STEPS && exit_steps[method][done]) {
		done++;
		exit_steps[method][done - 1](code);
	}
	arch_park();
}

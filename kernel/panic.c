/* SPDX-License-Identifier: MIT */
/* A panic is printed once, whole, and by one processor. */
#include "kernel/exit.h"

#include "kernel/platform.h"
#include "lib/assert.h"
#include "lib/format.h"
#include "lib/log.h"

static struct smp *machine;
static const struct platform *platform;
static uint64_t boot_base;
static bool under_way;

static void on_panic(const char *fmt, va_list args)
{
	char text[256];
	struct hvsmp_crash crash = {
		.code = EXIT_CODE_PANIC,
		.image_base = boot_base,
		.text = text,
	};

	if (!smp_stop_others(machine)) /* another processor panics and prints */
		arch_park();
	if (under_way) /* a panic within the panic */
		exit_machine(EXIT_CODE_PANIC);
	under_way = true;
	format_va(text, sizeof(text), fmt, args);
	log_print("\nPANIC: %s\n", text);
	arch_backtrace();
	/* Until the processor has its block, an MSR access that faults does not return. */
	if (arch_cpu_owner() &&
	    hvsmp_crash_tell(&platform->hypervisor.features, &platform_machine, &crash))
		log_print("  the host has been told (crash MSRs)\n");
	exit_machine(EXIT_CODE_PANIC);
}

void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base)
{
	boot_base = image_base;
	machine = smp;
	platform = p;
	panic_set_handler(on_panic);
}

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

/* One page, which is all a message may have; its address is what the hypervisor is given. */
static char message[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void on_panic(const char *fmt, va_list args)
{
	struct hvsmp_crash crash = {
		.code = EXIT_CODE_PANIC,
		.os_id = HVSMP_OS_ID,
		.image_base = boot_base,
		.message = {message, (uint64_t)message},
	};
	size_t size;

	if (!smp_stop_others(machine)) /* another processor panics and prints */
		arch_park();
	if (under_way) /* a panic within the panic */
		exit_machine(EXIT_CODE_PANIC);
	under_way = true;
	size = format_va(message, sizeof(message), fmt, args);
	crash.message_size = size < sizeof(message) ? size : sizeof(message) - 1;
	log_print("\nPANIC: %s\n", message);
	arch_backtrace();
	/* Until the processor has its block, a register access that faults does not return. */
	if (arch_cpu_owner() &&
	    hvsmp_crash_tell(&platform->hypervisor.features, &kernel_host, &crash))
		log_print("  the host has been told (crash registers)\n");
	exit_machine(EXIT_CODE_PANIC);
}

void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base)
{
	boot_base = image_base;
	machine = smp;
	platform = p;
	panic_set_handler(on_panic);
}

/* SPDX-License-Identifier: MIT */
/* The kernel as a table of contents. */
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "kernel/modes.h"
#include "kernel/setup.h"
#include "lib/assert.h"
#include "lib/log.h"

extern char _etext[]; /* linker.ld */

static struct kernel kernel;

/* On the boot processor's own stack and tables, where an MSR access that faults comes back. */
static void run(void *arg)
{
	struct kernel *k = arg;
	enum exit_code code;

	if (k->options.log == LOG_DEBUG)
		hypervisor_trace(k->smp.bsp); /* a line for each hypercall */
	hypervisor_open(&k->platform.hypervisor, &k->pages, &k->smp); /* hypercall page */
	platform_clock(&k->platform);                                 /* rate of the TSC */
	platform_ipi_reach(&k->platform, &k->topology);               /* ids beyond the xAPIC's */
	platform_show(&k->platform, k->smp.count);                    /* a line of the log */
	log_debug("mode %s", modes[k->options.mode].name);
	code = modes[k->options.mode].run(k);      /* the reason for all this */
	hypervisor_close(&k->platform.hypervisor); /* as it was found */
	exit_machine(code);
}

_Noreturn void kernel_main(const struct boot_info *boot)
{
	struct kernel *k = &kernel;
	const struct options *o = &k->options;

	arch_early_init(); /* exceptions, from here on */
	k->boot = boot;
	k->entry_tsc = arch_ticks();
	arch_set_image(boot->image_base, (uint64_t)_etext);  /* for backtraces */
	canary_init();                                       /* of the stack protector */
	panic_init(&k->smp, &k->platform, boot->image_base); /* a way to end */
	console_init(boot, &k->options);                     /* serial port, options */
	exit_init(boot, &k->platform, o->exit);              /* how to end */
	if (boot->failure)
		panic("the firmware does not end its boot services: EFI status 0x%lx",
		      (unsigned long)boot->failure);
	if (memory_init(boot, &k->pages)) /* allocator, page tables */
		panic("no memory for page tables");
	k->pages.fail_at = o->fail_alloc; /* for tests */
	if (o->screen)
		framebuffer_open(boot, &k->pages); /* the screen, if there is one */
	platform_find_tables(&k->platform, boot);  /* ACPI */
	platform_ipi(&k->platform);                /* local APIC, whose id is the processor's */
	if (platform_topology(&k->platform, &k->pages, &k->topology)) /* processors */
		panic("no memory for the list of processors");
	hypervisor_detect(&k->platform.hypervisor, o->start != START_SECOND); /* CPUID only */
	bringup_prepare(k);                                                   /* stacks, tables */
	arch_cpu_enter((struct arch_cpu *)k->smp.bsp->arch, run, k);
}

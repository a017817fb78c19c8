/* SPDX-License-Identifier: MIT */
/*
 * audit=on: does the machine, as it runs now, keep what the design promises? Walks the live page
 * tables and looks at the control registers. A broken promise is a warning, and so in the report.
 */
#include "kernel/audit.h"

#include "kernel/setup.h"
#include "kernel/state.h"
#include "lib/log.h"
#include "screen/screen.h"

#define ONE_MIB 0x100000UL

extern char _text[], _etext[], _erodata[];

struct audit {
	const struct boot_info *boot;
	const struct hvsmp_interface *hv; /* NULL: no hypercall page */
	uint64_t page_above;              /* VTL 1's; 0: none */
	uint64_t pages, executable;
	unsigned int broken;
	bool slow_framebuffer; /* reported once, not for each page */
};

static void broken(struct audit *a, const char *what, uint64_t va)
{
	a->broken++;
	log_warn("audit: %s at 0x%lx", what, (unsigned long)va);
}

static bool may_execute(const struct audit *a, uint64_t va, uint64_t size)
{
	if (va >= (uint64_t)_text && va + size <= (uint64_t)_etext)
		return true;
	if (size != PAGE_SIZE)
		return false;
	return va == a->boot->low_page || (a->hv && va == a->hv->page.pa) ||
	       (va && va == a->page_above);
}

/* Such a screen works, if slowly, so nothing else would show that the PAT is wrong. */
static void check_framebuffer(struct audit *a, uint64_t va, uint64_t size, unsigned int flags)
{
	const struct boot_framebuffer *fb = &a->boot->framebuffer;
	unsigned int wanted = arch_can_combine() ? ARCH_MAP_COMBINE : ARCH_MAP_DEVICE;

	if (!screen_is_on() || a->slow_framebuffer || va >= fb->base + fb->size ||
	    fb->base >= va + size || flags & wanted)
		return;
	a->slow_framebuffer = true;
	broken(a, "the framebuffer is not write-combining", va);
}

static void on_page(void *ctx, uint64_t va, uint64_t size, unsigned int flags)
{
	struct audit *a = ctx;

	a->pages++;
	check_framebuffer(a, va, size, flags);
	if (va == 0)
		broken(a, "page 0 is mapped", va);
	if (flags & ARCH_MAP_WRITE && va < (uint64_t)_erodata && va + size > (uint64_t)_text)
		broken(a, "the image's code or constants are writable", va);
	if (!(flags & ARCH_MAP_EXEC) || !arch_can_forbid_execution())
		return;
	a->executable++;
	if (flags & ARCH_MAP_WRITE)
		broken(a, "a page is both writable and executable", va);
	if (va < ONE_MIB && va != a->boot->low_page)
		broken(a, "an executable page below 1 MiB that is not the trampoline", va);
	if (!may_execute(a, va, size))
		broken(a, "an executable page that is not code", va);
}

static void check_guards(struct audit *a, const struct smp *smp)
{
	for (size_t i = 0; i < smp->count; i++) {
		uint64_t guards[ARCH_STACK_GUARDS];

		if (!smp_cpu(smp, i)->start.prepared)
			continue;
		arch_cpu_guards((const struct arch_cpu *)smp_cpu(smp, i)->arch, guards);
		for (unsigned int k = 0; k < ARCH_STACK_GUARDS; k++) {
			if (arch_mapped(guards[k], PAGE_SIZE))
				broken(a, "a guard page is mapped", guards[k]);
			if (!arch_mapped(guards[k] + PAGE_SIZE, PAGE_SIZE))
				broken(a, "no stack above the guard page", guards[k]);
		}
	}
}

void audit_run(const struct kernel *k)
{
	const struct hypervisor *h = &k->platform.hypervisor;
	struct audit a = {.boot = k->boot,
			  .hv = hypervisor_is_open(h) ? &h->hv : NULL,
			  .page_above = k->smp.config.below ? k->smp.config.hv->page.pa : 0};
	const char *missing = arch_protection_missing();

	arch_walk_pages(on_page, &a);
	if (!arch_can_forbid_execution()) {
		a.broken++;
		log_warn("audit: no execute-disable: what is writable can be executed, stacks too");
	}
	check_guards(&a, &k->smp);
	if (!canary_is_new()) {
		a.broken++;
		log_warn("audit: the stack protector's value is the image's, and no secret");
	}
	a.broken += audit_memory(&k->smp, &k->topology);
	if (missing) {
		a.broken++;
		log_warn("audit: %s is offered and off", missing);
	}
	log_info("audit: %u promises broken; %lu page table entries, %lu of them executable",
		 a.broken, (unsigned long)a.pages, (unsigned long)a.executable);
}

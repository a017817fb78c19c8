/* SPDX-License-Identifier: MIT */
/*
 * vtl=1: the boot processor gives the partition and itself a VTL 1, goes there, and brings all
 * others up in it; then it returns. Top to bottom this is the whole sequence; what each step wants
 * of the hypervisor is docs/vtl1.md. Whatever is missing or refused on the way there has a reason
 * of its own, and the bring-up goes on in VTL 0. Source: TLFS, Virtual Secure Mode.
 */
#include "kernel/vtl.h"

#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "kernel/x86_64/vtl_steps.h"
#include "lib/log.h"

/* What VTL 1 is handed, and has nowhere else to find. */
static struct {
	struct kernel *k;
	void (*work)(struct kernel *k);
} given;

/* --- in VTL 0, before ------------------------------------------------------------------------- */

static void in_vtl1(void *owner);

/*
 * The boot processor's second set: stack, GDT and task state in a block of its own, page tables and
 * vectors as copies. VTL 0 writes none of it.
 */
static bool make_second_set(struct kernel *k, struct hvsmp_context *context,
			    struct arch_tables *before)
{
	size_t left = pages_left(&k->pages);
	struct arch_cpu *block = pages_alloc(&k->pages, 1, 0);
	struct arch_tables tables;

	_Static_assert((int)ARCH_CPU_SIZE <= (int)PAGE_SIZE, "a block fits");
	if (!block || arch_tables_copy(&tables, &k->pages))
		return VTL_REFUSE(&k->vtl, "no memory for the page tables of VTL 1");
	arch_tables_use(&tables, before);
	if (arch_cpu_init(block, &k->pages, in_vtl1, k->smp.bsp)) {
		arch_tables_use(before, NULL);
		return VTL_REFUSE(&k->vtl, "no memory for the stacks of VTL 1");
	}
	smp_context_of(block, context);
	k->smp.free_before -= left - pages_left(&k->pages); /* no processor's */
	return true;
}

/* --- in VTL 1 --------------------------------------------------------------------------------- */

/* The entry of VTL 1. Without a way back the machine ends here, its report made. */
static void in_vtl1(void *owner)
{
	struct kernel *k = given.k;
	struct vtl *v = &k->vtl;
	struct hvsmp_caller caller;

	(void)owner;
	v->was_entered = true;
	arch_private_change();
	arch_ipi_init_ap(); /* this VTL's part of it */
	smp_move(&k->smp, &v->hv, VTL);
	caller = cpu_caller(k->smp.bsp);
	if (!vtl_open_page(k, &v->hv, &kernel_host, &k->pages, &caller))
		vtl_end_here(k, given.work);
	log_info("VTL 1: hypercall page at 0x%lx", (unsigned long)v->hv.page.pa);
	given.work(k);
	/* Who calls again finds nothing to do here. */
	while (!arch_vtl_return((uint64_t)v->hv.page.va + v->offsets.ret))
		continue;
	(void)VTL_REFUSE(v, "in VTL 1: VtlReturn raises an exception");
	log_warn("%s", v->reason);
	exit_machine(bringup_finish(k));
}

/* --- the sequence ----------------------------------------------------------------------------- */

static bool try(struct kernel *k)
{
	struct hvsmp_vtl_offsets offsets;
	struct hvsmp_context context;
	struct arch_tables before;
	bool ran;

	if (!vtl_is_offered(k) || !vtl_is_possible(k, &offsets) || !vtl_enable_for_partition(k) ||
	    !make_second_set(k, &context, &before))
		return false;
	ran = vtl_enable_for_self(k, &context);
	if (ran) {
		smp_map(&k->smp);
		ran = vtl_visit(k, (uint64_t)k->platform.hypervisor.hv.page.va + offsets.call);
	}
	arch_tables_use(&before, NULL);
	return ran;
}

bool vtl_run(struct kernel *k, void (*work)(struct kernel *k))
{
	struct vtl *v = &k->vtl;
	bool ran;

	v->is_wanted = k->options.vtl != OPTION_VTL_OFF;
	if (!v->is_wanted)
		return false;
	v->monitor.is_wanted = k->options.vtl == OPTION_VTL_MONITOR;
	given.k = k;
	given.work = work;
	ran = v->monitor.is_wanted ? monitor_run(k, work) : try(k);
	if (!ran)
		log_warn("%s: %s; the bring-up goes on without",
			 v->monitor.is_wanted ? "vtl=monitor" : "vtl=1", v->reason);
	return ran;
}

bool vtl_may_call(const struct kernel *k)
{
	const struct smp_config *config = &k->smp.config;

	return hypervisor_is_open(&k->platform.hypervisor) &&
	       (!config->below || config->hv->page_ours);
}

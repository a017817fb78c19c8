/* SPDX-License-Identifier: MIT */
/*
 * vtl=1: the boot processor gives the partition and itself a VTL 1, goes there, and brings all
 * others up in it; then it returns. Top to bottom this is the whole sequence; what each step wants
 * of the hypervisor is docs/vtl1.md. Whatever is missing or refused on the way there has a reason
 * of its own, and the bring-up goes on in VTL 0. Source: TLFS, Virtual Secure Mode.
 */
#include "kernel/vtl.h"

#include "arch/x86_64/x86.h"
#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "lib/format.h"
#include "lib/log.h"

enum { VTL = 1 };

#define REFUSE(v, ...) (format((v)->reason, sizeof((v)->reason), __VA_ARGS__), false)

/* What VTL 1 is handed, and has nowhere else to find. */
static struct {
	struct kernel *k;
	void (*work)(struct kernel *k);
} given;

static bool good(struct vtl *v, const char *call, const struct hvsmp_result *r, uint16_t also)
{
	char text[HVSMP_ANSWER_SIZE];

	if (hvsmp_answers(r, HVSMP_STATUS_SUCCESS) || hvsmp_answers(r, also))
		return true;
	return REFUSE(v, "%s %s", call, hvsmp_describe(r, text));
}

/* --- in VTL 0, before ------------------------------------------------------------------------- */

static bool is_offered(struct kernel *k)
{
	const struct hypervisor *h = &k->platform.hypervisor;
	struct vtl *v = &k->vtl;

	if (!hypervisor_is_open(h))
		return REFUSE(v, "%s", h->reason);
	if (!hvsmp_may_use_vtls(&h->features, v->reason))
		return false;
	if (h->vtl)
		return REFUSE(v, "the kernel has begun in VTL %u, not in VTL 0", h->vtl);
	return true;
}

/* Does the partition have a VTL 1 to give, and the page a way there? */
static bool is_possible(struct kernel *k, struct hvsmp_vtl_offsets *offsets)
{
	const struct hvsmp_caller caller = cpu_caller(k->smp.bsp);
	struct vtl *v = &k->vtl;
	struct hvsmp_result r = hvsmp_get_partition_vtl(&caller, &v->partition);

	if (!good(v, "VsmPartitionStatus: HvCallGetVpRegisters", &r, HVSMP_STATUS_SUCCESS))
		return false;
	v->knows_maximum = true;
	if (v->partition.maximum < VTL)
		return REFUSE(v, "VsmPartitionStatus: the highest VTL is %u", v->partition.maximum);
	r = hvsmp_get_vtl_offsets(&caller, offsets);
	if (!good(v, "VsmCodePageOffsets: HvCallGetVpRegisters", &r, HVSMP_STATUS_SUCCESS))
		return false;
	if (!offsets->call)
		return REFUSE(v, "VsmCodePageOffsets: the page has no VtlCall (offset 0)");
	return true;
}

static bool enable_for_partition(struct kernel *k)
{
	struct vtl *v = &k->vtl;

	v->asked_partition = true;
	v->partition_answer = hvsmp_enable_partition_vtl(&k->smp.bsp->start.caller, VTL);
	return good(v, "HvCallEnablePartitionVtl", &v->partition_answer,
		    HVSMP_STATUS_INVALID_VTL_STATE);
}

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
		return REFUSE(&k->vtl, "no memory for the page tables of VTL 1");
	arch_tables_use(&tables, before);
	if (arch_cpu_init(block, &k->pages, in_vtl1, k->smp.bsp)) {
		arch_tables_use(before, NULL);
		return REFUSE(&k->vtl, "no memory for the stacks of VTL 1");
	}
	smp_context_of(block, context);
	k->smp.free_before -= left - pages_left(&k->pages); /* no processor's */
	return true;
}

static bool enable_for_self(struct kernel *k, const struct hvsmp_context *context)
{
	struct vtl *v = &k->vtl;

	v->asked_boot = true;
	v->boot_answer = hvsmp_enable_vp_vtl(&k->smp.bsp->start.caller,
					     k->platform.hypervisor.hv.bsp_vp_index, VTL, context);
	return good(v, "HvCallEnableVpVtl for the boot processor", &v->boot_answer,
		    HVSMP_STATUS_SUCCESS);
}

/* --- in VTL 1 --------------------------------------------------------------------------------- */

/* OS id and page are every VTL's own, and without them no call works here. */
static bool open_page(struct kernel *k)
{
	struct vtl *v = &k->vtl;
	void *page = pages_alloc(&k->pages, 1, 0);
	const struct hvsmp_setup_config config = {
		.page = {page, (uint64_t)page},
		.os_id = HVSMP_OS_ID + VTL, /* another build number than VTL 0's */
	};
	struct hvsmp_caller caller;
	struct hvsmp_result r;

	if (hvsmp_setup_page(&v->hv, &kernel_host, &config))
		return REFUSE(v, "in VTL 1: %s", v->hv.reason);
	caller = cpu_caller(k->smp.bsp);
	r = hvsmp_get_vtl_offsets(&caller, &v->offsets);
	if (!good(v, "in VTL 1: VsmCodePageOffsets: HvCallGetVpRegisters", &r,
		  HVSMP_STATUS_SUCCESS))
		return false;
	v->knows_offsets = true;
	return v->offsets.ret ? true : REFUSE(v, "in VTL 1: the page has no VtlReturn (offset 0)");
}

/* The entry of VTL 1. Without a way back the machine ends here, its report made. */
static void in_vtl1(void *owner)
{
	struct kernel *k = given.k;
	struct vtl *v = &k->vtl;
	bool can_return;

	(void)owner;
	v->was_entered = true;
	arch_private_change();
	arch_ipi_init_ap(); /* this VTL's part of it */
	smp_move(&k->smp, &v->hv, VTL);
	can_return = open_page(k);
	if (!can_return)
		log_warn("%s", v->reason);
	else
		log_info("VTL 1: hypercall page at 0x%lx", (unsigned long)v->hv.page.pa);
	given.work(k);
	/* Who calls again finds nothing to do here. */
	while (can_return && !arch_vtl_return((uint64_t)v->hv.page.va + v->offsets.ret))
		continue;
	if (can_return) {
		(void)REFUSE(v, "in VTL 1: VtlReturn raises an exception");
		log_warn("%s", v->reason);
	}
	exit_machine(bringup_finish(k));
}

/* --- in VTL 0, after -------------------------------------------------------------------------- */

struct state {
	struct arch_private registers;
	uint64_t os_id, page;
};
_Static_assert((int)VTL_LEAKS == (int)ARCH_PRIVATE + 2, "each of them may leak");

static void read_state(struct state *out)
{
	arch_private_read(&out->registers);
	(void)hvsmp_setup_read(&kernel_host, &out->os_id, &out->page);
}

static void hold(struct vtl *v, const char *name, uint64_t expected, uint64_t actual)
{
	if (expected == actual)
		return;
	v->leak[v->leaks++] = (struct vtl_leak){name, expected, actual};
	log_warn("VTL 0 after VTL 1: %s is 0x%lx, was 0x%lx", name, (unsigned long)actual,
		 (unsigned long)expected);
}

static void compare(struct vtl *v, const struct state *before, const struct state *after)
{
	hold(v, "guest_os_id", before->os_id, after->os_id);
	hold(v, "hypercall", before->page, after->page);
	for (unsigned int i = 0; i < ARCH_PRIVATE; i++)
		hold(v, arch_private_name(i), before->registers.value[i],
		     after->registers.value[i]);
}

/* There and back. False: VTL 1 has not run. */
static bool visit(struct kernel *k, uint64_t code)
{
	struct vtl *v = &k->vtl;
	struct state before = {0};
	struct state after = {0};
	enum err e;

	read_state(&before);
	e = arch_vtl_call(code, &after.registers);
	if (!v->was_entered)
		return e ? REFUSE(v, "VtlCall raises an exception")
			 : REFUSE(v, "VtlCall comes back, and VTL 1 has not run");
	v->has_returned = true;
	(void)hvsmp_setup_read(&kernel_host, &after.os_id, &after.page);
	compare(v, &before, &after);
	return true;
}

static bool try(struct kernel *k)
{
	struct hvsmp_vtl_offsets offsets;
	struct hvsmp_context context;
	struct arch_tables before;
	bool ran;

	if (!is_offered(k) || !is_possible(k, &offsets) || !enable_for_partition(k) ||
	    !make_second_set(k, &context, &before))
		return false;
	ran = enable_for_self(k, &context);
	if (ran) {
		smp_map(&k->smp);
		ran = visit(k, (uint64_t)k->platform.hypervisor.hv.page.va + offsets.call);
	}
	arch_tables_use(&before, NULL);
	return ran;
}

bool vtl_run(struct kernel *k, void (*work)(struct kernel *k))
{
	struct vtl *v = &k->vtl;

	v->is_wanted = k->options.vtl;
	if (!v->is_wanted)
		return false;
	given.k = k;
	given.work = work;
	if (try(k))
		return true;
	log_warn("vtl=1: %s; the bring-up goes on without", v->reason);
	return false;
}

bool vtl_may_call(const struct kernel *k)
{
	const struct vtl *v = &k->vtl;

	return hypervisor_is_open(&k->platform.hypervisor) && (!v->was_entered || v->hv.page_ours);
}

/* SPDX-License-Identifier: MIT */
/*
 * The steps that vtl=1 and vtl=monitor share: whether there is a VTL 1 to have, what enables it,
 * the page that it needs, the way there and back, and what VTL 0 finds then.
 */
#include "kernel/x86_64/vtl_steps.h"

#include "kernel/bringup.h"
#include "kernel/exit.h"
#include "lib/log.h"

bool vtl_good(struct vtl *v, const char *call, const struct hvsmp_result *r, uint16_t also)
{
	char text[HVSMP_ANSWER_SIZE];

	if (hvsmp_answers(r, HVSMP_STATUS_SUCCESS) || hvsmp_answers(r, also))
		return true;
	return VTL_REFUSE(v, "%s %s", call, hvsmp_describe(r, text));
}

bool vtl_is_offered(struct kernel *k)
{
	const struct hypervisor *h = &k->platform.hypervisor;
	struct vtl *v = &k->vtl;

	if (!hypervisor_is_open(h))
		return VTL_REFUSE(v, "%s", h->reason);
	if (!hvsmp_may_use_vtls(&h->features, v->reason))
		return false;
	if (h->vtl)
		return VTL_REFUSE(v, "the kernel has begun in VTL %u, not in VTL 0", h->vtl);
	return true;
}

/* Does the partition have a VTL 1 to give, and the page a way there? */
bool vtl_is_possible(struct kernel *k, struct hvsmp_vtl_offsets *offsets)
{
	const struct hvsmp_caller caller = cpu_caller(k->smp.bsp);
	struct vtl *v = &k->vtl;
	struct hvsmp_result r = hvsmp_get_partition_vtl(&caller, &v->partition);

	if (!vtl_good(v, "VsmPartitionStatus: HvCallGetVpRegisters", &r, HVSMP_STATUS_SUCCESS))
		return false;
	v->knows_maximum = true;
	if (v->partition.maximum < VTL)
		return VTL_REFUSE(v, "VsmPartitionStatus: the highest VTL is %u",
				  v->partition.maximum);
	r = hvsmp_get_vtl_offsets(&caller, offsets);
	if (!vtl_good(v, "VsmCodePageOffsets: HvCallGetVpRegisters", &r, HVSMP_STATUS_SUCCESS))
		return false;
	if (!offsets->call)
		return VTL_REFUSE(v, "VsmCodePageOffsets: the page has no VtlCall (offset 0)");
	return true;
}

bool vtl_enable_for_partition(struct kernel *k)
{
	struct vtl *v = &k->vtl;

	v->asked_partition = true;
	v->partition_answer = hvsmp_enable_partition_vtl(&k->smp.bsp->start.caller, VTL);
	return vtl_good(v, "HvCallEnablePartitionVtl", &v->partition_answer,
			HVSMP_STATUS_INVALID_VTL_STATE);
}

bool vtl_enable_for_self(struct kernel *k, const struct hvsmp_context *context)
{
	struct vtl *v = &k->vtl;

	v->asked_boot = true;
	v->boot_answer = hvsmp_enable_vp_vtl(&k->smp.bsp->start.caller,
					     k->platform.hypervisor.hv.bsp_vp_index, VTL, context);
	return vtl_good(v, "HvCallEnableVpVtl for the boot processor", &v->boot_answer,
			HVSMP_STATUS_SUCCESS);
}

/* Another build number than VTL 0's: what leaks shows. */
bool vtl_open_page(struct kernel *k, struct hvsmp_interface *hv, const struct hvsmp_host *host,
		   struct pages *pages, const struct hvsmp_caller *caller)
{
	struct vtl *v = &k->vtl;
	void *page = pages_alloc(pages, 1, 0);
	const struct hvsmp_setup_config config = {
		.page = {page, (uint64_t)page},
		.os_id = HVSMP_OS_ID + VTL,
	};
	struct hvsmp_result r;

	if (hvsmp_setup_page(hv, host, &config))
		return VTL_REFUSE(v, "in VTL 1: %s", hv->reason);
	r = hvsmp_get_vtl_offsets(caller, &v->offsets);
	if (!vtl_good(v, "in VTL 1: VsmCodePageOffsets: HvCallGetVpRegisters", &r,
		      HVSMP_STATUS_SUCCESS))
		return false;
	v->knows_offsets = true;
	return v->offsets.ret ? true
			      : VTL_REFUSE(v, "in VTL 1: the page has no VtlReturn (offset 0)");
}

_Noreturn void vtl_end_here(struct kernel *k, void (*work)(struct kernel *k))
{
	log_warn("%s", k->vtl.reason);
	work(k);
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
	if (expected == actual || v->leaks == VTL_LEAKS)
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

bool vtl_visit(struct kernel *k, uint64_t code)
{
	struct vtl *v = &k->vtl;
	struct state before = {0};
	struct state after = {0};
	enum err e;

	read_state(&before);
	e = arch_vtl_call(code, &after.registers);
	if (!v->was_entered)
		return e ? VTL_REFUSE(v, "VtlCall raises an exception")
			 : VTL_REFUSE(v, "VtlCall comes back, and VTL 1 has not run");
	v->has_returned = true;
	(void)hvsmp_setup_read(&kernel_host, &after.os_id, &after.page);
	compare(v, &before, &after);
	return true;
}

/* SPDX-License-Identifier: MIT */
/* Detection, set-up, and the one answer to whether 0x99 may be used. */
#include "kernel/hypervisor.h"

#include "lib/log.h"

static void answer(struct hypervisor *h, enum hypercalls state, const char *reason)
{
	h->hypercalls = state;
	h->reason = reason;
}

/* Only the boot processor logs; what APs are answered is in the ledger. */
static void trace(void *ctx, uint64_t control, const struct hvsmp_result *result)
{
	char answer[HVSMP_ANSWER_SIZE];

	if (arch_cpu_owner() == ctx)
		log_debug("hypercall: control 0x%016lx %s, %u reps", (unsigned long)control,
			  hvsmp_describe(result, answer), result->reps);
}

void hypervisor_trace(void *bsp)
{
	kernel_host.ctx = bsp;
	kernel_host.trace = trace;
}

void hypervisor_detect(struct hypervisor *h, bool wanted)
{
	const struct hvsmp_features *f = &h->features;
	char why[HVSMP_REASON_SIZE];

	kernel_detect(h);
	h->is_isolated = hvsmp_is_isolated(f, why);
	if (h->is_isolated)
		log_warn("%s; nor would " ARCH_SECOND " start one: the others stay off", why);
	if (!hvsmp_may_start_vps(f, h->by_cpuid))
		answer(h, HYPERCALLS_NOT_OFFERED, h->by_cpuid);
	else if (!wanted)
		answer(h, HYPERCALLS_NOT_WANTED, "start=" ARCH_SECOND_WORD " was asked for");
	else
		answer(h, HYPERCALLS_OFFERED, "");
	log_debug(ARCH_FEATURES
		  ": privileges 0x%016lx, hints 0x%08x, VP indexes below %u, isolation %u%s",
		  (unsigned long)f->privileges, f->hints, f->vp_limit, f->isolation,
		  f->paravisor ? ", paravisor" : "");
	log_debug("start by hypercall: %s", h->reason[0] ? h->reason : "offered");
}

static void set_up(struct hypervisor *h, struct pages *pages, struct smp *smp)
{
	void *page = pages_alloc(pages, 1, 0);
	const struct hvsmp_caller caller = cpu_caller(smp->bsp);
	const struct hvsmp_setup_config config = {
		.page = {page, (uint64_t)page},
		.os_id = HVSMP_OS_ID,
		.bsp_hw_id = smp->bsp->start.hw_id,
		.input = caller.input,
		.output = caller.output,
	};
	enum hvsmp_error e = hvsmp_setup(&h->hv, &kernel_host, &config);

	if (e == HVSMP_ERROR_INVALID)
		smp_doubt_bsp(smp, h->hv.bsp_answer);
	if (e) {
		answer(h, HYPERCALLS_FAILED, h->hv.reason);
		log_warn("hypercalls: %s", h->reason);
		return;
	}
	answer(h, HYPERCALLS_OPEN, "");
}

/* A kernel that begins above VTL 0 starts the others where it is itself. */
static void find_vtl(struct hypervisor *h, struct smp *smp)
{
	struct hvsmp_caller caller = cpu_caller(smp->bsp);
	char why[HVSMP_REASON_SIZE];
	char text[HVSMP_ANSWER_SIZE];
	struct hvsmp_vtl vtl;
	struct hvsmp_result r;

	if (!hvsmp_may_use_vtls(&h->features, why))
		return;
	r = hvsmp_get_vp_vtl(&caller, &vtl);
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		h->vtl = vtl.active;
	else
		log_debug("VsmVpStatus: HvCallGetVpRegisters %s", hvsmp_describe(&r, text));
	if (h->vtl)
		smp_move(smp, &h->hv, h->vtl);
}

void hypervisor_open(struct hypervisor *h, struct pages *pages, struct smp *smp)
{
	const struct hvsmp_features *f = &h->features;

	if (h->hypercalls == HYPERCALLS_OFFERED)
		set_up(h, pages, smp);
	if (hypervisor_is_open(h))
		find_vtl(h, smp);
	kernel_version_of(h);
	if (f->present)
		log_info("hypervisor \"%s\"%s%s%s%s%s", f->vendor,
			 f->interface_name[0] ? ", interface \"" : "", f->interface_name,
			 f->interface_name[0] ? "\"" : "", f->is_hv1 ? ", version " : "",
			 f->is_hv1 ? h->version : "");
	if (hypervisor_is_open(h) && h->hv.page.pa)
		log_info("hypercall page at 0x%lx, boot processor is VP %u",
			 (unsigned long)h->hv.page.pa, h->hv.bsp_vp_index);
	else if (hypervisor_is_open(h))
		log_info("boot processor is VP %u", h->hv.bsp_vp_index);
	if (h->vtl)
		log_info("the kernel has begun in VTL %u: processors are started there", h->vtl);
}

void hypervisor_settle(struct hypervisor *h, const struct smp *smp)
{
	if (smp->start.reason[0])
		answer(h, HYPERCALLS_GIVEN_UP, smp->start.reason);
}

void hypervisor_close(struct hypervisor *h)
{
	if (hypervisor_is_open(h))
		hvsmp_teardown(&h->hv);
}

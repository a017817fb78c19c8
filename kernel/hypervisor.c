/* SPDX-License-Identifier: MIT */
/* Detection by CPUID, set-up by MSRs, and the one answer to whether 0x99 may be used. */
#include "kernel/hypervisor.h"

#include "lib/log.h"

static void answer(struct hypervisor *h, enum hypercalls state, const char *reason)
{
	h->hypercalls = state;
	h->reason = reason;
}

void hypervisor_detect(struct hypervisor *h, bool wanted)
{
	const struct hvsmp_features *f = &h->features;

	hvsmp_detect(&h->features, kernel_cpuid);
	if (!hvsmp_may_start_vps(f, h->by_cpuid))
		answer(h, HYPERCALLS_NOT_OFFERED, h->by_cpuid);
	else if (!wanted)
		answer(h, HYPERCALLS_NOT_WANTED, "start=sipi was asked for");
	else
		answer(h, HYPERCALLS_OFFERED, "");
	log_debug("CPUID: privileges 0x%016lx, hints 0x%08x, VP indexes below %u, isolation %u",
		  (unsigned long)f->privileges, f->hints, f->vp_limit, f->isolation);
	log_debug("start by hypercall: %s", h->reason[0] ? h->reason : "offered");
}

static void set_up(struct hypervisor *h, struct pages *pages)
{
	void *page = pages_alloc(pages, 1, 0);
	const struct hvsmp_setup_config config = {{page, (uint64_t)page}, HVSMP_OS_ID};

	if (hvsmp_setup(&h->hv, &kernel_host, &config)) {
		answer(h, HYPERCALLS_FAILED, h->hv.reason);
		log_warn("hypercalls: %s", h->reason);
		return;
	}
	answer(h, HYPERCALLS_OPEN, "");
}

void hypervisor_open(struct hypervisor *h, struct pages *pages)
{
	const struct hvsmp_features *f = &h->features;

	if (h->hypercalls == HYPERCALLS_OFFERED)
		set_up(h, pages);
	hvsmp_version(f, kernel_cpuid, h->version, sizeof(h->version));
	if (f->present)
		log_info("hypervisor \"%s\", interface \"%s\"%s%s", f->vendor, f->interface_name,
			 f->is_hv1 ? ", version " : "", f->is_hv1 ? h->version : "");
	if (hypervisor_is_open(h))
		log_info("hypercall page at 0x%lx, boot processor is VP %u",
			 (unsigned long)h->hv.page.pa, h->hv.bsp_vp_index);
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

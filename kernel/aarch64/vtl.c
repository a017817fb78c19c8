/* SPDX-License-Identifier: MIT */
/* vtl=1 and vtl=monitor are of x86-64: how levels change by HVC is not tried here. */
#include "kernel/vtl.h"

#include "kernel/state.h"
#include "lib/format.h"
#include "lib/log.h"

bool vtl_run(struct kernel *k, void (*work)(struct kernel *k))
{
	struct vtl *v = &k->vtl;

	(void)work;
	v->is_wanted = k->options.vtl != OPTION_VTL_OFF;
	v->monitor.is_wanted = k->options.vtl == OPTION_VTL_MONITOR;
	if (!v->is_wanted)
		return false;
	format(v->reason, sizeof(v->reason), "VTL 1 is not used on ARM64");
	log_warn("%s: %s; the bring-up goes on without",
		 v->monitor.is_wanted ? "vtl=monitor" : "vtl=1", v->reason);
	return false;
}

bool vtl_may_call(const struct kernel *k)
{
	return hypervisor_is_open(&k->platform.hypervisor);
}

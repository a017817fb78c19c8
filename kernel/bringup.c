/* SPDX-License-Identifier: MIT */
/*
 * mode=normal and mode=selftest: bring all processors up, let them do what was asked for, report.
 * Options become the configuration of smp/ here, because the rooms below know no options.
 */
#include "kernel/bringup.h"

#include "kernel/audit.h"
#include "kernel/hand_off.h"
#include "kernel/modes.h"
#include "kernel/provoke.h"
#include "kernel/report.h"
#include "kernel/selftest.h"
#include "lib/assert.h"
#include "lib/log.h"
#include "screen/grid.h"
#include "screen/screen.h"
#include "smp/calls.h"

#define NS_PER_MS 1000000UL

static uint64_t init_delay_ns(uint32_t ms)
{
	if (ms == INIT_DELAY_AUTO)
		return arch_reset_needs_delay() ? SMP_RESET_DELAY_NS : 0;
	return ms * NS_PER_MS;
}

static void configure(const struct kernel *k, struct smp_config *out)
{
	const struct options *o = &k->options;
	const struct hypervisor *h = &k->platform.hypervisor;
	const struct hvsmp_features *f = &h->features;

	*out = (struct smp_config){
		.use_sipi = o->start != START_HV && !h->is_isolated,
		.fanout = o->fanout,
		.init_delay_ns = init_delay_ns(o->init_delay_ms),
		.deadline_ns = o->deadline_ms * NS_PER_MS,
		.cap_ns = o->cap_ms * NS_PER_MS,
		.has_vp_index = hvsmp_has_vp_index(f),
		.hv = &h->hv,
		.host = &kernel_host,
		.vp_limit = f->vp_limit,
		.ipi_by_call = hvsmp_recommends_ipi(f),
		.ipi_by_set = hvsmp_recommends_ipi_set(f),
		.low_page = k->boot->low_page,
		.after = k->boot->hand_off ? hand_off_park : modes[o->mode].after,
		.progress = screen_is_on() ? grid_step : NULL,
	};
}

enum err bringup_prepare(struct kernel *k)
{
	struct smp_config config;

	configure(k, &config);
	if (smp_prepare(&k->smp, &config, &k->topology, &k->pages))
		return ERR_NO_MEMORY;
	if (k->boot->hand_off)
		hand_off_prepare(k);
	log_debug("%lu processors prepared in %u nodes, %lu left out, INIT delay %lu us",
		  (unsigned long)k->smp.count, k->smp.start.nodes, (unsigned long)k->smp.left_out,
		  (unsigned long)(config.init_delay_ns / 1000));
	return OK;
}

static void start_all(struct kernel *k)
{
	provoke_prepare(&k->options);
	grid_begin(&k->smp); /* on the screen, if there is one */
	log_debug("bring-up begins");
	smp_start_all(&k->smp, vtl_may_call(k));
	log_debug("bring-up is over");
	grid_end(&k->smp);
	hypervisor_settle(&k->platform.hypervisor, &k->smp);
}

/* selftest: NULL if there was none. */
static enum exit_code finish(struct kernel *k, const struct selftest *selftest)
{
	struct report report = {.platform = &k->platform,
				.smp = &k->smp,
				.vtl = &k->vtl,
				.payload = k->boot->payload,
				.selftest = selftest};

	provoke_run(&k->options);
	if (k->boot->hand_off)
		hand_off_roll_call(k);
	else if (!k->smp.config.below) /* NMIs reach the VTL that they come from */
		smp_roll_call(&k->smp);
	smp_look_again(&k->smp);
	smp_summarize(&k->smp, hypervisor_is_expected(&k->platform.hypervisor), &report.summary);
	if (((selftest && !selftest_is_kept(selftest)) || k->vtl.reason[0] ||
	     (k->boot->payload && k->boot->payload->reason[0])) &&
	    report.summary.verdict == MACHINE_OK)
		report.summary.verdict = MACHINE_DEGRADED;
	if (k->vtl.leaks || k->vtl.monitor.broken)
		report.summary.verdict = MACHINE_FAILED;
	report.kernel_ns = arch_clock_ticks_ns(arch_ticks() - k->entry_tsc);
	report_print(&report, k->options.report);
	return (enum exit_code)(EXIT_CODE_OK + report.summary.verdict);
}

enum exit_code bringup_finish(struct kernel *k)
{
	return finish(k, NULL);
}

static void bring_up(struct kernel *k)
{
	start_all(k);
	if (k->options.audit)
		audit_run(k);
}

enum exit_code normal_run(struct kernel *k)
{
	if (!vtl_run(k, bring_up))
		bring_up(k);
	return bringup_finish(k);
}

void selftest_after(struct cpu *cpu)
{
	provoke_on_ap(cpu);
	smp_serve(cpu);
}

enum exit_code selftest_run(struct kernel *k)
{
	static struct selftest selftest;

	start_all(k);
	selftest_calls(&k->smp, &k->platform, &selftest);
	audit_run(k);
	return finish(k, selftest.is_run ? &selftest : NULL);
}

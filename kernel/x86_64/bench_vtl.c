/* SPDX-License-Identifier: MIT */
/*
 * mode=bench, VTL 1: one round there, by fan-out, for a VP is started once whatever the VTL; then
 * the way there and back, over and over. It comes last, because INIT does nothing any more to a VP
 * that has a VTL 1.
 */
#include "kernel/bench.h"

#include "arch/x86_64/x86.h"
#include "kernel/state.h"
#include "kernel/stats.h"
#include "lib/format.h"

enum { SWITCHES = 100 };

static struct bench *bench; /* of the round, which is handed the kernel alone */

/* In VTL 1. */
static void one_round(struct kernel *k)
{
	struct bench_vtl *v = &bench->vtl;
	uint64_t all_in;

	if (!vtl_may_call(k))
		return;
	all_in = smp_round(&k->smp, SMP_HV_FANOUT);
	bench_judge(bench);
	v->round = bench_measure(bench, all_in);
	v->start_ticks = bench_middle_call(bench);
	v->method.done = 1;
}

/* In VTL 0: what lies there calls VtlReturn at once. */
static void switches(struct kernel *k)
{
	static uint64_t ticks[SWITCHES];
	struct bench_vtl *v = &bench->vtl;
	struct hvsmp_caller caller = cpu_caller(k->smp.bsp);
	struct hvsmp_vtl_offsets offsets;
	struct hvsmp_result r;
	uint64_t code;

	caller.hv = &k->platform.hypervisor.hv; /* the ledger's is VTL 1's by now */
	r = hvsmp_get_vtl_offsets(&caller, &offsets);
	if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return;
	code = (uint64_t)caller.hv->page.va + offsets.call;
	for (v->switches = 0; v->switches < SWITCHES; v->switches++) {
		uint64_t began = arch_ticks();

		if (arch_vtl_call(code, NULL))
			break;
		ticks[v->switches] = arch_ticks() - began;
	}
	stats_sort(ticks, v->switches);
	v->switch_ticks = stats_rank(ticks, v->switches, 50);
}

static bool is_first(const struct bench *b)
{
	for (int i = 0; i < SMP_METHODS; i++) {
		if (b->method[i].done)
			return false;
	}
	return true;
}

/* False: the reason is the method's. */
static bool is_possible(struct bench *b, struct kernel *k)
{
	const struct hypervisor *h = &k->platform.hypervisor;
	char *reason = b->vtl.method.reason;

	if (!(b->methods & OPTION_METHOD_VTL1))
		format(reason, HVSMP_REASON_SIZE, "not asked for: methods=");
	else if (!hypervisor_is_open(h))
		format(reason, HVSMP_REASON_SIZE, "%s", h->reason);
	else if (h->vtl)
		format(reason, HVSMP_REASON_SIZE, "the kernel has begun in VTL %u", h->vtl);
	else
		return hvsmp_may_use_vtls(&h->features, reason) &&
		       (is_first(b) || smp_round_undo(b->smp, reason));
	return false;
}

void bench_vtl(struct bench *b, struct kernel *k)
{
	struct bench_vtl *v = &b->vtl;

	bench = b;
	v->method.round = &v->round;
	if (!is_possible(b, k))
		return;
	k->options.vtl = OPTION_VTL_1;
	v->method.offered = vtl_run(k, one_round);
	if (!v->method.offered)
		format(v->method.reason, HVSMP_REASON_SIZE, "%s", k->vtl.reason);
	else
		switches(k);
}

/* SPDX-License-Identifier: MIT */
/* The benchmark for machines: one line, schema hvsmp-bench/1 (docs/bench.md). */
#include "kernel/bench.h"

#include "kernel/report.h"
#include "kernel/version.h"
#include "lib/log.h"

static void ns(struct json *j, const char *name, uint64_t ticks)
{
	json_number(j, name, arch_clock_ticks_ns(ticks));
}

static void hypervisor(struct json *j, const struct bench *b)
{
	json_object(j, "hypervisor");
	json_string(j, "vendor", b->platform->hypervisor.features.vendor);
	json_bool(j, "start_vp", b->method[SMP_HV_SERIAL].done || b->method[SMP_HV_FANOUT].done);
	json_string(j, "reason", b->method[SMP_HV_SERIAL].reason);
	json_object_end(j);
}

static void call_costs(struct json *j, const struct bench *b)
{
	uint32_t calls = b->smp->start.map.calls;
	uint64_t one_map = calls ? b->smp->start.map_ticks / calls : 0;

	json_number(j, "map_calls", report_map_calls(b->platform, b->smp));
	json_object(j, "call_ns");
	json_known(j, "map", arch_clock_ticks_ns(one_map), calls != 0);
	json_known(j, "start", arch_clock_ticks_ns(b->call_ticks), b->call_ticks != 0);
	json_object_end(j);
}

static void round_record(struct json *j, const struct bench_round *r)
{
	json_object(j, NULL);
	json_number(j, "online", r->online);
	ns(j, "total_ns", r->total);
	ns(j, "first_ns", r->first);
	ns(j, "median_ns", r->median);
	ns(j, "p95_ns", r->p95);
	ns(j, "last_ns", r->last);
	json_number(j, "total_ticks", r->total);
	json_number(j, "hypercalls", r->hypercalls);
	json_number(j, "ipis", r->ipis);
	json_object_end(j);
}

static void method_fields(struct json *j, const struct bench_method *m)
{
	json_bool(j, "offered", m->offered);
	json_string(j, "reason", m->reason);
	json_array(j, "rounds");
	for (size_t i = 0; i < m->done; i++)
		round_record(j, &m->round[i]);
	json_array_end(j);
}

static void method_record(struct json *j, const struct bench *b, enum smp_method method)
{
	json_object(j, NULL);
	json_string(j, "name", smp_method_name(method));
	method_fields(j, &b->method[method]);
	json_object_end(j);
}

static void vtl1(struct json *j, const struct bench_vtl *v)
{
	json_object(j, "vtl1");
	method_fields(j, &v->method);
	json_known(j, "start_ns", arch_clock_ticks_ns(v->start_ticks), v->start_ticks != 0);
	json_number(j, "switches", v->switches);
	json_known(j, "switch_ns", arch_clock_ticks_ns(v->switch_ticks), v->switches != 0);
	json_object_end(j);
}

static void cpu_record(struct json *j, const struct smp *smp, size_t i, const struct bench_cpu *c)
{
	bool is_bsp = smp_cpu(smp, i)->start.is_bsp;
	bool started = c->is_in && !is_bsp;

	json_object(j, NULL);
	json_number(j, "apic_id", cpu_id(smp_cpu(smp, i)));
	json_known(j, "started_by", started ? cpu_id(smp_cpu(smp, c->starter)) : 0, started);
	json_known(j, "t_issued_ns", arch_clock_ticks_ns(c->issued), started);
	json_known(j, "t_first_ns", arch_clock_ticks_ns(c->first), started);
	json_known(j, "t_online_ns", started ? arch_clock_ticks_ns(c->online) : 0,
		   started || is_bsp);
	json_object_end(j);
}

void bench_json(const struct bench *b)
{
	enum smp_method best = stats_best(b);
	struct json j = {0};

	log_print("@bench ");
	json_object(&j, NULL);
	json_string(&j, "schema", "hvsmp-bench/1");
	json_string(&j, "version", kernel_version);
	json_string(&j, "verdict", machine_verdict_name(b->verdict));
	json_number(&j, "processors", b->smp->count + b->smp->left_out);
	json_number(&j, "rounds", b->rounds);
	hypervisor(&j, b);
	report_json_clock(&j, b->platform);
	json_number(&j, "bytes_per_processor", b->bytes_per_cpu);
	call_costs(&j, b);
	json_array(&j, "methods");
	for (int i = 0; i < SMP_METHODS; i++)
		method_record(&j, b, (enum smp_method)i);
	json_array_end(&j);
	vtl1(&j, &b->vtl);
	json_array(&j, "cpus");
	for (size_t i = 0; best < SMP_METHODS && i < b->smp->count; i++)
		cpu_record(&j, b->smp, i, &b->method[best].cpu[i]);
	json_array_end(&j);
	json_object_end(&j);
	log_print("\n");
}

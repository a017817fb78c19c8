/* SPDX-License-Identifier: MIT */
/* The benchmark for machines: one line, schema hvsmp-bench/1 (docs/bench.md). */
#include "kernel/bench.h"

#include "lib/log.h"

static unsigned long ns(uint64_t ticks)
{
	return (unsigned long)arch_clock_ticks_ns(ticks);
}

static void text_field(const char *name, const char *value)
{
	log_print("\"%s\":", name);
	report_json_string(value);
}

static void head(const struct bench *b)
{
	const struct platform *p = b->platform;
	bool start_vp = b->method[SMP_HV_SERIAL].done || b->method[SMP_HV_FANOUT].done;

	log_print("@bench {\"schema\":\"hvsmp-bench/1\",");
	text_field("version", kernel_version);
	log_print(",\"verdict\":\"%s\",\"processors\":%lu,\"rounds\":%u,\"hypervisor\":{",
		  machine_verdict_name(b->verdict),
		  (unsigned long)(b->smp->count + b->smp->left_out), b->rounds);
	text_field("vendor", p->hv.vendor);
	log_print(",\"start_vp\":%s,", start_vp ? "true" : "false");
	text_field("reason", b->method[SMP_HV_SERIAL].reason);
	log_print("},\"clock\":{\"source\":\"%s\",\"hz\":%lu},", p->clock_source,
		  (unsigned long)p->tsc_hz);
}

static void call_costs(const struct bench *b)
{
	const struct hvsmp_map_info *map = &b->smp->map;

	log_print("\"bytes_per_processor\":%lu,", (unsigned long)b->bytes_per_cpu);
	log_print("\"map_calls\":%u,\"call_ns\":{\"map\":", map->calls);
	if (map->calls)
		log_print("%lu", ns(b->smp->map_ticks / map->calls));
	else
		log_print("null");
	if (b->call_ticks)
		log_print(",\"start\":%lu},", ns(b->call_ticks));
	else
		log_print(",\"start\":null},");
}

static void round_record(const struct bench_round *r)
{
	log_print("{\"online\":%lu,\"total_ns\":%lu,\"first_ns\":%lu,\"median_ns\":%lu,"
		  "\"p95_ns\":%lu,\"last_ns\":%lu,\"total_ticks\":%lu,\"hypercalls\":%u,"
		  "\"ipis\":%u}",
		  (unsigned long)r->online, ns(r->total), ns(r->first), ns(r->median), ns(r->p95),
		  ns(r->last), (unsigned long)r->total, r->hypercalls, r->ipis);
}

static void method_record(const struct bench *b, enum smp_method method)
{
	const struct bench_method *m = &b->method[method];

	log_print("{\"name\":\"%s\",\"offered\":%s,", smp_method_name(method),
		  m->offered ? "true" : "false");
	text_field("reason", m->reason);
	log_print(",\"rounds\":[");
	for (size_t i = 0; i < m->done; i++) {
		log_print(i ? "," : "");
		round_record(&m->round[i]);
	}
	log_print("]}");
}

static void cpu_record(const struct smp *smp, size_t i, const struct bench_cpu *c)
{
	log_print("{\"apic_id\":%u,", smp->cpu[i]->apic_id);
	if (smp->cpu[i]->is_bsp)
		log_print("\"started_by\":null,\"t_issued_ns\":null,\"t_first_ns\":null,"
			  "\"t_online_ns\":0}");
	else if (!c->is_in)
		log_print("\"started_by\":null,\"t_issued_ns\":null,\"t_first_ns\":null,"
			  "\"t_online_ns\":null}");
	else
		log_print("\"started_by\":%u,\"t_issued_ns\":%lu,\"t_first_ns\":%lu,"
			  "\"t_online_ns\":%lu}",
			  smp->cpu[c->starter]->apic_id, ns(c->issued), ns(c->first),
			  ns(c->online));
}

void bench_json(const struct bench *b)
{
	enum smp_method best = stats_best(b);

	head(b);
	call_costs(b);
	log_print("\"methods\":[");
	for (int i = 0; i < SMP_METHODS; i++) {
		log_print(i ? "," : "");
		method_record(b, (enum smp_method)i);
	}
	log_print("],\"cpus\":[");
	for (size_t i = 0; best < SMP_METHODS && i < b->smp->count; i++) {
		log_print(i ? "," : "");
		cpu_record(b->smp, i, &b->method[best].cpu[i]);
	}
	log_print("]}\n");
}

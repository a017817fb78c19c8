/* SPDX-License-Identifier: MIT */
/* The report for machines: one line, schema hvsmp-report/1 (docs/report.md). */
#include "kernel/internal.h"

#include "lib/log.h"

void report_json_string(const char *s)
{
	log_print("\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			log_print("\\%c", *s);
		else if (*s < ' ' || *s > '~')
			log_print("\\u%04x", (unsigned int)(unsigned char)*s);
		else
			log_text(s, 1);
	}
	log_print("\"");
}

static void text_field(const char *name, const char *value, const char *after)
{
	log_print("\"%s\":", name);
	report_json_string(value);
	log_print("%s", after);
}

static void id_field(const char *name, uint32_t value, bool known)
{
	if (known)
		log_print("\"%s\":%u,", name, value);
	else
		log_print("\"%s\":null,", name);
}

static void time_field(const char *name, const struct smp *smp, uint64_t tsc)
{
	if (tsc)
		log_print("\"%s\":%lu,", name, (unsigned long)report_ns(smp, tsc));
	else
		log_print("\"%s\":null,", name);
}

static void mismatches(const struct cpu *cpu)
{
	log_print("\"mismatches\":[");
	for (uint32_t i = 0; i < cpu->mismatch_count && i < CPU_MAX_MISMATCHES; i++) {
		char text[96];

		report_mismatch(text, sizeof(text), &cpu->mismatch[i]);
		if (i)
			log_print(",");
		report_json_string(text);
	}
	log_print("]");
}

static void processor(const struct smp *smp, const struct cpu *cpu)
{
	const struct arch_cpu *arch = (const struct arch_cpu *)cpu->arch;
	bool started = cpu->method == CPU_METHOD_HV || cpu->method == CPU_METHOD_SIPI;

	log_print("{\"apic_id\":%u,", cpu->apic_id);
	id_field("uid", cpu->uid, cpu->uid != SMP_UID_UNKNOWN);
	id_field("vp_index", cpu->vp_index, cpu->vp_index != HVSMP_VP_UNKNOWN);
	id_field("numa", cpu->numa, cpu->numa != SMP_NUMA_UNKNOWN);
	text_field("role", cpu->is_bsp ? "bsp" : "ap", ",");
	text_field("method", cpu_method_name(cpu->method), ",");
	text_field("verdict", cpu_verdict_name(cpu->verdict), ",");
	id_field("hv_status", cpu->answer.status.code, cpu->hv_calls && !cpu->answer.err);
	log_print("\"tries\":%u,", cpu->hv_calls);
	id_field("started_by", started ? smp->cpu[cpu->starter]->apic_id : 0, started);
	time_field("t_issued_ns", smp, cpu->issued_tsc);
	time_field("t_first_ns", smp, arch_cpu_first_tsc(arch));
	time_field("t_online_ns", smp, cpu_online_tsc(cpu));
	mismatches(cpu);
	log_print("}");
}

static void hypervisor(const struct platform *p)
{
	log_print("\"hypervisor\":{\"present\":%s,", p->hv.present ? "true" : "false");
	text_field("interface", p->hv.interface_name, ",");
	text_field("vendor", p->hv.vendor, ",");
	text_field("version", p->hv.is_hv1 ? p->hv_version : "", ",");
	log_print("\"start_vp\":%s,", p->hv_usable ? "true" : "false");
	text_field("reason", p->hv_reason, "},");
}

static void call_times(const struct selftest *s)
{
	if (s->lost < s->pairs)
		log_print("\"min_ns\":%lu,\"median_ns\":%lu,\"max_ns\":%lu,",
			  (unsigned long)s->min_ns, (unsigned long)s->median_ns,
			  (unsigned long)s->max_ns);
	else
		log_print("\"min_ns\":null,\"median_ns\":null,\"max_ns\":null,");
}

static void selftest(const struct selftest *s)
{
	if (!s) {
		log_print("\"selftest\":null,");
		return;
	}
	log_print("\"selftest\":{\"processors\":%lu,\"ipi\":{\"pairs\":%lu,\"lost\":%lu,",
		  (unsigned long)s->members, (unsigned long)s->pairs, (unsigned long)s->lost);
	call_times(s);
	log_print("\"sent\":{\"hypercall\":%u,\"hypercall_ex\":%u,\"apic\":%u},", s->sent[IPI_CALL],
		  s->sent[IPI_CALL_SET], s->sent[IPI_APIC]);
	log_print("\"announced\":%u,\"taken\":%u},\"tsc_skew\":", s->announced, s->taken);
	if (s->has_skew)
		log_print("{\"max_ns\":%lu,\"error_ns\":%lu},", (unsigned long)s->skew_ns,
			  (unsigned long)s->skew_error_ns);
	else
		log_print("null,");
	log_print("\"storm\":{\"expected\":%lu,\"actual\":%lu}},", (unsigned long)s->expected,
		  (unsigned long)s->actual);
}

static void warnings(void)
{
	log_print("\"warnings\":[");
	for (size_t i = 0; log_kept(i); i++) {
		if (i)
			log_print(",");
		report_json_string(log_kept(i));
	}
	log_print("]");
}

void report_json(const struct report *r)
{
	const struct smp *smp = r->smp;

	log_print("@report {\"schema\":\"hvsmp-report/1\",");
	text_field("version", kernel_version, ",");
	text_field("verdict", machine_verdict_name(r->summary.verdict), ",");
	hypervisor(r->platform);
	log_print("\"map\":{\"calls\":%u,\"stride\":%u,\"elements\":%u},", smp->map.calls,
		  smp->map.stride, smp->map.elements);
	log_print("\"clock\":{\"source\":\"%s\",\"hz\":%lu},", r->platform->clock_source,
		  (unsigned long)r->platform->tsc_hz);
	log_print("\"expected\":%lu,\"online\":%lu,\"bringup_ns\":%lu,\"cpus\":[",
		  (unsigned long)r->summary.expected, (unsigned long)r->summary.online,
		  (unsigned long)r->summary.bringup_ns);
	for (size_t i = 0; i < smp->count; i++) {
		if (i)
			log_print(",");
		processor(smp, smp->cpu[i]);
	}
	log_print("],");
	selftest(r->selftest);
	warnings();
	log_print("}\n");
}

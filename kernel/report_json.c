/* SPDX-License-Identifier: MIT */
/* The report for machines: one line, schema REPORT_SCHEMA (docs/report.md). */
#include "kernel/report.h"

#include "kernel/version.h"
#include "this_kernel.h"
#include "lib/log.h"

/* null for what is not known. */
static void time(struct json *j, const char *name, const struct smp *smp, uint64_t tsc)
{
	if (tsc)
		json_signed(j, name, report_ns(smp, tsc));
	else
		json_null(j, name);
}

static void mismatches(struct json *j, const struct cpu *cpu)
{
	json_array(j, "mismatches");
	for (uint32_t i = 0; i < cpu->mismatch_count && i < CPU_MAX_MISMATCHES; i++) {
		char text[96];

		report_mismatch(text, sizeof(text), &cpu->mismatch[i]);
		json_string(j, NULL, text);
	}
	json_array_end(j);
}

static void processor(struct json *j, const struct report *r, const struct cpu *cpu)
{
	const struct smp *smp = r->smp;
	const struct arch_cpu *arch = (const struct arch_cpu *)cpu->arch;
	bool started = cpu->start.method == HVSMP_METHOD_HYPERCALL ||
		       cpu->start.method == HVSMP_METHOD_SECOND;

	json_object(j, NULL);
	json_number(j, ARCH_HW_ID_FIELD, cpu_id(cpu));
	json_known(j, "uid", cpu->uid, cpu->uid != SMP_UID_UNKNOWN);
	json_known(j, "vp_index", cpu->start.vp_index, cpu->start.vp_index != HVSMP_VP_UNKNOWN);
	json_known(j, "numa", cpu->numa, cpu->numa != SMP_NUMA_UNKNOWN);
	json_string(j, "role", cpu->start.is_bsp ? "bsp" : "ap");
	json_string(j, "method", cpu_method_name(cpu->start.method));
	json_string(j, "verdict", cpu_verdict_name(cpu->verdict));
	json_known(j, "map_status", cpu->start.map_answer.status.code,
		   cpu->start.map_state != HVSMP_MAP_UNASKED && !cpu->start.map_answer.err);
	json_known(j, "hv_status", cpu->start.answer.status.code,
		   cpu->start.calls && !cpu->start.answer.err);
	json_number(j, "tries", cpu->start.calls);
	json_known(j, "vtl", cpu->vtl, cpu->vtl != CPU_VTL_UNKNOWN);
	json_known(j, "vtl_status", cpu->start.vtl_answer.status.code,
		   cpu->start.vtl_calls && !cpu->start.vtl_answer.err);
	report_vsm_json_cpu(j, r, cpu);
	json_known(j, "started_by", started ? cpu_id(smp_cpu(smp, cpu->start.starter)) : 0,
		   started);
	time(j, "t_issued_ns", smp, cpu->start.issued);
	time(j, "t_first_ns", smp, arch_cpu_first_ticks(arch));
	time(j, "t_online_ns", smp, cpu_online_tsc(cpu));
	json_bool(j, "handed_over", cpu->handed_over);
	mismatches(j, cpu);
	json_object_end(j);
}

static void payload(struct json *j, const struct boot_payload *p)
{
	if (!p || !p->path[0]) {
		json_null(j, "payload");
		return;
	}
	json_object(j, "payload");
	json_string(j, "path", p->path);
	json_string(j, "reason", p->reason);
	json_object_end(j);
}

static void hypervisor(struct json *j, const struct hypervisor *h)
{
	json_object(j, "hypervisor");
	json_bool(j, "present", h->features.present);
	json_string(j, "interface", h->features.interface_name);
	json_string(j, "vendor", h->features.vendor);
	json_string(j, "version", h->features.is_hv1 ? h->version : "");
	json_bool(j, "start_vp", hypervisor_starts_vps(h));
	json_string(j, "reason", h->reason);
	json_object_end(j);
}

static void map(struct json *j, const struct report *r)
{
	const struct hvsmp_map_info *info = &r->smp->start.map;

	json_object(j, "map");
	json_number(j, "calls", report_map_calls(r->platform, r->smp));
	json_number(j, "stride", info->stride);
	json_number(j, "elements", info->elements);
	json_object_end(j);
}

void report_json_clock(struct json *j, const struct platform *p)
{
	json_object(j, "clock");
	json_string(j, "source", p->clock_source);
	json_number(j, "hz", p->tsc_hz);
	json_bool(j, "assumed", p->clock_assumed);
	json_object_end(j);
}

static void ipis(struct json *j, const struct selftest *s)
{
	bool answered = s->lost < s->pairs;

	json_object(j, "ipi");
	json_number(j, "pairs", s->pairs);
	json_number(j, "lost", s->lost);
	json_known(j, "min_ns", s->min_ns, answered);
	json_known(j, "median_ns", s->median_ns, answered);
	json_known(j, "max_ns", s->max_ns, answered);
	json_object(j, "sent");
	json_number(j, "hypercall", s->sent[IPI_BY_MASK]);
	json_number(j, "hypercall_ex", s->sent[IPI_BY_SET]);
	json_number(j, REPORT_IPI, s->sent[IPI_BY_NOTIFY]);
	json_object_end(j);
	json_number(j, "announced", s->announced);
	json_number(j, "taken", s->taken);
	json_object_end(j);
}

static void skew(struct json *j, const struct selftest *s)
{
	if (!s->has_skew) {
		json_null(j, "tsc_skew");
		return;
	}
	json_object(j, "tsc_skew");
	json_signed(j, "max_ns", s->skew_ns);
	json_number(j, "error_ns", s->skew_error_ns);
	json_object_end(j);
}

static void selftest(struct json *j, const struct selftest *s)
{
	if (!s) {
		json_null(j, "selftest");
		return;
	}
	json_object(j, "selftest");
	json_number(j, "processors", s->members);
	ipis(j, s);
	skew(j, s);
	json_object(j, "storm");
	json_number(j, "expected", s->expected);
	json_number(j, "actual", s->actual);
	json_object_end(j);
	json_object_end(j);
}

void report_json(const struct report *r)
{
	const struct smp *smp = r->smp;
	struct json j = {0};

	log_print("@report ");
	json_object(&j, NULL);
	json_string(&j, "schema", REPORT_SCHEMA);
	json_string(&j, "version", kernel_version);
	REPORT_ARCH(&j);
	json_string(&j, "verdict", machine_verdict_name(r->summary.verdict));
	hypervisor(&j, &r->platform->hypervisor);
	map(&j, r);
	report_vsm_json(&j, r);
	payload(&j, r->payload);
	report_json_clock(&j, r->platform);
	json_number(&j, "expected", r->summary.expected);
	json_number(&j, "online", r->summary.online);
	json_number(&j, "bringup_ns", r->summary.bringup_ns);
	json_array(&j, "cpus");
	for (size_t i = 0; i < smp->count; i++)
		processor(&j, r, smp_cpu(smp, i));
	json_array_end(&j);
	selftest(&j, r->selftest);
	json_array(&j, "warnings");
	for (size_t i = 0; log_kept(i); i++)
		json_string(&j, NULL, log_kept(i));
	json_array_end(&j);
	json_number(&j, "warnings_left_out", report_warnings_left_out());
	json_object_end(&j);
	log_print("\n");
}

/* SPDX-License-Identifier: MIT */
/* The report for people: a table of processors, what was found, one line of verdict. */
#include "kernel/report.h"

#include "kernel/options.h"
#include "kernel/times.h"
#include "lib/format.h"
#include "lib/log.h"

int64_t report_ns(const struct smp *smp, uint64_t tsc)
{
	return arch_clock_between(smp->start_ticks, tsc);
}

void report_mismatch(char *out, size_t size, const struct cpu_mismatch *m)
{
	switch (m->field) {
	case PROOF_EXCEPTION:
		format(out, size, "exception %s at " ARCH_PC " 0x%lx",
		       arch_fault_name((uint8_t)m->actual), (unsigned long)m->expected);
		break;
	case PROOF_ENTRIES:
		format(out, size, "entered %lu times, must be once", (unsigned long)m->actual);
		break;
	case PROOF_VTL:
		if (m->actual == CPU_VTL_UNKNOWN)
			format(out, size, "vtl: expected %lu, is not told",
			       (unsigned long)m->expected);
		else
			format(out, size, "vtl: expected %lu, is %lu", (unsigned long)m->expected,
			       (unsigned long)m->actual);
		break;
	default:
		format(out, size, "%s: expected 0x%lx, is 0x%lx", proof_field_name(m->field),
		       (unsigned long)m->expected, (unsigned long)m->actual);
	}
}

static void number(char *out, size_t size, uint32_t value, uint32_t unknown)
{
	if (value == unknown)
		format(out, size, "-");
	else
		format(out, size, "%u", value);
}

static void since_start(char *out, size_t size, const struct smp *smp, uint64_t tsc)
{
	if (tsc)
		text_us(out, size, report_ns(smp, tsc));
	else
		format(out, size, "-");
}

/* Is any processor somewhere else than in VTL 0? */
static bool has_vtls(const struct smp *smp)
{
	bool has = false;

	for (size_t i = 0; i < smp->count; i++) {
		uint8_t vtl = smp_cpu(smp, i)->vtl;

		has |= vtl && vtl != CPU_VTL_UNKNOWN;
	}
	return has;
}

static void row(const struct report *r, const struct cpu *cpu, bool with_vtl)
{
	const struct smp *smp = r->smp;
	const struct arch_cpu *arch = (const struct arch_cpu *)cpu->arch;
	bool started = cpu->start.method == HVSMP_METHOD_HYPERCALL ||
		       cpu->start.method == HVSMP_METHOD_SECOND;
	char uid[12], vp[12], vtl[12], numa[12], status[12] = "-", by[12] = "-";
	char issued[16], first[16], online[16];

	number(uid, sizeof(uid), cpu->uid, SMP_UID_UNKNOWN);
	number(vp, sizeof(vp), cpu->start.vp_index, HVSMP_VP_UNKNOWN);
	number(numa, sizeof(numa), cpu->numa, SMP_NUMA_UNKNOWN);
	if (cpu->start.calls && !cpu->start.answer.err)
		format(status, sizeof(status), "0x%02x", cpu->start.answer.status.code);
	if (started)
		format(by, sizeof(by), "%lu", cpu_id(smp_cpu(smp, cpu->start.starter)));
	since_start(issued, sizeof(issued), smp, cpu->start.issued);
	since_start(first, sizeof(first), smp, arch_cpu_first_ticks(arch));
	since_start(online, sizeof(online), smp, cpu_online_tsc(cpu));
	log_print("%5lu %5s %5s", cpu_id(cpu), uid, vp);
	if (with_vtl) {
		number(vtl, sizeof(vtl), cpu->vtl, CPU_VTL_UNKNOWN);
		log_print("  %3s", vtl);
	}
	log_print(" %5s  %-4s  %-8s  %-8s  %6s %5s %11s %11s %11s\n", numa,
		  cpu->start.is_bsp ? "bsp" : "ap", cpu_method_name(cpu->start.method),
		  cpu_verdict_name(cpu->verdict), status, by, issued, first, online);
	for (uint32_t i = 0; i < cpu->mismatch_count && i < CPU_MAX_MISMATCHES; i++) {
		char text[96];

		report_mismatch(text, sizeof(text), &cpu->mismatch[i]);
		log_print("        %s\n", text);
	}
	report_vsm_row(r, cpu);
}

static void milliseconds(char *out, size_t size, uint64_t ns)
{
	format(out, size, "%lu.%03lu", (unsigned long)(ns / 1000000),
	       (unsigned long)(ns / 1000 % 1000));
}

static const char *layout_name(uint32_t stride)
{
	switch (stride) {
	case 4: return "4-byte elements";
	case 8: return "8-byte elements";
	default: return "one element a call";
	}
}

uint32_t report_map_calls(const struct platform *p, const struct smp *smp)
{
	return p->hypervisor.hv.proof_calls + smp->start.map.calls;
}

size_t report_warnings_left_out(void)
{
	return log_kept_count() > LOG_KEPT ? log_kept_count() - LOG_KEPT : 0;
}

static void selftest(const struct selftest *s)
{
	log_print("\nself-test of %lu processors\n", (unsigned long)s->members);
	log_print("  calls: %lu, %lu without an answer; least %lu, median %lu, most %lu ns\n",
		  (unsigned long)s->pairs, (unsigned long)s->lost, (unsigned long)s->min_ns,
		  (unsigned long)s->median_ns, (unsigned long)s->max_ns);
	log_print("  IPIs: %u sent, %u taken; by %u hypercalls 0x0B, %u 0x15, %u " ARCH_IPI_SHORT
		  " messages\n",
		  s->announced, s->taken, s->sent[IPI_BY_MASK], s->sent[IPI_BY_SET],
		  s->sent[IPI_BY_NOTIFY]);
	if (s->has_skew)
		log_print("  TSC against the reference counter: furthest off by %ld ns (+- "
			  "%lu, " ARCH_HW_ID " %lu)\n",
			  (long)s->skew_ns, (unsigned long)s->skew_error_ns,
			  (unsigned long)s->skew_hw_id);
	else
		log_print("  TSC: there is no reference counter to hold it against\n");
	log_print("  atomic additions: sum %lu, expected %lu\n", (unsigned long)s->actual,
		  (unsigned long)s->expected);
}

static void payload(const struct report *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->smp->count; i++)
		count += smp_cpu(r->smp, i)->handed_over;
	if (!r->payload || !r->payload->path[0])
		return;
	log_print("payload %s: ", r->payload->path);
	if (r->payload->reason[0])
		log_print("%s\n", r->payload->reason);
	else
		log_print("%lu processors are handed over\n", (unsigned long)count);
}

static void report_table(const struct report *r)
{
	const struct smp *smp = r->smp;
	size_t left_out = report_warnings_left_out();
	bool assumed = r->platform->clock_assumed;
	const char *us = assumed ? "~us" : " us";
	bool with_vtl = has_vtls(smp);
	char bringup[24];
	char whole[24];

	log_print("\n%5s   uid    vp%s  numa  role  method    verdict   status    by   issued%s "
		  "   first%s   online%s\n",
		  ARCH_HW_ID_SHORT, with_vtl ? "  vtl" : "", us, us, us);
	for (size_t i = 0; i < smp->count; i++)
		row(r, smp_cpu(smp, i), with_vtl);
	milliseconds(bringup, sizeof(bringup), r->summary.bringup_ns);
	milliseconds(whole, sizeof(whole), r->kernel_ns);
	log_print("\nbring-up took %s%s ms, the kernel %s%s ms since ExitBootServices\n",
		  assumed ? "~" : "", bringup, assumed ? "~" : "", whole);
	if (assumed)
		log_print("~ the clock's rate is not known and taken for %lu Hz: these times, and "
			  "the self-test's, are no measurements\n",
			  (unsigned long)r->platform->tsc_hz);
	if (smp->start.map.calls)
		log_print("VP indexes: %u answers in %u calls, %s\n", smp->start.map.elements,
			  report_map_calls(r->platform, smp), layout_name(smp->start.map.stride));
	if (r->selftest)
		selftest(r->selftest);
	if (r->platform->hypervisor.reason[0])
		log_print("not by hypercall: %s\n", r->platform->hypervisor.reason);
	report_vsm_table(r);
	payload(r);
	if (left_out)
		log_print("%lu warnings, of which the JSON report leaves out the last %lu\n",
			  (unsigned long)log_kept_count(), (unsigned long)left_out);
	log_print("verdict: %s - %lu of %lu processors online\n",
		  machine_verdict_name(r->summary.verdict), (unsigned long)r->summary.online,
		  (unsigned long)r->summary.expected);
}

void report_print(const struct report *r, unsigned int forms)
{
	if (forms & REPORT_TAP)
		report_tap(r);
	if (forms & REPORT_JSON)
		report_json(r);
	if (forms & REPORT_TABLE)
		report_table(r);
}

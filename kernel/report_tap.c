/* SPDX-License-Identifier: MIT */
/* The report as TAP version 13: a point for each processor, then those for the machine. */
#include "kernel/report.h"

#include "lib/log.h"

enum { MACHINE_POINTS = 3, SELFTEST_POINTS = 3 };

static void point(unsigned long n, bool good, const char *what)
{
	log_print("%s %lu - %s\n", good ? "ok" : "not ok", n, what);
}

static void selftest(unsigned long n, const struct selftest *s)
{
	point(n + 1, !s->lost, "every processor answers the others' calls");
	point(n + 2, s->announced == s->taken, "as many IPIs were taken as were sent");
	point(n + 3, s->actual == s->expected && !s->scattered,
	      "atomic additions of all processors at once are exact");
}

void report_tap(const struct report *r)
{
	const struct smp *smp = r->smp;
	unsigned long n = smp->count;
	bool mismatch = false;

	log_print("TAP version 13\n1..%lu\n",
		  n + MACHINE_POINTS + report_vsm_points(r) + (r->selftest ? SELFTEST_POINTS : 0));
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		mismatch |= cpu->mismatch_count != 0;
		log_print("%s %lu - " ARCH_HW_ID_SHORT " %lu: %s by %s",
			  cpu->verdict == CPU_ONLINE ? "ok" : "not ok", (unsigned long)i + 1,
			  cpu_id(cpu), cpu_verdict_name(cpu->verdict),
			  cpu_method_name(cpu->start.method));
		if (cpu->vtl && cpu->vtl != CPU_VTL_UNKNOWN)
			log_print(" in VTL %u", cpu->vtl);
		log_print("\n");
	}
	point(n + 1, r->summary.online == r->summary.expected, "every processor is online");
	point(n + 2, !mismatch, "every processor arrived as it was asked to");
	point(n + 3, r->summary.verdict == MACHINE_OK, "the machine's verdict is ok");
	if (r->vtl->is_wanted)
		report_vsm_tap(n + MACHINE_POINTS, r);
	if (r->selftest)
		selftest(n + MACHINE_POINTS + report_vsm_points(r), r->selftest);
}

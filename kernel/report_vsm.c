/* SPDX-License-Identifier: MIT */
/* The report's part about virtual trust levels, in its three forms. */
#include "kernel/report.h"

#include "lib/format.h"
#include "lib/log.h"

/* NULL: nothing watches this processor's VTL 0. */
static const struct vtl_watched *watched(const struct report *r, const struct cpu *cpu)
{
	const struct vtl_monitor *m = &r->vtl->monitor;

	return m->is_armed ? &m->watched[cpu->start.index] : NULL;
}

static uint64_t intercepts(const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->smp->count; i++) {
		const struct vtl_watched *w = watched(r, smp_cpu(r->smp, i));

		n += w ? w->intercepts : 0;
	}
	return n;
}

/* Calls of HvCallEnableVpVtl. */
static uint64_t calls(const struct report *r)
{
	uint64_t n = r->vtl->asked_boot;

	for (size_t i = 0; i < r->smp->count; i++)
		n += r->smp->record[i]->vtl_calls;
	return n;
}

static void status(struct json *j, const char *name, bool asked, const struct hvsmp_result *answer)
{
	json_known(j, name, answer->status.code, asked && !answer->err);
}

static void leak_text(const struct vtl_leak *leak, char *out, size_t size)
{
	format(out, size, "%s: expected 0x%lx, is 0x%lx", leak->name, (unsigned long)leak->expected,
	       (unsigned long)leak->actual);
}

static void monitor(struct json *j, const struct report *r)
{
	const struct vtl_monitor *m = &r->vtl->monitor;

	if (!m->is_wanted) {
		json_null(j, "monitor");
		return;
	}
	json_object(j, "monitor");
	json_bool(j, "armed", m->is_armed);
	json_object(j, "pages");
	json_number(j, "code", m->code);
	json_number(j, "constants", m->constants);
	json_number(j, "own", m->own);
	json_object_end(j);
	json_number(j, "intercepts", intercepts(r));
	json_object(j, "checksum");
	json_known(j, "before", m->before, m->knows_after);
	json_known(j, "after", m->after, m->knows_after);
	json_object_end(j);
	json_bool(j, "startup_denied", m->denies);
	json_known(j, "init_sent_to", m->sent_to, m->has_sent);
	json_number(j, "broken", m->broken);
	json_object_end(j);
}

void report_vsm_json_cpu(struct json *j, const struct report *r, const struct cpu *cpu)
{
	const struct vtl_watched *w = watched(r, cpu);

	if (!w) {
		json_null(j, "intercepts");
		return;
	}
	json_object(j, "intercepts");
	json_number(j, "count", w->intercepts);
	json_known(j, "address", w->address, w->intercepts);
	json_known(j, "rip", w->rip, w->intercepts);
	json_object_end(j);
}

void report_vsm_json(struct json *j, const struct report *r)
{
	const struct vtl *v = r->vtl;
	char text[HVSMP_REASON_SIZE];

	json_object(j, "vsm");
	json_bool(j, "offered", hvsmp_may_use_vtls(&r->platform->hypervisor.features, text));
	json_bool(j, "wanted", v->is_wanted);
	json_string(j, "reason", v->reason);
	json_known(j, "maximum_vtl", v->partition.maximum, v->knows_maximum);
	json_number(j, "active_vtl", r->smp->config.vtl);
	json_object(j, "statuses");
	status(j, "partition", v->asked_partition, &v->partition_answer);
	status(j, "boot", v->asked_boot, &v->boot_answer);
	json_object_end(j);
	json_number(j, "calls", calls(r));
	json_object(j, "code_page");
	json_known(j, "call", v->offsets.call, v->knows_offsets);
	json_known(j, "return", v->offsets.ret, v->knows_offsets);
	json_object_end(j);
	json_array(j, "leaked");
	for (size_t i = 0; i < v->leaks; i++) {
		leak_text(&v->leak[i], text, sizeof(text));
		json_string(j, NULL, text);
	}
	json_array_end(j);
	monitor(j, r);
	json_object_end(j);
}

void report_vsm_row(const struct report *r, const struct cpu *cpu)
{
	const struct vtl_watched *w = watched(r, cpu);

	if (w && w->intercepts)
		log_print("        intercept: VTL 1 has skipped a write to code at 0x%lx by rip "
			  "0x%lx\n",
			  (unsigned long)w->address, (unsigned long)w->rip);
}

static void table_of_monitor(const struct report *r)
{
	const struct vtl_monitor *m = &r->vtl->monitor;

	if (!m->is_armed)
		return;
	log_print("monitor: protects %lu pages of code, %lu of constants, %lu of VTL 1's; %lu "
		  "intercepts%s\n",
		  (unsigned long)m->code, (unsigned long)m->constants, (unsigned long)m->own,
		  (unsigned long)intercepts(r), m->broken ? ", NOT AS IT WAS TO BE" : "");
	if (m->knows_after)
		log_print("monitor: code and constants are %s, checksum 0x%08x\n",
			  m->before == m->after ? "unchanged" : "CHANGED", m->after);
	if (m->has_sent)
		log_print("monitor: VTL 0's INIT to " ARCH_HW_ID " %lu %s\n",
			  (unsigned long)m->sent_to,
			  m->has_reset ? "HAS RESET IT" : "and a start-up IPI did nothing");
}

void report_vsm_table(const struct report *r)
{
	const struct vtl *v = r->vtl;

	if (v->has_returned)
		log_print("VTL 1: entered and left, %lu calls of HvCallEnableVpVtl, %s\n",
			  (unsigned long)calls(r),
			  v->leaks ? "and VTL 0 is not as it was:" : "VTL 0 is as it was");
	for (size_t i = 0; i < v->leaks; i++) {
		char text[HVSMP_REASON_SIZE];

		leak_text(&v->leak[i], text, sizeof(text));
		log_print("        %s\n", text);
	}
	table_of_monitor(r);
	if (v->reason[0])
		log_print("not as vtl=%s asks: %s\n", v->monitor.is_wanted ? "monitor" : "1",
			  v->reason);
}

static void point(unsigned long *n, bool good, const char *what)
{
	log_print("%s %lu - %s\n", good ? "ok" : "not ok", ++*n, what);
}

enum { VSM_POINTS = 2, MONITOR_POINTS = 3 };

unsigned long report_vsm_points(const struct report *r)
{
	return (r->vtl->is_wanted ? VSM_POINTS : 0) +
	       (r->vtl->monitor.is_wanted ? MONITOR_POINTS : 0);
}

void report_vsm_tap(unsigned long n, const struct report *r)
{
	const struct vtl *v = r->vtl;
	const struct vtl_monitor *m = &v->monitor;

	point(&n, v->has_returned, "VTL 1 was entered and left");
	point(&n, !v->leaks, "VTL 0 is as it was before VTL 1");
	if (!m->is_wanted)
		return;
	point(&n, m->is_armed && !m->broken && intercepts(r) == r->summary.online,
	      "a write to code by every processor was intercepted, and nothing else is amiss");
	point(&n, m->knows_after && m->before == m->after, "code and constants are unchanged");
	point(&n, m->denies, "VTL 0 can start no processor any more");
}

/* SPDX-License-Identifier: MIT */
/* The report's part about virtual trust levels, in its three forms. */
#include "kernel/report.h"

#include "lib/format.h"
#include "lib/log.h"

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
	json_object_end(j);
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
	if (v->reason[0])
		log_print("not as vtl=1 asks: %s\n", v->reason);
}

void report_vsm_tap(unsigned long n, const struct report *r)
{
	const struct vtl *v = r->vtl;

	log_print("%s %lu - VTL 1 was entered and left\n", v->has_returned ? "ok" : "not ok",
		  n + 1);
	log_print("%s %lu - VTL 0 is as it was before VTL 1\n", v->leaks ? "not ok" : "ok", n + 2);
}

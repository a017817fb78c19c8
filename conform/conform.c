/* SPDX-License-Identifier: MIT */
/* The order of the tables, and what is said before and after them. */
#include "conform/internal.h"

static void print_plan(const struct bench *b, struct conform_summary *sum)
{
	for (unsigned int i = 0; i < b->rows; i++) {
		sum->passed += b->row[i].outcome == ROW_PASSED;
		sum->failed += b->row[i].outcome == ROW_FAILED;
		sum->skipped += b->row[i].outcome == ROW_SKIPPED;
		sum->errors += b->row[i].outcome == ROW_ERROR;
	}
	log_print("1..%u\n", b->rows);
}

static void print_json(const struct bench *b, const struct conform_summary *sum)
{
	const struct hvsmp_features *f = b->in->features;
	struct json j = {0};

	log_print("@conformance ");
	json_object(&j, NULL);
	json_string(&j, "schema", "hvsmp-conformance/2");
	json_string(&j, "verdict", sum->failed || sum->errors ? "failed" : "ok");
	json_object(&j, "hypervisor");
	json_string(&j, "interface", f->interface_name);
	json_string(&j, "vendor", f->vendor);
	json_number(&j, "privileges", f->privileges);
	json_number(&j, "proof_calls", b->in->hv->proof_calls);
	json_object_end(&j);
	json_number(&j, "passed", sum->passed);
	json_number(&j, "failed", sum->failed);
	json_number(&j, "skipped", sum->skipped);
	json_number(&j, "errors", sum->errors);
	rows_json(&j, b);
	json_object_end(&j);
	log_print("\n");
}

enum err conform_run(const struct conform_input *in, struct conform_summary *out)
{
	static struct bench bench;
	enum err e = bench_prepare(&bench, in);

	*out = (struct conform_summary){0};
	if (e)
		return e;
	log_print("TAP version 13\n");
	map_rows(&bench);      /* 0x9A, one element a call */
	map_list_rows(&bench); /* 0x9A, lists */
	start_rows(&bench);    /* 0x99 refused */
	arrival_rows(&bench);  /* 0x99 accepted: who arrives, and how */
	vtl_rows(&bench);      /* VTLs, from VTL 0: the boot processor ends with two */
	register_rows(&bench); /* 0x99 with registers that no processor takes: VPs may be lost */
	print_plan(&bench, out);
	print_json(&bench, out);
	return OK;
}

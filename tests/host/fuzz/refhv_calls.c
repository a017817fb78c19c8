/* SPDX-License-Identifier: MIT */
/*
 * Hypercalls as a guest may make them: any control word, addresses and parameter pages, several one
 * after another. What must hold of every answer: no more elements than were asked for, a VP started
 * only by success, no write but to the output.
 */
#include "tests/host/fuzz/fuzz.h"
#include "tests/refhv/calls/hypercall.h"
#include "tests/refhv/loader/cfg_parse.h"

enum { PAGE = 4096, RAM = 0x10000, RAM_END = RAM + 3 * PAGE, OVERLAY = RAM_END, VPS = 4 };

static uint8_t ram[RAM_END - RAM];
static struct partition partition;
static struct vp vps[VPS];

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < RAM || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - RAM);
}

static bool protect(uint64_t gpa, uint32_t flags)
{
	ENSURE(guest_ram(gpa, PAGE) && gpa % PAGE == 0);
	ENSURE(!flags || flags & 1);
	return true;
}

static void set_up(struct fuzz_reader *r)
{
	memset(&partition, 0, sizeof(partition));
	memset(vps, 0, sizeof(vps));
	cfg_defaults(&partition.cfg);
	partition.cfg.stride = fuzz_take(r, 1) & 1 ? 8 : 4;
	partition.cfg.one_rep = fuzz_take(r, 1) & 1;
	partition.cfg.ipi = fuzz_take(r, 1) % 3;
	partition.limits = (struct cpu_limits){0xD01, 0x7FF, 40};
	partition.guest_ram = guest_ram;
	partition.protect = protect;
	partition.vtl[0].hypercall = OVERLAY | HV_HYPERCALL_ENABLE;
	for (uint32_t i = 0; i < VPS; i++) {
		vps[i].apic_id = 2 * i;
		vps[i].index = VPS - 1 - i;
		vps[i].state = i ? VP_WAIT : VP_RUNNING;
		partition.by_apic_id[2 * i] = partition.by_index[VPS - 1 - i] = &vps[i];
		partition.vps[partition.vp_count++] = &vps[i];
	}
}

static void call(struct fuzz_reader *r)
{
	static uint8_t before[sizeof(ram)];
	struct hypercall one = {.partition = &partition, .caller = &vps[0]};
	static const uint16_t codes[] = {0x9A, 0x99, 0x0B, 0x15, 0x0C, 0x50};
	uint64_t control = fuzz_take(r, 8);
	uint64_t result;

	if (fuzz_take(r, 1) & 1) /* mostly a call that is there */
		control = (control & ~0xFFFFUL) | codes[control % 8 % 6];
	one.control.as_u64 = control;
	vps[0].active_vtl = control >> 48 & 1;
	partition.vsm_config = control >> 49 & 1;
	one.input_gpa = RAM + (fuzz_take(r, 2) & 0x3FF8);
	one.output_gpa = RAM + (fuzz_take(r, 2) & 0x3FF8);
	for (size_t at = 0; at < 320 && r->left; at++) {
		uint8_t *in = guest_ram(one.input_gpa + at, 1);

		if (in)
			*in = (uint8_t)fuzz_take(r, 1);
	}
	memcpy(before, ram, sizeof(ram));
	result = hypercall_dispatch(&one);
	ENSURE((result >> 32 & 0xFFF) <= (control >> 32 & 0xFFF) || !(control >> 32 & 0xFFF));
	ENSURE(!one.started || (uint16_t)result == HV_SUCCESS);
	ENSURE(!one.started || one.started != &vps[0]);
	for (size_t i = 0; i < sizeof(ram); i++) {
		bool is_output = RAM + i >= one.output_gpa && RAM + i < one.output_gpa + PAGE;

		ENSURE(ram[i] == before[i] || is_output);
	}
	if ((uint16_t)result != HV_SUCCESS && !one.reps_done)
		ENSURE(!memcmp(ram, before, sizeof(ram)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader reader = {data, size};

	set_up(&reader);
	memset(ram, 0, sizeof(ram));
	for (int i = 0; i < 8 && reader.left; i++)
		call(&reader);
	return 0;
}

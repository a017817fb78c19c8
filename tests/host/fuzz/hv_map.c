/* SPDX-License-Identifier: MIT */
/*
 * hvsmp_map against a hypervisor that answers what the input says. The input begins with what the
 * machine is (machine_read), then has a few bytes for each call: enum answer
 * and what it takes. Once the input is used up every call is answered rightly.
 */
#include "hv/hv.h"
#include "tests/host/fuzz/fuzz.h"

enum { PAGE_BYTES = 4096, HEADER_BYTES = 16, CALL_CODE = 0x9A, MAX_WORDS = 64 };
#define CONTROL_BITS 0x0FFF0FFF0000FFFFULL
#define VP_SELF      0xFFFFFFFEU
/* Calls without progress until hvsmp_map gives an element up: three stalls, five time-outs, one. */
enum { FRUITLESS = 9, PROBES = 2 };

/* Most machines are small, which is fast; the large one needs two lists in every layout. */
enum { SMALL_CPUS = 64, LARGE_CPUS = 1030, LARGE = 0xFF };

enum answer {
	RIGHT_PACKED, /* all of it, 4-byte elements */
	RIGHT_PADDED, /* all of it, 8-byte elements */
	RIGHT_PARTLY, /* so many elements (1 byte), then this status (1 byte) */
	ANY_RESULT,   /* the result word (8 bytes), words of output (1 byte), each with its place */
	FAULTS,
	ANSWERS,
};

static struct machine {
	struct fuzz_reader input;
	size_t count, bsp;
	uint32_t first_id, id_step, bsp_vp, limit;
	size_t calls;
} machine;

static uint32_t apic_id(size_t i)
{
	return machine.first_id + (uint32_t)i * machine.id_step;
}

/* The VP that an id really has; HVSMP_VP_UNKNOWN if nobody has that id. */
static uint32_t true_vp(uint64_t id)
{
	size_t places = machine.bsp_vp + machine.count;
	size_t i = (id - machine.first_id) / machine.id_step;

	if (id < machine.first_id || i >= machine.count || apic_id(i) != id)
		return HVSMP_VP_UNKNOWN;
	return (uint32_t)((machine.bsp_vp + places + i - machine.bsp) % places);
}

static uint64_t result(uint16_t status, size_t reps)
{
	return status | (uint64_t)reps << 32;
}

static uint64_t right(const uint8_t *list, uint8_t *output, size_t start, size_t end, size_t stride,
		      uint16_t status)
{
	for (size_t i = start; i < end; i++) {
		uint64_t id = 0;
		uint64_t vp;

		memcpy(&id, list + i * stride, stride);
		vp = true_vp(id);
		if (vp == HVSMP_VP_UNKNOWN)
			return result(HVSMP_STATUS_INVALID_PARAMETER, i);
		memcpy(output + i * stride, &vp, stride);
	}
	return result(status, end);
}

static uint64_t any_result(uint8_t *output)
{
	struct fuzz_reader *in = &machine.input;
	uint64_t rax = fuzz_take(in, 8);

	for (size_t n = fuzz_take(in, 1) % MAX_WORDS; n > 0; n--) {
		size_t place = fuzz_take(in, 2) % (PAGE_BYTES / 4);
		uint32_t word = (uint32_t)fuzz_take(in, 4);

		memcpy(output + 4 * place, &word, 4);
	}
	return rax;
}

/* What the specification demands of every caller. */
static void check_call(uint64_t control, uint64_t input, uint64_t output, size_t count,
		       size_t start)
{
	static const uint8_t header[HEADER_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF,
						     0xFF, 0xFF, 0xFF, 0xFF};

	ENSURE(!(control & ~CONTROL_BITS) && (control & 0xFFFF) == CALL_CODE);
	ENSURE(count > 0 && start < count);
	ENSURE(input % 8 == 0 && input % PAGE_BYTES + HEADER_BYTES + 4 * count <= PAGE_BYTES);
	ENSURE(output % 8 == 0 && output % PAGE_BYTES + 4 * count <= PAGE_BYTES);
	ENSURE(!memcmp((const void *)input, header, HEADER_BYTES));
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	struct fuzz_reader *in = &machine.input;
	const uint8_t *list = (const uint8_t *)input + HEADER_BYTES;
	uint8_t *out = (uint8_t *)output;
	size_t count = control >> 32 & 0xFFF;
	size_t start = control >> 48 & 0xFFF;
	size_t padded = (PAGE_BYTES - HEADER_BYTES) / 8;
	size_t end;

	(void)ctx;
	(void)page;
	machine.calls++;
	check_call(control, input, output, count, start);
	*rax = 0;
	switch ((enum answer)(fuzz_take(in, 1) % ANSWERS)) {
	case RIGHT_PADDED:
		*rax = count > padded ? result(HVSMP_STATUS_INVALID_PARAMETER, start)
				      : right(list, out, start, count, 8, HVSMP_STATUS_SUCCESS);
		return true;
	case RIGHT_PARTLY:
		end = start + fuzz_take(in, 1);
		*rax = right(list, out, start, end < count ? end : count, 4,
			     (uint16_t)fuzz_take(in, 1));
		return true;
	case ANY_RESULT: *rax = any_result(out); return true;
	case FAULTS: return false;
	default: *rax = right(list, out, start, count, 4, HVSMP_STATUS_SUCCESS); return true;
	}
}

static void machine_read(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = {data, size};

	machine.count = fuzz_take(&r, 1);
	machine.count = machine.count == LARGE ? LARGE_CPUS : 1 + machine.count % SMALL_CPUS;
	machine.bsp = fuzz_take(&r, 2) % machine.count;
	machine.first_id = (uint32_t)fuzz_take(&r, 2);
	machine.id_step = 1 + (uint32_t)fuzz_take(&r, 1);
	machine.bsp_vp = (uint32_t)fuzz_take(&r, 2);
	machine.limit = (uint32_t)fuzz_take(&r, 2);
	machine.calls = 0;
	machine.input = r;
}

/* No index at or beyond the limit, nobody's index but one's own, and only where it was found. */
static void check_entries(const struct hvsmp_map_entry *e, const struct hvsmp_map_info *info)
{
	static bool taken[1 << 17]; /* all false between the runs */
	size_t found = 0;

	for (size_t i = 0; i < machine.count; i++) {
		ENSURE(e[i].hw_id == apic_id(i));
		ENSURE((e[i].state == HVSMP_MAP_FOUND) == (e[i].vp_index != HVSMP_VP_UNKNOWN));
		if (e[i].state != HVSMP_MAP_FOUND)
			continue;
		found++;
		ENSURE(e[i].vp_index < VP_SELF &&
		       (!machine.limit || e[i].vp_index < machine.limit));
		for (size_t k = 0; e[i].vp_index >= sizeof(taken) && k < i; k++)
			ENSURE(e[k].vp_index != e[i].vp_index);
		if (e[i].vp_index < sizeof(taken)) {
			ENSURE(!taken[e[i].vp_index]);
			taken[e[i].vp_index] = true;
		}
	}
	ENSURE(found == info->elements);
	for (size_t i = 0; i < machine.count; i++) {
		if (e[i].vp_index < sizeof(taken))
			taken[e[i].vp_index] = false;
	}
}

static void check(enum hvsmp_error e, const struct hvsmp_map_entry *entries,
		  const struct hvsmp_map_info *info)
{
	const struct hvsmp_map_entry *bsp = &entries[machine.bsp];

	ENSURE(e == HVSMP_OK || e == HVSMP_ERROR_INVALID || e == HVSMP_ERROR_DENIED ||
	       e == HVSMP_ERROR_FAULT);
	ENSURE((e == HVSMP_OK) == (info->reason[0] == '\0'));
	ENSURE(memchr(info->reason, '\0', HVSMP_REASON_SIZE));
	ENSURE(info->calls == machine.calls);
	ENSURE(info->calls <= FRUITLESS * (machine.count + 1) + PROBES);
	ENSURE(info->stride == 0 || info->stride == 4 || info->stride == 8);
	ENSURE(bsp->state == HVSMP_MAP_FOUND || bsp->state == HVSMP_MAP_UNASKED);
	ENSURE(bsp->state == HVSMP_MAP_UNASKED || bsp->vp_index == machine.bsp_vp);
	check_entries(entries, info);
	for (size_t i = 0; e == HVSMP_OK && i < machine.count; i++)
		ENSURE(entries[i].state != HVSMP_MAP_UNASKED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hvsmp_host calls_only = {.hypercall = hypercall};
	struct hvsmp_interface hv = {.host = &calls_only};
	void *input = aligned_alloc(PAGE_BYTES, PAGE_BYTES);
	void *output = aligned_alloc(PAGE_BYTES, PAGE_BYTES);
	struct hvsmp_caller caller = {.hv = &hv,
				      .input = {input, (uint64_t)input},
				      .output = {output, (uint64_t)output}};
	struct hvsmp_map_entry *entries;
	struct hvsmp_map_info info;
	enum hvsmp_error e;

	machine_read(data, size);
	hv.bsp_vp_index = machine.bsp_vp;
	entries = calloc(machine.count, sizeof(*entries));
	ENSURE(input && output && entries);
	for (size_t i = 0; i < machine.count; i++)
		entries[i].hw_id = apic_id(i);
	e = hvsmp_map(&caller, apic_id(machine.bsp), machine.limit, entries, machine.count, &info);
	check(e, entries, &info);
	free(entries);
	free(input);
	free(output);
	return 0;
}

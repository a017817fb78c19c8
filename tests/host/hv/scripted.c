/* SPDX-License-Identifier: MIT */
/* The scripted hypervisor; see scripted.h. Numbers of the ABI are written out: it shares no header
 * with what it tests.
 */
#include "tests/host/test.h"

#include <string.h>

#include "tests/host/hv/scripted.h"

enum { PAGE = 4096, HEADER = 16 };
enum { GUEST_OS_ID = 0x40000000, HYPERCALL = 0x40000001, VP_INDEX = 0x40000002 };

/* Bits 31:16 and 63:44 of the result are the hypervisor's own. */
#define GARBAGE 0xABCDE000FFFF0000ull

struct script script;

void script_reset(const uint32_t *apic_ids, size_t count)
{
	memset(&script, 0, sizeof(script));
	script.in_stride = script.out_stride = 4;
	script.vps = count;
	for (size_t i = 0; i < count; i++) {
		script.vp[i].apic_id = apic_ids[i];
		script.vp[i].vp_index = (uint32_t)((i + count / 2) % count);
	}
	script.unassigned_rax = GARBAGE | 2;
}

struct hvsmp_memory script_memory(void *va)
{
	return (struct hvsmp_memory){va, (uint64_t)va ^ SCRIPT_PA_FLIP};
}

static void *script_va(uint64_t pa)
{
	return (void *)(pa ^ SCRIPT_PA_FLIP);
}

uint32_t script_vp(uint32_t apic_id)
{
	for (size_t i = 0; i < script.vps; i++) {
		if (script.vp[i].apic_id == apic_id)
			return script.vp[i].vp_index;
	}
	return HVSMP_VP_UNKNOWN;
}

void script_set_vp(uint32_t apic_id, uint32_t vp_index)
{
	for (size_t i = 0; i < script.vps; i++) {
		if (script.vp[i].apic_id == apic_id)
			script.vp[i].vp_index = vp_index;
	}
}

static bool known(uint64_t apic_id)
{
	for (size_t i = 0; i < script.vps; i++) {
		if (script.vp[i].apic_id == apic_id)
			return true;
	}
	return false;
}

/* One element; false if its id is unknown. */
static bool map_element(const uint8_t *list, uint8_t *output, uint32_t i)
{
	uint64_t wide = 0;
	uint32_t vp_index;

	memcpy(&wide, list + (size_t)i * script.in_stride, script.in_stride);
	if (script.in_stride == 8 && !script.reads_8_bytes)
		wide = (uint32_t)wide;
	if (!known(wide))
		return false;
	vp_index = script_vp((uint32_t)wide);
	wide = vp_index | (uint64_t)(i == script.odd_at ? script.odd_padding : 0) << 32;
	if (!script.untouched)
		memcpy(output + (size_t)i * script.out_stride, &wide, script.out_stride);
	return true;
}

static uint64_t result(uint16_t status, uint32_t reps)
{
	return GARBAGE | status | (uint64_t)reps << 32;
}

static void assert_block(uint64_t gpa, size_t size)
{
	assert_int_equal(gpa % 8, 0);
	assert_true(gpa % PAGE + size <= PAGE);
}

static uint64_t map(uint64_t control, const uint8_t *input, uint8_t *output, bool faulty)
{
	static const uint8_t header[HEADER] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint32_t count = control >> 32 & 0xFFF, start = control >> 48 & 0xFFF, end = count, i;

	assert_int_equal(control & ~0x0FFF0FFF0000FFFFull, 0);
	assert_true(start < count);
	assert_memory_equal(input, header, HEADER);
	if (HEADER + count * script.in_stride > PAGE || count * script.out_stride > PAGE)
		return result(4, 0);
	if (script.reps_per_call && start + script.reps_per_call < end)
		end = start + script.reps_per_call;
	if (faulty && start + script.fault.reps < end)
		end = start + script.fault.reps;
	for (i = start; i < end; i++) {
		if (!map_element(input + HEADER, output, i))
			return result(5, script.relative_reps ? i - start : i);
	}
	return result(faulty ? script.fault.status : 0, script.relative_reps ? i - start : i);
}

/* Notes the elements: they follow one another in all of a test. */
static uint64_t protect(uint64_t control, uint64_t input, bool faulty)
{
	uint32_t count = control >> 32 & 0xFFF, done = faulty ? script.fault.reps : count;
	const uint8_t *block = script_va(input);

	assert_int_equal(control & ~0x00000FFF0000FFFFull, 0);
	assert_block(input, HEADER + (size_t)count * 8);
	memcpy(script.last_input, block, HEADER + (size_t)count * 8);
	for (uint32_t i = 0; i < done; i++) {
		uint64_t page;

		memcpy(&page, block + HEADER + (size_t)i * 8, 8);
		if (!script.pages)
			script.first_page = page;
		assert_int_equal(page, script.first_page + script.pages++);
	}
	return result(faulty ? script.fault.status : 0, done);
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	uint32_t n = script.calls++;
	size_t list = (control >> 32 & 0xFFF) * script.in_stride;
	bool faulty = n >= script.fault.first && n - script.fault.first < script.fault.count;

	assert_ptr_equal(ctx, &script);
	assert_ptr_equal(page, script.page_va);
	/* What must be no address, should the page be one of zeroes, and no answer. */
	assert_true((int64_t)*rax >> 47 != 0 && (int64_t)*rax >> 47 != -1);
	assert_true(n < SCRIPT_CALLS);
	script.control[n] = control;
	script.last_rdx = input;
	script.last_r8 = output;
	if (faulty && script.fault.raise)
		return false;
	if (script.answers_nothing)
		return true;
	switch (control & 0xFFFF) {
	case 0x9A:
		assert_block(input, HEADER + 8);
		assert_block(output, 8);
		assert_true(input / PAGE != output / PAGE);
		memcpy(script.last_input, script_va(input),
		       HEADER + list < PAGE ? HEADER + list : PAGE);
		*rax = map(control, script_va(input), script_va(output), faulty);
		return true;
	case 0x99:
		assert_int_equal(control, 0x99);
		assert_block(input, 240);
		memcpy(script.last_input, script_va(input), 240);
		*rax = result(faulty ? script.fault.status : 0, 0);
		return true;
	case 0x0D:
		assert_int_equal(control, 0x0D);
		assert_block(input, 16);
		memcpy(script.last_input, script_va(input), 16);
		*rax = result(faulty ? script.fault.status : 0, 0);
		return true;
	case 0x0F:
		assert_int_equal(control, 0x0F);
		assert_block(input, 240);
		memcpy(script.last_input, script_va(input), 240);
		*rax = result(faulty ? script.fault.status : 0, 0);
		return true;
	case 0x50:
		assert_int_equal(control, 0x100000050);
		assert_block(input, HEADER + 4);
		assert_block(output, 16);
		assert_true(input + HEADER + 4 <= output || output + 16 <= input);
		memcpy(script.last_input, script_va(input), HEADER + 4);
		if (!faulty)
			memcpy(script_va(output), &script.register_value, 8);
		*rax = result(faulty ? script.fault.status : 0, !faulty);
		return true;
	case 0x51:
		assert_int_equal(control, 0x100000051);
		assert_block(input, HEADER + 32);
		memcpy(script.last_input, script_va(input), HEADER + 32);
		*rax = result(faulty ? script.fault.status : 0, faulty ? script.fault.reps : 1);
		return true;
	case 0x0C: *rax = protect(control, input, faulty); return true;
	case 0x0B:
		assert_int_equal(control, 0x1000B); /* fast: no block */
		*rax = result(faulty ? script.fault.status : 0, 0);
		return true;
	case 0x15:
		assert_int_equal(control & ~0x7FE0000ull, 0x15);
		assert_block(input, 8 + 16 + (control >> 17) * 8);
		memcpy(script.last_input, script_va(input), 8 + 16 + (control >> 17) * 8);
		*rax = result(faulty ? script.fault.status : 0, 0);
		return true;
	default: *rax = script.unassigned_rax; return true;
	}
}

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	assert_ptr_equal(ctx, &script);
	*value = 0;
	if (msr == script.faulting_msr && !script.only_writes)
		return false;
	switch (msr) {
	case GUEST_OS_ID: *value = script.os_id; return true;
	case HYPERCALL: *value = script.hypercall; return true;
	case VP_INDEX: *value = script.vp_index; return true;
	default: return false;
	}
}

static bool msr_write(void *ctx, uint32_t msr, uint64_t value)
{
	assert_ptr_equal(ctx, &script);
	if (msr == script.faulting_msr)
		return false;
	switch (msr) {
	case GUEST_OS_ID:
		if (!script.os_id_does_not_stick)
			script.os_id = value;
		if (value == 0)
			script.hypercall &= ~1ull;
		return true;
	case HYPERCALL:
		if (script.hypercall & 2)
			return false; /* locked */
		if (script.os_id == 0 || script.enable_does_not_stick)
			value &= ~1ull;
		if (script.moved_to)
			value = (value & 0xFFF) | script.moved_to;
		script.hypercall = value;
		return true;
	default: return false;
	}
}

static bool map_code(void *ctx, struct hvsmp_memory *page)
{
	assert_ptr_equal(ctx, &script);
	script.executable = page->pa;
	page->va = script.page_va;
	return !script.map_fails;
}

const struct hvsmp_host script_host = {
	.ctx = &script,
	.msr_read = msr_read,
	.msr_write = msr_write,
	.hypercall = hypercall,
	.map_code = map_code,
};

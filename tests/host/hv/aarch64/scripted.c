/* SPDX-License-Identifier: MIT */
/* The scripted hypervisor; see scripted.h. It shares no number with what it tests. */
#include "tests/host/hv/aarch64/scripted.h"

#include "tests/host/vectors_arm64.h"

enum { PAGE = 4096, HEADER = 16, PER_CLUSTER = 16 };
#define PA_FLIP 0x0008000000000000ull
#define GARBAGE 0xABCDE000FFFF0000ull /* in the result's reserved bits */
#define LOST    0x105710571057ull

struct script script;

void script_reset(uint32_t vps)
{
	memset(&script, 0, sizeof(script));
	script.has_uid = true;
	script.privileges = 0x0020000000000062;
	script.limit = 0xFFFFFFFF;
	script.stride = 4;
	script.vps = vps;
	for (uint32_t i = 0; i < vps; i++) {
		script.mpidr[i] = (uint64_t)(i / PER_CLUSTER) << 32 | i % PER_CLUSTER;
		script.index[i] = (i + 1) % vps;
	}
	script.vp_index = script.index[0];
}

uint32_t script_vp(uint64_t mpidr)
{
	for (uint32_t i = 0; i < script.vps; i++) {
		if (script.mpidr[i] == mpidr)
			return script.index[i];
	}
	return HVSMP_VP_UNKNOWN;
}

struct hvsmp_memory script_memory(void *va)
{
	return (struct hvsmp_memory){va, (uint64_t)va ^ PA_FLIP};
}

static uint64_t get(uint64_t name, uint64_t x[18])
{
	script.gets++;
	if (script.refused == name)
		return GARBAGE | script.status;
	x[16] = 0;
	switch (name) {
	case 0x100: x[15] = script.version[0], x[16] = script.version[1]; break;
	case 0x200: x[15] = script.privileges; break;
	case 0x201: x[15] = script.hints; break;
	case 0x202: x[15] = script.limit; break;
	case 0x90002: x[15] = script.os_id; break;
	case 0x90003: x[15] = script.vp_index; break;
	case 0x90004: x[15] = script.reference; break;
	default: fail();
	}
	return GARBAGE | 1ull << 32;
}

static uint64_t set(uint64_t name, const uint64_t x[18])
{
	script.sets++;
	assert_int_equal(name, 0x90002);
	assert_int_equal(x[6], 0);
	if (script.set_status)
		return GARBAGE | script.set_status;
	if (!script.os_id_lost)
		script.os_id = x[5];
	return GARBAGE | 1ull << 32;
}

static bool hvc(void *ctx, uint16_t immediate, uint64_t x[HVSMP_HVC_REGISTERS])
{
	uint64_t control = x[0];

	assert_ptr_equal(ctx, &script);
	if (script.raises)
		return false;
	if (!immediate) {
		static const uint32_t uid[] = {0x4d32ba58, 0xcd244764, 0x8eef6c75, 0x16597024};

		assert_int_equal(x[0], 0x8600FF01);
		for (int i = 0; i < 4; i++)
			x[i] = script.has_uid ? uid[i] : ~0ull;
		x[3] ^= script.uid_flip;
		return true;
	}
	assert_int_equal(immediate, 1);
	assert_true(control == ARM_GET_CONTROL || control == ARM_SET_CONTROL);
	assert_int_equal(x[1], ~0ull);
	assert_int_equal(x[2], ARM_TARGET_SELF);
	assert_int_equal(x[4], 0);
	x[0] = control == ARM_GET_CONTROL ? get(x[3], x) : set(x[3], x);
	for (int i = 1; i < 15; i++)
		x[i] = LOST;
	x[17] = LOST;
	return true;
}

static uint64_t map(uint64_t control, const uint8_t *input, uint8_t *output)
{
	static const uint8_t header[HEADER] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint32_t count = control >> 32 & 0xFFF, start = control >> 48 & 0xFFF, end = count, i;

	assert_int_equal(control & ~0x0FFF0FFF0000FFFFull, 0);
	assert_in_range(count, 1, 510);
	assert_true(start < count);
	assert_memory_equal(input, header, HEADER);
	if (script.reps_per_call && start + script.reps_per_call < end)
		end = start + script.reps_per_call;
	for (i = start; i < end; i++) {
		uint32_t padding = script.half_padded && i == 1 ? 0x1234 : script.padding;
		uint64_t id, answer;

		memcpy(&id, input + HEADER + 8 * i, 8);
		if (script_vp(id) == HVSMP_VP_UNKNOWN)
			return GARBAGE | 5 | (uint64_t)i << 32;
		answer = script_vp(id) | (uint64_t)padding << 32;
		memcpy(output + (size_t)i * script.stride, &answer, script.stride);
	}
	return GARBAGE | (uint64_t)i << 32;
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	const uint8_t *in = (const uint8_t *)(input ^ PA_FLIP);
	size_t size = control == 0x99 ? 88 : HEADER + 8 * (control >> 32 & 0xFFF);

	assert_ptr_equal(ctx, &script);
	assert_null(page);
	if (script.raises)
		return false;
	assert_true(script.calls < SCRIPT_CALLS);
	script.control[script.calls++] = control;
	assert_int_equal(input % 8, 0);
	assert_true(input % PAGE + size <= PAGE);
	memcpy(script.last_input, in, size);
	assert_true((uint16_t)control == 0x9A || control == 0x99);
	*rax = control == 0x99 ? GARBAGE : map(control, in, (uint8_t *)(output ^ PA_FLIP));
	return true;
}

const struct hvsmp_host script_host = {.ctx = &script, .hvc = hvc, .hypercall = hypercall};

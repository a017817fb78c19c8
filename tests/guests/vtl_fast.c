/* SPDX-License-Identifier: MIT */
/*
 * A guest that makes the calls about VTLs in registers alone: 0x50, 0x51 and 0x0C with XMM
 * registers for their lists and their output, in VTL 0 and in VTL 1.
 */
#include "tests/guests/vtl.h"

#define XMMS       6
#define FEATURES   0x40000003U
#define XMM_INPUT  (1U << 4)
#define XMM_OUTPUT (1U << 15)
#define PROTECTION 0x1FUL

static uint8_t stack[4 * PAGE] __attribute__((aligned(4096)));
static uint8_t pages[5][PAGE] __attribute__((aligned(4096)));
static struct world w0, w1;
static uint64_t xmm[2 * XMMS];
static uint64_t gpr_1[GPRS];

static uint16_t call_xmm(const struct world *world, uint64_t control, uint64_t vtl_and_flags)
{
	uint16_t status;

	__asm__ volatile("movups 0(%0), %%xmm0; movups 16(%0), %%xmm1; movups 32(%0), %%xmm2\n\t"
			 "movups 48(%0), %%xmm3; movups 64(%0), %%xmm4; movups 80(%0), %%xmm5"
			 :
			 : "r"(xmm)
			 : "memory");
	status = hypercall_fast(world, control | FAST, SELF, vtl_and_flags);
	__asm__ volatile("movups %%xmm0, 0(%0); movups %%xmm1, 16(%0); movups %%xmm2, 32(%0)\n\t"
			 "movups %%xmm3, 48(%0); movups %%xmm4, 64(%0); movups %%xmm5, 80(%0)"
			 :
			 : "r"(xmm)
			 : "memory");
	return status;
}

static void fill(void)
{
	for (uint64_t i = 0; i < 2 * XMMS; i++)
		xmm[i] = 0xF00 + i;
}

static void check_rest(uint64_t from)
{
	for (uint64_t i = from; i < 2 * XMMS; i++)
		expect("an XMM register without a part in it", xmm[i], 0xF00 + i);
}

static void read_two(const struct world *world, uint64_t vp_status)
{
	fill();
	xmm[0] = VP_STATUS | (uint64_t)PARTITION_STATUS << 32;
	expect("0x50", call_xmm(world, CALL_REGISTERS | 2 * ONE, VP_SELF), 0);
	expect("the names stay", xmm[0], VP_STATUS | (uint64_t)PARTITION_STATUS << 32);
	expect("beside them", xmm[1], 0xF01);
	expect("VsmVpStatus", xmm[2], vp_status);
	expect("its upper half", xmm[3], 0);
	expect("VsmPartitionStatus", xmm[4], 0x10003);
	check_rest(6);
	expect("0x50, more than fits", call_xmm(world, CALL_REGISTERS | 5 * ONE, VP_SELF), 3);
}

static void main_1(void)
{
	world_begin(&w1);
	read_two(&w1, 0x30001);
	fill();
	xmm[0] = PARTITION_CONFIG;
	xmm[2] = PROTECTION;
	expect("0x51", call_xmm(&w1, CALL_SET_REGISTERS | ONE, VP_SELF), 0);
	expect("it is set", get_register(&w1, PARTITION_CONFIG), PROTECTION);
	fill();
	for (uint64_t i = 0; i < 5; i++)
		xmm[i] = (uint64_t)pages[i] / PAGE;
	expect("0x0C", call_xmm(&w1, CALL_PROTECT | 5 * ONE, 1), 0);
	expect("the list stays", xmm[4], (uint64_t)pages[4] / PAGE);
	check_rest(5);
	try_call(w1.vtl_return, 1, 0, gpr_1);
}

void guest_main(void)
{
	struct start *input = (void *)guest_pages[1];
	uint64_t gpr[GPRS];

	expect("XMM registers are offered", cpuid_edx(FEATURES) & (XMM_INPUT | XMM_OUTPUT),
	       XMM_INPUT | XMM_OUTPUT);
	w0 = (struct world){.page = guest_pages[0], .input = guest_pages[1]};
	w1 = (struct world){.page = guest_pages[2], .input = guest_pages[3]};
	catch_ud();
	world_begin(&w0);
	expect("0x0D", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 1), 0);
	*input = (struct start){.partition = SELF, .vp = VP_SELF, .vtl = 1};
	context_of_now(&input->context, main_1, stack + sizeof(stack));
	expect("0x0F", hypercall(&w0, CALL_VP_VTL, input, NULL), 0);
	read_two(&w0, 0x30000);
	try_call(w0.vtl_call, 0, 0, gpr);
	expect("a page can be read", AT(uint64_t, pages[4]), 0);
	expect("and not be written", hypercall(&w0, CALL_REGISTERS | ONE, input, pages[4]), 3);
}

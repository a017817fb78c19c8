/* SPDX-License-Identifier: MIT */
/*
 * A guest whose boot processor goes to VTL 1 and starts two others by 0x99: one in VTL 1; one in
 * VTL 0, which comes to VTL 1 first and to VTL 0 by its first VtlReturn. Then NMIs within VTL 1;
 * INIT, start-up IPI and NMI out of VTL 0, which reach nobody. Both hypercall pages lie at one
 * address, so that a processor in the wrong VTL can ask where it is.
 */
#include "tests/guests/vtl.h"

#define CALL_MAP_VP  (0x9AUL | ONE)
#define ICR_LOW      (APIC_PAGE + 0x300)
#define ICR_HIGH     (APIC_PAGE + 0x310)
#define NMI          0x4400U
#define INIT         0x4500U
#define SIPI         0x4608U
#define PAT_OTHER    0x0007040600070404UL
#define SECONDS_10   100000000UL
#define STACK        (4 * PAGE)
#define DENY_STARTUP (1UL << 6)

enum { BSP, ONE_IN_1, ONE_UNDER_1, NONE_ANYWHERE, PROCESSORS }; /* APIC ids */

static uint8_t stacks[2 * PROCESSORS][STACK] __attribute__((aligned(4096)));
static uint8_t inputs[2 * PROCESSORS][PAGE] __attribute__((aligned(4096)));
static struct world w0, w1;
static uint32_t vps[PROCESSORS];
static uint64_t bsp_gpr[GPRS], under_gpr[GPRS], above_gpr[GPRS];
static volatile uint32_t is_in_1, nmis, steps, turns;

/* Look at `*word` for ten seconds at most. */
static void await(const char *what, const volatile uint32_t *word, uint32_t due)
{
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_10;

	while (*word != due && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect(what, *word, due);
}

static void send(uint32_t apic_id, uint32_t command)
{
	AT(uint32_t, ICR_HIGH) = apic_id << 24;
	AT(uint32_t, ICR_LOW) = command;
}

/* The same tables and pages for all; parameters and stacks are each processor's own. */
static struct world world_of(const struct world *world, uint32_t processor, uint32_t vtl)
{
	struct world copy = *world;

	copy.input = inputs[2 * processor + vtl];
	return copy;
}

/* --- the one in VTL 1 ------------------------------------------------------------------------- */

__asm__(".text\n"
	"on_nmi:\n\t"
	"push %rax; lea nmi_counter(%rip), %rax; mov (%rax), %rax; lock incl (%rax); pop %rax\n\t"
	"iretq\n");
extern const uint8_t on_nmi[];
const volatile uint32_t *nmi_counter = &nmis;

static void in_1(void)
{
	struct world own = world_of(&w1, ONE_IN_1, 1);

	expect("where it was started", get_register(&own, VP_STATUS), 0x30001);
	expect("its VP index", read_msr(MSR_VP_INDEX), vps[ONE_IN_1]);
	expect("its PAT", read_msr(MSR_PAT), PAT_OTHER);
	expect("its APIC is on", AT(uint32_t, APIC_PAGE + 0xF0), 0x1FF);
	is_in_1 = 1;
	for (;;)
		__asm__ volatile("hlt");
}

/* --- the one that comes to VTL 0 by way of VTL 1 ---------------------------------------------- */

static void above(void)
{
	struct world own = world_of(&w1, ONE_UNDER_1, 1);

	expect("where it comes first", get_register(&own, VP_STATUS), 0x30001);
	steps = 1;
	try_call(w1.vtl_return, 1, 0, above_gpr);
	expect("VTL 1 goes on behind its return", steps, 2);
	steps = 3;
	try_call(w1.vtl_return, 1, 0, above_gpr);
}

static void under(void)
{
	struct world own = world_of(&w0, ONE_UNDER_1, 0);

	expect("it is in VTL 0 then", get_register(&own, VP_STATUS), 0x30000);
	expect("behind VTL 1", steps, 1);
	expect("with the PAT of 0x99", read_msr(MSR_PAT), PAT_OTHER);
	steps = 2;
	try_call(w0.vtl_call, 0, 0, under_gpr);
	expect("after VtlCall", steps, 3);
	steps = 4;
	for (;;)
		turns = turns + 1;
}

/* --- the boot processor ----------------------------------------------------------------------- */

static uint16_t map(const struct world *world, uint32_t apic_id, uint8_t vtl, uint32_t *vp)
{
	volatile uint64_t *input = (void *)world->input;

	input[0] = SELF;
	input[1] = vtl;
	input[2] = apic_id;
	uint16_t status = hypercall(world, CALL_MAP_VP, (void *)input, world->input + PAGE / 2);

	*vp = AT(uint32_t, world->input + PAGE / 2);
	return status;
}

static uint16_t make(const struct world *world, uint32_t code, uint32_t vp, uint8_t vtl,
		     void (*entry)(void), uint8_t *stack)
{
	struct start *input = (void *)world->input;

	*input = (struct start){.partition = SELF, .vp = vp, .vtl = vtl};
	context_of_now(&input->context, entry, stack + STACK);
	input->context.pat = PAT_OTHER;
	return hypercall(world, code, input, NULL);
}

static void start_in_1(uint32_t vp)
{
	uint8_t *stack = stacks[2 * ONE_IN_1];
	uint32_t found;

	expect("0x9A with VTL 1 before 0x0F", map(&w1, ONE_IN_1, 1, &found), 5);
	expect("0x99 before 0x0F", make(&w1, CALL_START_VP, vp, 1, in_1, stack), 0x15);
	expect("0x0F", make(&w1, CALL_VP_VTL, vp, 1, guest_main, stack), 0);
	expect("0x9A with VTL 1", map(&w1, ONE_IN_1, 1, &found), 0);
	expect("0x99 for VTL 2", make(&w1, CALL_START_VP, vp, 2, in_1, stack), 6);
	expect("0x99 for VTL 1", make(&w1, CALL_START_VP, vp, 1, in_1, stack), 0);
	await("it runs", &is_in_1, 1);
	expect("0x99 again", make(&w1, CALL_START_VP, vp, 1, in_1, stack), 0x15);
	expect("0x99 for its VTL 0", make(&w1, CALL_START_VP, vp, 0, in_1, stack), 0x15);
	send(ONE_IN_1, NMI);
	await("an NMI from VTL 1 to VTL 1", &nmis, 1);
}

static void start_under_1(uint32_t vp)
{
	uint8_t *low = stacks[2 * ONE_UNDER_1], *high = stacks[2 * ONE_UNDER_1 + 1];

	expect("0x0F for the other", make(&w1, CALL_VP_VTL, vp, 1, above, high), 0);
	expect("0x99 for VTL 0", make(&w1, CALL_START_VP, vp, 0, under, low), 0);
	await("it comes to VTL 0, to VTL 1 and back", &steps, 4);
}

static void main_1(void)
{
	world_begin(&w1);
	start_in_1(vps[ONE_IN_1]);
	start_under_1(vps[ONE_UNDER_1]);
	expect("DenyLowerVtlStartup", set_register(&w1, PARTITION_CONFIG, 0, DENY_STARTUP), 0);
	expect("it is so", get_register(&w1, PARTITION_CONFIG), DENY_STARTUP);
	try_call(w1.vtl_return, 1, 0, bsp_gpr);
}

void guest_main(void)
{
	uint32_t before;

	w0 = (struct world){.page = guest_pages[0], .input = inputs[0]};
	w1 = (struct world){.page = guest_pages[0], .input = inputs[1]};
	catch_ud();
	catch_vector(VECTOR_NMI, on_nmi);
	world_begin(&w0);
	for (uint32_t i = 0; i < PROCESSORS; i++)
		expect("0x9A", map(&w0, i, 0, &vps[i]), 0);
	expect("0x0D", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 1), 0);
	expect("0x0F for itself", make(&w0, CALL_VP_VTL, VP_SELF, 1, main_1, stacks[1]), 0);
	expect("0x99 for VTL 1 from VTL 0",
	       make(&w0, CALL_START_VP, vps[ONE_IN_1], 1, in_1, stacks[2]), 6);
	try_call(w0.vtl_call, 0, 0, bsp_gpr);
	expect("0x99 from VTL 0, denied",
	       make(&w0, CALL_START_VP, vps[NONE_ANYWHERE], 0, under, stacks[2 * NONE_ANYWHERE]),
	       6);
	send(NONE_ANYWHERE, INIT);
	send(NONE_ANYWHERE, SIPI);
	send(ONE_UNDER_1, INIT);
	send(ONE_UNDER_1, SIPI);
	send(ONE_IN_1, INIT);
	send(ONE_IN_1, NMI);
	before = turns;
	await("INIT from VTL 0 is dropped", &steps, 4);
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_10;

	while (turns == before && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect("it goes on", turns != before, true);
	expect("an NMI from VTL 0 does not reach VTL 1", nmis, 1);
}

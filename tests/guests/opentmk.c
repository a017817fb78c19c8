/* SPDX-License-Identifier: MIT */
/*
 * A guest that makes the calls of OpenTMK's tests hv_error_vp_start and hv_processor, in their
 * order. Every VP has one loop in each VTL, which waits for a command and changes to the other VTL
 * if that is for it; VtlCall and VtlReturn are made at the first instruction of the hypercall page,
 * which lies at one address in both VTLs; each loop sets OS id and page anew. VTL 1 of the boot
 * processor gives the others their VTL 1 and starts them in VTL 0: so they come to VTL 1 first.
 * VP indexes are taken for APIC ids (vp=identity), as there.
 */
#include "tests/guests/vtl.h"

enum { VPS = 4, VTLS = 2 };
enum command { NOTHING, RETURN, LOOK, START }; /* START + the VP */

#define MICROSOFT_ID  (1UL << 40) /* TLFS: an OS id that is not open source, of type 1 */
#define VTL_CALL      0x11U
#define VTL_RETURN    0x12U
#define SECONDS_10    100000000UL
#define STACK         (4 * PAGE)
#define TO(vtl, what) ((vtl) << 8 | (what))

static uint8_t stacks[VPS * VTLS][STACK] __attribute__((aligned(4096)));
static uint8_t inputs[VPS * VTLS][PAGE] __attribute__((aligned(4096)));
static uint64_t gprs[VPS * VTLS][GPRS];
static volatile uint32_t command[VPS]; /* TO(); 0: none */
static volatile uint32_t looked[VPS];  /* so often */

static uint32_t own_apic_id(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ebx >> 24;
}

static struct world world_of(uint32_t vp, uint32_t vtl)
{
	return (struct world){.page = guest_pages[0], .input = inputs[vp * VTLS + vtl]};
}

static void begin(void)
{
	write_msr(MSR_OS_ID, MICROSOFT_ID);
	write_msr(MSR_HYPERCALL, (uint64_t)guest_pages[0] | ENABLE);
}

static void change(uint32_t vp, uint32_t from)
{
	try_call((uint64_t)guest_pages[0], from ? VTL_RETURN : VTL_CALL, 0, gprs[vp * VTLS + from]);
}

static void loop_0(void);
static void loop_1(void);

static uint16_t make(const struct world *world, uint32_t code, uint32_t vp, uint8_t vtl,
		     void (*entry)(void), uint32_t stack_of)
{
	struct start *input = (void *)world->input;

	*input = (struct start){.partition = SELF, .vp = vp, .vtl = vtl};
	context_of_now(&input->context, entry, stacks[vp * VTLS + stack_of] + STACK);
	return hypercall(world, code, input, NULL);
}

static void look(const struct world *world, uint32_t vp, uint32_t vtl)
{
	expect("the VP", read_msr(MSR_VP_INDEX), vp);
	expect("its VTL", get_register(world, VP_STATUS), 0x30000 | vtl);
	looked[vp] = looked[vp] + 1;
}

static void start(const struct world *world, uint32_t vp)
{
	expect("0x0F for another", make(world, CALL_VP_VTL, vp, 1, loop_1, 1), 0);
	expect("0x99 for its VTL 0", make(world, CALL_START_VP, vp, 0, loop_0, 0), 0);
}

static void obey(const struct world *world, uint32_t vp, uint32_t vtl, uint32_t what)
{
	if (what == LOOK)
		look(world, vp, vtl);
	else if (what > START)
		start(world, what - START);
	if (!vp) /* the boot processor's VTL 0 waits for its VTL 1 to come back */
		change(vp, vtl);
}

static void loop(uint32_t vtl)
{
	uint32_t vp = own_apic_id();
	struct world world = world_of(vp, vtl);

	begin();
	for (;;) {
		uint32_t now = command[vp];

		if (!now) {
			__asm__ volatile("pause");
		} else if (now >> 8 != vtl) {
			change(vp, vtl);
		} else {
			command[vp] = NOTHING;
			obey(&world, vp, vtl, now & 0xFF);
		}
	}
}

static void loop_0(void)
{
	loop(0);
}

static void loop_1(void)
{
	loop(1);
}

static void await(const char *what, const volatile uint32_t *word, uint32_t due)
{
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_10;

	while (*word != due && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect(what, *word, due);
}

static void by_vtl_1(uint32_t what)
{
	command[0] = TO(1, what);
	change(0, 0);
	expect("VTL 1 has taken the command", command[0], NOTHING);
}

void guest_main(void)
{
	const struct world world = world_of(0, 0);
	uint16_t status;

	catch_ud();
	begin();
	/* hv_error_vp_start */
	expect("0x0F before 0x0D", make(&world, CALL_VP_VTL, 0, 1, loop_1, 1), 0x51);
	/* hv_processor */
	expect("0x0D", hypercall_fast(&world, CALL_PARTITION_VTL | FAST, SELF, 1), 0);
	status = hypercall_fast(&world, CALL_PARTITION_VTL | FAST, SELF, 1);
	expect("0x0D again", status == 0 || status == 0x51, true);
	expect("0x0F for VP 0", make(&world, CALL_VP_VTL, 0, 1, loop_1, 1), 0);
	by_vtl_1(RETURN);
	by_vtl_1(LOOK);
	expect("the boot processor was in VTL 1", looked[0], 1);
	for (uint32_t vp = 1; vp < VPS; vp++) {
		by_vtl_1(START + vp);
		command[vp] = TO(1, LOOK);
		await("a VP has come to VTL 1", &looked[vp], 1);
		command[vp] = TO(0, LOOK);
		await("and from there to VTL 0", &looked[vp], 2);
	}
}

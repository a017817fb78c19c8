/* SPDX-License-Identifier: MIT */
/*
 * A guest whose VTL 1 protects pages from VTL 0 on two processors, and is told of each access
 * against it: reads, writes and fetches; it skips the instruction, makes it a #GP, or gives way.
 * Each status of the call, each field of the message, and what another processor's translations
 * are worth once the call has returned.
 */
#include "tests/guests/vtl.h"

#define CALL_MAP_VP   (0x9AUL | ONE)
#define MSR_SCONTROL  0x40000080U
#define MSR_SIMP      0x40000083U
#define MSR_EOM       0x40000084U
#define MSR_SINT0     0x40000090U
#define SINT_MASKED   (1UL << 16)
#define VECTOR_GP     13U
#define VECTOR_SINT   0x40U
#define APIC_TPR      (APIC_PAGE + 0x80)
#define SECONDS_5     50000000UL
#define STACK         (4 * PAGE)
#define ALL           0xFU
#define READ          1U
#define READ_WRITE    3U
#define READ_EXECUTE  0xDU
#define WRITE_ALONE   2U
#define HALF_EXECUTE  5U
#define PROTECTION    0x1FUL /* on, and all is allowed */
#define REASON_CALL   1U
#define REASON_OTHER  2U
#define GPA_INTERCEPT 0x80000001U
#define PENDING_GP    0xD0101UL
#define WRITE_BACK    6U
#define CODE_64       0xA09BU
#define CR0_AM        (1UL << 18)
#define REGION        0x200000UL
#define MEMORY        0x40000000UL /* of QEMU's machine */
#define NO_MEMORY     0x0BU
#define MANY          200U
#define OLD           0x1111UL
#define NEW           0x2222UL

enum { BSP, AP, PROCESSORS }; /* APIC ids */
enum access { IS_READ, IS_WRITE, IS_FETCH };
enum answer { SKIP, FAULT, ALLOW };

/* TLFS, HV_MESSAGE with HV_X64_MEMORY_INTERCEPT_MESSAGE. */
struct message {
	uint32_t type;
	uint8_t size, flags;
	uint16_t reserved;
	uint64_t sender;
	uint32_t vp;
	uint8_t length_and_cr8, access;
	uint16_t state;
	struct segment cs;
	uint64_t rip, rflags;
	uint32_t cache_type;
	uint8_t code_bytes, access_info, priority, reserved_2;
	uint64_t linear, gpa;
	uint8_t code[16];
};
_Static_assert(sizeof(struct message) == 16 + 80, "TLFS, HV_X64_MEMORY_INTERCEPT_MESSAGE");

#define PAGES(name, count) static uint8_t name[count][PAGE] __attribute__((aligned(4096)))
PAGES(inputs, 2 * PROCESSORS);
PAGES(simps, PROCESSORS);
PAGES(assists, PROCESSORS);
PAGES(page_1, 1);
PAGES(target, 1);
PAGES(shared, 1); /* that the other processor writes, again and again */
static uint8_t stacks[2 * PROCESSORS][STACK] __attribute__((aligned(4096)));
static struct world w0, w1;
static uint32_t vps[PROCESSORS];
static struct message last[PROCESSORS];
static volatile uint32_t intercepts[PROCESSORS], is_up, is_done, goes_on, wish;
volatile uint32_t gps, interrupts;

static void await(const char *what, const volatile uint32_t *word, uint32_t due)
{
	uint64_t end = read_msr(MSR_REFERENCE) + SECONDS_5;

	while (*word != due && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect(what, *word, due);
}

/* --- accesses, by try_call: of RBX, to where RDX points --------------------------------------- */

__asm__(".text\n"
	"write_it:\n\t"
	"mov %rbx, (%rdx)\n\t"
	"ret\n"
	"read_it:\n\t"
	"mov (%rdx), %rbx\n\t"
	"ret\n"
	"fetch_it:\n\t"
	"jmp *%rdx\n"
	/* Without an exit, until RDI points at 0: RBX counts, and is stored. */
	"write_often:\n\t"
	"inc %rbx\n"
	"written:\n\t"
	"mov %rbx, (%rdx)\n\t"
	"cmpl $0, (%rdi)\n\t"
	"jne write_often\n\t"
	"ret\n"
	/* As on_ud, with an error code. */
	"on_gp:\n\t"
	"add $8, %rsp\n\t"
	"push %rax\n\t"
	"lea gps(%rip), %rax; incl (%rax)\n\t"
	"mov 32(%rsp), %rax; mov (%rax), %rax; mov %rax, 8(%rsp)\n\t"
	"addq $8, 32(%rsp)\n\t"
	"pop %rax\n\t"
	"iretq\n"
	"on_sint:\n\t"
	"push %rax\n\t"
	"lea interrupts(%rip), %rax; lock incl (%rax)\n\t"
	"mov $0xFEE000B0, %eax; movl $0, (%rax)\n\t" /* EOI */
	"pop %rax\n\t"
	"iretq\n");
extern const uint8_t write_it[], read_it[], fetch_it[], write_often[], written[], on_gp[],
	on_sint[];

/* --- VTL 1, of either processor --------------------------------------------------------------- */

static uint16_t protect(const struct world *world, uint64_t partition, uint8_t vtl, uint32_t flags,
			uint64_t gpa)
{
	volatile uint64_t *input = (void *)world->input;

	input[0] = partition;
	input[1] = flags | (uint64_t)vtl << 32;
	input[2] = gpa / PAGE;
	return hypercall(world, CALL_PROTECT | ONE, (void *)input, NULL);
}

static void protect_target(const struct world *own, uint32_t flags)
{
	expect("0x0C", protect(own, SELF, 0, flags, (uint64_t)target), 0);
}

static struct world world_of(const struct world *world, uint32_t processor, uint32_t vtl)
{
	struct world copy = *world;

	copy.input = inputs[2 * processor + vtl];
	return copy;
}

static void begin_1(uint32_t i)
{
	write_msr(MSR_VP_ASSIST, (uint64_t)assists[i] | ENABLE);
	write_msr(MSR_SIMP, (uint64_t)simps[i] | ENABLE);
	write_msr(MSR_SINT0, VECTOR_SINT);
	write_msr(MSR_SCONTROL, ENABLE);
}

static void answer(const struct world *own, const struct message *message)
{
	switch (wish) {
	case SKIP:
		expect("0x51, RIP",
		       set_register(own, RIP, 0x10, message->rip + (message->length_and_cr8 & 0xF)),
		       0);
		break;
	case FAULT:
		expect("0x51, #GP", set_register(own, PENDING_EVENT0, 0x10, PENDING_GP), 0);
		break;
	default: protect_target(own, ALL);
	}
}

/* Back to VTL 0, as often as it is told of an access, until VTL 0 calls. */
static void serve(uint32_t i)
{
	struct world own = world_of(&w1, i, 1);
	struct message *slot = (void *)simps[i];
	uint64_t gpr[GPRS];
	uint64_t is_fast = 1;

	for (;;) {
		uint32_t before = interrupts;

		try_call(w1.vtl_return, is_fast, 0, gpr);
		if (AT(uint32_t, assists[i] + 8) == REASON_CALL)
			return;
		expect("why it was entered", AT(uint32_t, assists[i] + 8), REASON_OTHER);
		__asm__ volatile("sti; nop; nop; cli");
		expect("an interrupt", interrupts - before >= 1, true);
		expect("a message", slot->type, GPA_INTERCEPT);
		last[i] = *slot;
		answer(&own, slot);
		AT(uint32_t, &slot->type) = 0;
		__asm__ volatile("mfence" : : : "memory");
		if (slot->flags)
			write_msr(MSR_EOM, 0);
		AT(uint64_t, assists[i] + 16) = gpr[13];
		AT(uint64_t, assists[i] + 24) = gpr[14];
		if (i == AP) { /* once is enough */
			write_msr(MSR_SINT0, VECTOR_SINT | SINT_MASKED);
			goes_on = 0;
		}
		intercepts[i]++;
		is_fast = 0;
	}
}

/* --- the other processor ---------------------------------------------------------------------- */

static void above(void)
{
	begin_1(AP);
	serve(AP);
	expect("the other one called", 1, 0);
}

static void under(void)
{
	uint64_t gpr[GPRS] = {OLD, (uint64_t)shared, [3] = (uint64_t)&goes_on};

	is_up = 1;
	try_call((uint64_t)write_often, 0, 0, gpr);
	is_done = 1;
	/* VTL 1 is not told of this one, so it is never over. */
	try_call((uint64_t)write_it, 0, 0, gpr);
	is_done = 2;
	for (;;)
		__asm__ volatile("hlt");
}

/* --- the boot processor ----------------------------------------------------------------------- */

static void check_statuses(void)
{
	uint64_t gpa = (uint64_t)target;

	expect("0x0C before it is on", protect(&w1, SELF, 0, READ, gpa), 6);
	expect("another default", set_register(&w1, PARTITION_CONFIG, 0, 7), 0x50);
	expect("protection on", set_register(&w1, PARTITION_CONFIG, 0, PROTECTION), 0);
	expect("0x0C for another partition", protect(&w1, 1, 0, READ, gpa), 0x0D);
	expect("0x0C for VTL 2", protect(&w1, SELF, 0x12, READ, gpa), 6);
	expect("0x0C for VTL 0", protect(&w1, SELF, 0x10, READ, gpa), 5);
	expect("0x0C, reserved bits", protect(&w1, SELF, 0x20, READ, gpa), 5);
	expect("0x0C, W without R", protect(&w1, SELF, 0, WRITE_ALONE, gpa), 0x50);
	expect("0x0C, one of two X", protect(&w1, SELF, 0, HALF_EXECUTE, gpa), 0x50);
	expect("0x0C, another bit", protect(&w1, SELF, 0, ALL | 0x10, gpa), 0x50);
	expect("0x0C, no RAM", protect(&w1, SELF, 0, READ, APIC_PAGE), 5);
	expect("0x0C, named", protect(&w1, SELF, 0x11, ALL, gpa), 0);
}

static uint16_t make(const struct world *world, uint32_t code, uint32_t vp, uint8_t vtl,
		     void (*entry)(void), uint8_t *stack)
{
	struct start *input = (void *)world->input;

	*input = (struct start){.partition = SELF, .vp = vp, .vtl = vtl};
	context_of_now(&input->context, entry, stack + STACK);
	return hypercall(world, code, input, NULL);
}

/* Its translations of `shared` are hot. */
static void protect_from_the_other(void)
{
	uint64_t seen = AT(uint64_t, shared), end = read_msr(MSR_REFERENCE) + SECONDS_5;

	while (AT(uint64_t, shared) == seen && read_msr(MSR_REFERENCE) < end)
		__asm__ volatile("pause");
	expect("the other one writes", AT(uint64_t, shared) != seen, true);
	wish = SKIP;
	expect("0x0C", protect(&w1, SELF, 0, READ, (uint64_t)shared), 0);
	seen = AT(uint64_t, shared);
	await("the other one is found out", &intercepts[AP], 1);
	expect("it writes no more", AT(uint64_t, shared), seen);
	await("it goes on", &is_done, 1);
	expect("nothing was written", AT(uint64_t, shared), seen);
	expect("its VP", last[AP].vp, vps[AP]);
	expect("where it was", last[AP].rip, (uint64_t)written);
	expect("what it wrote", last[AP].gpa, (uint64_t)shared);
}

/* A page of each 2 MiB wants a table. When there is none left, those that there are still do. */
static void take_all_tables(void)
{
	uint16_t status = 0;
	uint32_t pages = 0;

	for (uint64_t gpa = REGION; gpa < MEMORY && status != NO_MEMORY; gpa += REGION) {
		status = protect(&w1, SELF, 0, ALL, gpa);
		pages += !status;
	}
	expect("0x0C, no table left", status, NO_MEMORY);
	expect("after many", pages > MANY, true);
}

static void main_1(void)
{
	uint8_t *low = stacks[2 * AP], *high = stacks[2 * AP + 1];

	world_begin(&w1);
	begin_1(BSP);
	check_statuses();
	expect("0x0F for the other", make(&w1, CALL_VP_VTL, vps[AP], 1, above, high), 0);
	goes_on = 1;
	expect("0x99 for VTL 0", make(&w1, CALL_START_VP, vps[AP], 0, under, low), 0);
	await("the other one is up", &is_up, 1);
	protect_from_the_other();
	protect_target(&w1, READ);
	serve(BSP);
	protect_target(&w1, 0);
	serve(BSP);
	protect_target(&w1, READ_WRITE);
	serve(BSP);
	protect_target(&w1, READ_EXECUTE);
	serve(BSP);
	take_all_tables();
	protect_target(&w1, READ);
	protect_target(&w1, ALL);
	serve(BSP);
}

static void check_message(enum access access, uint64_t rip, const uint8_t *code)
{
	const struct message *m = &last[BSP];
	uint64_t cr0, state = 1 << 2 | 1 << 4; /* CR0.PE, EFER.LMA */
	uint32_t bytes = code ? 3 : 0;
	uint16_t cs;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	state |= cr0 & CR0_AM ? 1 << 3 : 0;
	expect("its size", m->size, 80);
	expect("its sender", m->sender, 0);
	expect("its VP", m->vp, vps[BSP]);
	expect("length and CR8", m->length_and_cr8, bytes | 5 << 4);
	expect("access", m->access, access);
	expect("state", m->state, state);
	expect("CS", m->cs.selector, cs);
	expect("base of CS", m->cs.base, 0);
	expect("limit of CS", m->cs.limit, UINT32_MAX);
	expect("attributes of CS", m->cs.attributes | 1, CODE_64); /* accessed */
	expect("RIP", m->rip, rip);
	expect("RFLAGS", m->rflags & 0x202, 2);
	expect("cache type", m->cache_type, WRITE_BACK);
	expect("code bytes", m->code_bytes, bytes);
	expect("access info", m->access_info, 0);
	expect("priority", m->priority, 5);
	expect("linear address", m->linear, 0);
	expect("GPA", m->gpa, (uint64_t)target);
	for (uint32_t i = 0; i < sizeof(m->code); i++)
		expect("code", m->code[i], i < bytes ? code[i] : 0);
}

/* VTL 0's access comes to VTL 1 `due` times; what it finds itself is in `gpr`. */
static void provoke(enum answer how, const uint8_t *at, uint64_t *gpr, uint32_t due)
{
	uint32_t before = intercepts[BSP];

	wish = how;
	for (uint64_t i = 0; i < GPRS; i++)
		gpr[i] = 0xA00 + i;
	gpr[0] = NEW;
	gpr[1] = (uint64_t)target;
	try_call((uint64_t)at, 0xC0C0, 0xA0A0, gpr);
	expect("how often VTL 1 was told", intercepts[BSP] - before, due);
	for (uint64_t i = 2; i < 13; i++)
		expect("a general register", gpr[i], 0xA00 + i);
	expect("RCX", gpr[14], 0xC0C0);
	expect("RAX", gpr[13], 0xA0A0);
}

static void call_1(void)
{
	uint64_t gpr[GPRS];

	try_call(w0.vtl_call, 0, 0, gpr);
}

static void accesses(void)
{
	uint64_t gpr[GPRS];

	provoke(SKIP, write_it, gpr, 1);
	check_message(IS_WRITE, (uint64_t)write_it, write_it);
	expect("it was not written", AT(uint64_t, target), OLD);
	provoke(FAULT, write_it, gpr, 1);
	expect("it was #GP", gps, 1);
	expect("it was not written", AT(uint64_t, target), OLD);
	provoke(SKIP, read_it, gpr, 0);
	expect("it can be read", gpr[0], OLD);
	call_1();
	provoke(SKIP, read_it, gpr, 1);
	check_message(IS_READ, (uint64_t)read_it, read_it);
	expect("it was not read", gpr[0], NEW);
	expect("parameters there", hypercall(&w0, CALL_REGISTERS | ONE, target, w0.input), 3);
	provoke(ALLOW, read_it, gpr, 1);
	expect("it was allowed", gpr[0], OLD);
	call_1();
	AT(uint8_t, target) = 0xC3; /* RET */
	provoke(ALLOW, fetch_it, gpr, 1);
	check_message(IS_FETCH, (uint64_t)target, NULL);
	call_1();
	provoke(ALLOW, fetch_it, gpr, 0);
	provoke(ALLOW, write_it, gpr, 1);
	expect("it was written", AT(uint64_t, target), NEW);
	call_1();
}

static uint32_t vp_of(uint32_t apic_id)
{
	volatile uint64_t *input = (void *)w0.input;

	input[0] = SELF;
	input[1] = 0;
	input[2] = apic_id;
	expect("0x9A", hypercall(&w0, CALL_MAP_VP, (void *)input, w0.input + PAGE / 2), 0);
	return AT(uint32_t, w0.input + PAGE / 2);
}

void guest_main(void)
{
	w0 = (struct world){.page = guest_pages[0], .input = inputs[0]};
	w1 = (struct world){.page = page_1[0], .input = inputs[1]};
	catch_ud();
	catch_vector(VECTOR_GP, on_gp);
	catch_vector(VECTOR_SINT, on_sint);
	world_begin(&w0);
	for (uint32_t i = 0; i < PROCESSORS; i++)
		vps[i] = vp_of(i);
	AT(uint64_t, target) = OLD;
	AT(uint32_t, APIC_TPR) = 0x50;
	expect("0x0D", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 1), 0);
	expect("0x0C from VTL 0", protect(&w0, SELF, 0, READ, (uint64_t)target), 5);
	expect("0x0F", make(&w0, CALL_VP_VTL, VP_SELF, 1, main_1, stacks[1]), 0);
	call_1();
	accesses();
	expect("the other one is where it was", is_done, 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * A guest that enables VTL 1, goes there by VtlCall and comes back, three times: each status that
 * the calls answer, what each VTL keeps for itself, what the two share, and when VtlCall and
 * VtlReturn are #UD.
 */
#include "tests/guests/vtl.h"

#define MSR_KERNEL_GS 0xC0000102U
#define MSR_GS        0xC0000101U
#define MSR_STAR      0xC0000081U
#define MSR_LSTAR     0xC0000082U
#define MSR_SFMASK    0xC0000084U
#define MSR_TSC_AUX   0xC0000103U
#define MSR_SYSENTER  0x176U
#define APIC_TPR      (APIC_PAGE + 0x80)
#define APIC_SVR      (APIC_PAGE + 0xF0)
#define PAT_OTHER     0x0007040600070404UL
#define DR7_OTHER     0x500UL
#define RAX_FROM_1    0x1111222233334444UL
#define RCX_FROM_1    0x5555666677778888UL
#define REASON_CALL   1U
#define PENDING_UD    0x60001UL
#define STUB_LENGTH   12U /* MOV, MOV, VMMCALL, RET */
#define OTHER_VP      0U  /* vp=permuted: the boot processor has 1 */

static uint8_t stack[4 * PAGE] __attribute__((aligned(4096)));
static uint8_t tables[PAGE] __attribute__((aligned(4096)));
static uint8_t input_1[PAGE] __attribute__((aligned(4096)));
static uint8_t page_1[PAGE] __attribute__((aligned(4096)));
static uint8_t assist[PAGE] __attribute__((aligned(4096)));
static struct world w0, w1 = {.page = page_1, .input = input_1};
static uint64_t gpr_1[GPRS];
static uint64_t arrived[GPRS];

/* --- what a VTL has for itself, and what both have -------------------------------------------- */

static const struct {
	const char *name;
	uint32_t msr;
} private_msrs[] = {
	{"GS base", MSR_GS},      {"KERNEL_GS_BASE", MSR_KERNEL_GS},
	{"LSTAR", MSR_LSTAR},     {"STAR", MSR_STAR},
	{"SFMASK", MSR_SFMASK},   {"SYSENTER_EIP", MSR_SYSENTER},
	{"TSC_AUX", MSR_TSC_AUX},
};
#define PRIVATE_MSRS (sizeof(private_msrs) / sizeof(private_msrs[0]))

static void set_private(uint64_t mark)
{
	for (uint32_t i = 0; i < PRIVATE_MSRS; i++)
		write_msr(private_msrs[i].msr, mark + i);
	__asm__ volatile("mov %0, %%dr7" : : "r"(mark == 0x1000 ? DR7_OTHER : 0x400UL));
	AT(uint32_t, APIC_TPR) = (uint32_t)(mark >> 8) & 0xF0;
}

static void check_private(uint64_t mark, uint64_t cr3, uint64_t pat)
{
	uint64_t value;

	for (uint32_t i = 0; i < PRIVATE_MSRS; i++)
		expect(private_msrs[i].name, read_msr(private_msrs[i].msr), mark + i);
	__asm__ volatile("mov %%dr7, %0" : "=r"(value));
	expect("DR7", value, mark == 0x1000 ? DR7_OTHER : 0x400UL);
	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	expect("CR3", value, cr3);
	expect("PAT", read_msr(MSR_PAT), pat);
	expect("TPR", AT(uint32_t, APIC_TPR), (uint32_t)(mark >> 8) & 0xF0);
}

static void set_shared(uint64_t mark)
{
	__asm__ volatile("mov %0, %%dr0" : : "r"(mark));
	__asm__ volatile("mov %0, %%cr2" : : "r"(mark + 1));
	__asm__ volatile("movq %0, %%xmm7" : : "r"(mark + 2));
}

static void check_shared(uint64_t mark)
{
	uint64_t value;

	__asm__ volatile("mov %%dr0, %0" : "=r"(value));
	expect("DR0", value, mark);
	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	expect("CR2", value, mark + 1);
	__asm__ volatile("movq %%xmm7, %0" : "=r"(value));
	expect("XMM7", value, mark + 2);
}

static void fill(uint64_t *gpr, uint64_t mark)
{
	for (uint64_t i = 0; i < GPRS; i++)
		gpr[i] = mark << 8 | i;
}

static void check_gprs(const uint64_t *gpr, uint64_t mark)
{
	for (uint64_t i = 0; i < 13; i++)
		expect("a general register", gpr[i], mark << 8 | i);
}

static void expect_ud(const char *what, uint64_t at, uint64_t rcx, uint64_t rax)
{
	uint32_t before = uds;

	fill(gpr_1, 0);
	try_call(at, rcx, rax, gpr_1);
	expect(what, uds - before, 1);
}

/* --- VTL 1 ------------------------------------------------------------------------------------ */

/* All general registers, before C gets hold of them, in the order of try_call. */
__asm__(".text\n"
	".globl enter_1\n"
	"enter_1:\n\t"
	"push %rax\n\t"
	"lea arrived_at(%rip), %rax; mov (%rax), %rax\n\t"
	"mov %rbx, 0(%rax); mov %rdx, 8(%rax); mov %rsi, 16(%rax); mov %rdi, 24(%rax)\n\t"
	"mov %rbp, 32(%rax); mov %r8, 40(%rax); mov %r9, 48(%rax); mov %r10, 56(%rax)\n\t"
	"mov %r11, 64(%rax); mov %r12, 72(%rax); mov %r13, 80(%rax); mov %r14, 88(%rax)\n\t"
	"mov %r15, 96(%rax); mov %rcx, 112(%rax); mov %rax, %rcx; pop %rax\n\t"
	"mov %rax, 104(%rcx)\n\t"
	"call main_1\n\t"
	"hlt\n");
void enter_1(void);
uint64_t *arrived_at;
void main_1(void);

static void no_call_before_the_id(void)
{
	static const uint8_t code[] = {0x0F, 0x01, 0xD9, 0xC3};

	expect("its OS id", read_msr(MSR_OS_ID), 0);
	expect("its page", read_msr(MSR_HYPERCALL), 0);
	expect("VTL 0's page is not there", *(const volatile uint32_t *)w0.page, 0);
	expect_ud("VMMCALL without an id", (uint64_t)code, CALL_REGISTERS, 0);
}

static void enable_others(void)
{
	struct start *input = (void *)w1.input;
	uint64_t value;

	input->partition = SELF;
	input->vp = VP_SELF;
	input->vtl = 1;
	context_of_now(&input->context, enter_1, stack + sizeof(stack));
	expect("0x0F for itself, from VTL 1", hypercall(&w1, CALL_VP_VTL, input, NULL), 0x86);
	input->vp = OTHER_VP;
	expect("0x0F for another, from VTL 1", hypercall(&w1, CALL_VP_VTL, input, NULL), 0);
	expect("and once more", hypercall(&w1, CALL_VP_VTL, input, NULL), 0x86);
	expect("a register of VTL 0", ask_register(&w1, VP_STATUS, 0x10, &value), 0);
	expect("one of VTL 2", ask_register(&w1, VP_STATUS, 0x12, &value), 6);
}

/* Where VTL 0 goes on when it is not behind its VtlCall. */
__asm__(".text\n"
	"goes_on:\n\t"
	"mov $0x7777, %eax\n\t"
	"ret\n");
extern const uint8_t goes_on[];

static void set_rip_of_0(void)
{
	uint64_t rip;

	expect("0x51, a register that is none", set_register(&w1, 0x00020011, 0x10, 0), 5);
	expect("0x51, RIP of VTL 1 itself", set_register(&w1, RIP, 0, 0), 6);
	expect("0x51, RIP that is not canonical", set_register(&w1, RIP, 0x10, 1UL << 47), 0x50);
	expect("0x51, VsmPartitionConfig with bit 7", set_register(&w1, PARTITION_CONFIG, 0, 0x80),
	       0x50);
	expect("RIP of VTL 0", ask_register(&w1, RIP, 0x10, &rip), 0);
	expect("behind its VMMCALL", rip, w0.vtl_call + STUB_LENGTH - 1);
	expect("0x51, RIP of VTL 0", set_register(&w1, RIP, 0x10, (uint64_t)goes_on), 0);
}

void main_1(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	expect("CR3 of VTL 1", cr3, (uint64_t)tables);
	check_gprs(arrived, 0xA0);
	check_shared(0x700);
	expect("its APIC is on", AT(uint32_t, APIC_SVR), 0x1FF);
	no_call_before_the_id();
	world_begin(&w1);
	expect("where it is", get_register(&w1, VP_STATUS), 0x30001);
	expect("its VP index", read_msr(MSR_VP_INDEX), 1);
	expect("its stubs lie elsewhere", (w0.vtl_call ^ w1.vtl_call) & 0xFFF ? 1 : 0, 1);
	enable_others();
	expect_ud("VtlCall from VTL 1", w1.vtl_call, 0, 0);
	write_msr(MSR_VP_ASSIST, (uint64_t)assist | ENABLE);
	set_private(0x2000);
	set_shared(0x800);
	fill(gpr_1, 0xB0);
	try_call(w1.vtl_return, 1, 0, gpr_1); /* fast */
	check_gprs(gpr_1, 0xC0);
	check_private(0x2000, (uint64_t)tables, PAT_OTHER);
	expect("why it was entered", AT(uint32_t, assist + 8), REASON_CALL);
	AT(uint64_t, assist + 16) = RAX_FROM_1;
	AT(uint64_t, assist + 24) = RCX_FROM_1;
	fill(gpr_1, 0xD0);
	try_call(w1.vtl_return, 0, 0, gpr_1);
	check_private(0x2000, (uint64_t)tables, PAT_OTHER);
	expect_ud("VtlReturn with other bits", w1.vtl_return, 2, 0);
	write_msr(MSR_HYPERCALL, 0);
	write_msr(MSR_HYPERCALL, (uint64_t)page_1 | ENABLE);
	set_rip_of_0();
	try_call(w1.vtl_return, 1, 0, gpr_1);
	expect("0x51, #UD for VTL 0", set_register(&w1, PENDING_EVENT0, 0x10, PENDING_UD), 0);
	try_call(w1.vtl_return, 1, 0, gpr_1);
}

/* --- VTL 0 ------------------------------------------------------------------------------------ */

static void enable_partition(void)
{
	volatile uint64_t *input = (void *)w0.input;

	expect("0x0D for another partition", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, 1, 1),
	       0x0D);
	expect("0x0D for VTL 0", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 0), 6);
	expect("0x0D for VTL 2", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 2), 6);
	expect("0x0D with MBEC", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 0x101), 5);
	expect("0x0D", hypercall_fast(&w0, CALL_PARTITION_VTL | FAST, SELF, 1), 0);
	input[0] = SELF;
	input[1] = 1;
	expect("0x0D again", hypercall(&w0, CALL_PARTITION_VTL, (void *)input, NULL), 0x51);
	expect("VsmPartitionStatus", get_register(&w0, PARTITION_STATUS), 0x10003);
}

static uint16_t enable_vp(struct start *input)
{
	return hypercall(&w0, CALL_VP_VTL, input, NULL);
}

static void fill_start(struct start *input)
{
	*input = (struct start){.partition = SELF, .vp = VP_SELF, .vtl = 1};
	context_of_now(&input->context, enter_1, stack + sizeof(stack));
	for (uint32_t i = 0; i < PAGE; i++)
		tables[i] = AT(uint8_t, input->context.cr3 + i);
	input->context.cr3 = (uint64_t)tables;
	input->context.pat = PAT_OTHER;
}

static void enable(void)
{
	struct start *input = (void *)w0.input;
	uint64_t value;

	fill_start(input);
	expect("0x0F before 0x0D", enable_vp(input), 0x51);
	expect_ud("VtlCall before it is enabled", w0.vtl_call, 0, 0);
	enable_partition();
	fill_start(input);
	input->partition = 1;
	expect("0x0F for another partition", enable_vp(input), 0x0D);
	input->partition = SELF;
	input->vp = 77;
	expect("0x0F for no VP", enable_vp(input), 0x0E);
	input->vp = OTHER_VP;
	expect("0x0F for another VP", enable_vp(input), 6);
	input->vp = VP_SELF;
	input->vtl = 2;
	expect("0x0F for VTL 2", enable_vp(input), 5);
	input->vtl = 1;
	input->context.cr0 = 0;
	expect("0x0F with a bad context", enable_vp(input), 0x50);
	fill_start(input);
	expect("0x0F", enable_vp(input), 0);
	expect("0x0F again", enable_vp(input), 6);
	expect("VsmVpStatus", get_register(&w0, VP_STATUS), 0x30000);
	expect("a register of VTL 1", ask_register(&w0, VP_STATUS, 0x11, &value), 6);
	expect_ud("VtlReturn from VTL 0", w0.vtl_return, 1, 0);
	expect_ud("VtlCall with other bits", w0.vtl_call, 1, 0);
	expect_ud("VtlCall with a count", (uint64_t)w0.page, ONE | 0x11, 0);
}

void guest_main(void)
{
	uint64_t gpr[GPRS], cr3, pat = read_msr(MSR_PAT);

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	arrived_at = arrived;
	w0 = (struct world){.page = guest_pages[0], .input = guest_pages[1]};
	catch_ud();
	world_begin(&w0);
	expect("VsmPartitionStatus", get_register(&w0, PARTITION_STATUS), 0x10001);
	enable();
	set_private(0x1000);
	set_shared(0x700);
	fill(gpr, 0xA0);
	try_call(w0.vtl_call, 0, 0, gpr);
	check_gprs(gpr, 0xB0);
	expect("RAX of a fast return", gpr[13], 1);
	check_private(0x1000, cr3, pat);
	check_shared(0x800);
	expect("VTL 0's OS id", read_msr(MSR_OS_ID), OS_ID);
	expect("VTL 0's page", read_msr(MSR_HYPERCALL), (uint64_t)w0.page | ENABLE);
	expect("where it is", get_register(&w0, VP_STATUS), 0x30000);
	fill(gpr, 0xC0);
	try_call((uint64_t)w0.page, 0x11, 0, gpr); /* at offset 0 */
	expect("RAX of a return that is not fast", gpr[13], RAX_FROM_1);
	expect("RCX of it", gpr[14], RCX_FROM_1);
	check_private(0x1000, cr3, pat);
	try_call(w0.vtl_call, 0, 0, gpr);
	check_private(0x1000, cr3, pat);
	expect("RAX of where VTL 1 sent it", gpr[13], 0x7777);
	expect("0x51, RIP from VTL 0", set_register(&w0, RIP, 0, 0), 6);
	expect("0x51, RIP of VTL 1", set_register(&w0, RIP, 0x11, 0), 6);
	expect("0x51, VsmPartitionConfig", set_register(&w0, PARTITION_CONFIG, 0, 0x1F), 6);
	expect_ud("#UD that VTL 1 made", w0.vtl_call, 0, 0);
}

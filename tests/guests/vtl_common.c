/* SPDX-License-Identifier: MIT */
/* See vtl.h. */
#include "tests/guests/vtl.h"

#define CODE_64     0xA09B
#define DATA        0xC093
#define TSS_BUSY    0x008B
#define TSS_LIMIT   0x67
#define GATE_64     0x8E00U
#define VECTOR_UD   6
#define VECTORS     0x48
#define EFER_LMA    (1UL << 10)
#define OFFSET_MASK 0xFFFU

struct __attribute__((packed)) pseudo_descriptor {
	uint16_t limit;
	uint64_t base;
};

struct gate {
	uint16_t offset_0, selector, flags, offset_16;
	uint32_t offset_32, reserved;
};

volatile uint32_t uds;
static struct gate idt[VECTORS] __attribute__((aligned(16)));

/*
 * try_call(at, rcx, rax, gpr): the callee-saved registers and `gpr` lie on the stack, which every
 * VTL has for itself. A #UD leaves the called code: the handler goes on behind the call.
 */
__asm__(".text\n"
	".globl try_call\n"
	"try_call:\n\t"
	"push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n\t"
	"push %rcx\n\t" /* gpr */
	"push %rdi\n\t" /* at */
	"push %rsi\n\t" /* RCX */
	"mov %rdx, %rax\n\t"
	"mov 0(%rcx), %rbx; mov 8(%rcx), %rdx; mov 16(%rcx), %rsi; mov 24(%rcx), %rdi\n\t"
	"mov 32(%rcx), %rbp; mov 40(%rcx), %r8; mov 48(%rcx), %r9; mov 56(%rcx), %r10\n\t"
	"mov 64(%rcx), %r11; mov 72(%rcx), %r12; mov 80(%rcx), %r13; mov 88(%rcx), %r14\n\t"
	"mov 96(%rcx), %r15\n\t"
	"pop %rcx\n\t"
	"call *(%rsp)\n"
	"after_call:\n\t"
	"add $8, %rsp\n\t"
	"xchg %rcx, (%rsp)\n\t" /* gpr; what RCX was stays on the stack */
	"mov %rbx, 0(%rcx); mov %rdx, 8(%rcx); mov %rsi, 16(%rcx); mov %rdi, 24(%rcx)\n\t"
	"mov %rbp, 32(%rcx); mov %r8, 40(%rcx); mov %r9, 48(%rcx); mov %r10, 56(%rcx)\n\t"
	"mov %r11, 64(%rcx); mov %r12, 72(%rcx); mov %r13, 80(%rcx); mov %r14, 88(%rcx)\n\t"
	"mov %r15, 96(%rcx); mov %rax, 104(%rcx)\n\t"
	"pop %rax\n\t"
	"mov %rax, 112(%rcx)\n\t"
	"pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n\t"
	"ret\n"
	/* The frame's RSP points at the return address that the call has pushed. */
	"on_ud:\n\t"
	"push %rax\n\t"
	"lea uds(%rip), %rax; incl (%rax)\n\t"
	"lea after_call(%rip), %rax; mov %rax, 8(%rsp)\n\t"
	"addq $8, 32(%rsp)\n\t"
	"pop %rax\n\t"
	"iretq\n");
extern const uint8_t on_ud[];

void catch_vector(uint32_t vector, const uint8_t *handler)
{
	uint64_t at = (uint64_t)handler;
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	idt[vector] = (struct gate){.offset_0 = (uint16_t)at,
				    .selector = cs,
				    .flags = GATE_64,
				    .offset_16 = (uint16_t)(at >> 16),
				    .offset_32 = (uint32_t)(at >> 32)};
}

void catch_ud(void)
{
	struct pseudo_descriptor of_idt = {sizeof(idt) - 1, (uint64_t)idt};

	catch_vector(VECTOR_UD, on_ud);
	__asm__ volatile("lidt %0" : : "m"(of_idt));
}

uint16_t hypercall_fast(const struct world *world, uint64_t control, uint64_t rdx, uint64_t r8)
{
	uint64_t result;

	__asm__ volatile("mov %[r8], %%r8\n\t"
			 "call *%[page]"
			 : "=a"(result), "+c"(control), "+d"(rdx)
			 : [page] "r"(world->page), [r8] "r"(r8)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return (uint16_t)result;
}

uint16_t hypercall(const struct world *world, uint64_t control, const void *input, void *output)
{
	return hypercall_fast(world, control, (uint64_t)input, (uint64_t)output);
}

uint16_t ask_register(const struct world *world, uint32_t name, uint8_t vtl, uint64_t *value)
{
	volatile uint64_t *input = (void *)world->input;
	volatile uint64_t *output = (void *)(world->input + PAGE / 2);

	input[0] = SELF;
	input[1] = VP_SELF | (uint64_t)vtl << 32;
	input[2] = name;
	uint16_t status = hypercall(world, CALL_REGISTERS | ONE, (void *)input, (void *)output);

	*value = output[0];
	return status;
}

uint16_t set_register(const struct world *world, uint32_t name, uint8_t vtl, uint64_t value)
{
	volatile uint64_t *input = (void *)world->input;

	input[0] = SELF;
	input[1] = VP_SELF | (uint64_t)vtl << 32;
	input[2] = name;
	input[3] = 0;
	input[4] = value;
	input[5] = 0;
	return hypercall(world, CALL_SET_REGISTERS | ONE, (void *)input, NULL);
}

uint64_t get_register(const struct world *world, uint32_t name)
{
	uint64_t value;

	expect("the status of GetVpRegisters", ask_register(world, name, 0, &value), 0);
	return value;
}

void world_begin(struct world *world)
{
	write_msr(MSR_OS_ID, OS_ID);
	write_msr(MSR_HYPERCALL, (uint64_t)world->page | ENABLE);
	uint64_t offsets = get_register(world, CODE_PAGE_OFFSETS);

	expect("there are offsets", offsets & OFFSET_MASK && offsets >> 12 & OFFSET_MASK, true);
	world->vtl_call = (uint64_t)world->page + (offsets & OFFSET_MASK);
	world->vtl_return = (uint64_t)world->page + (offsets >> 12 & OFFSET_MASK);
}

void context_of_now(struct context *context, void (*entry)(void), void *stack_end)
{
	struct pseudo_descriptor gdt, of_idt;
	struct segment data = {.limit = UINT32_MAX, .attributes = DATA};
	uint16_t cs, ss;

	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	__asm__ volatile("mov %%ss, %0" : "=r"(ss));
	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(of_idt));
	data.selector = ss;
	*context = (struct context){
		.rip = (uint64_t)entry,
		.rsp = (uint64_t)stack_end - 8, /* as if it had been called */
		.rflags = 2,
		.cs = {.limit = UINT32_MAX, .selector = cs, .attributes = CODE_64},
		.ds = data,
		.es = data,
		.fs = data,
		.gs = data,
		.ss = data,
		.tr = {.limit = TSS_LIMIT, .attributes = TSS_BUSY},
		.idtr = {.limit = of_idt.limit, .base = of_idt.base},
		.gdtr = {.limit = gdt.limit, .base = gdt.base},
		.efer = read_msr(MSR_EFER) | EFER_LMA,
		.pat = read_msr(MSR_PAT),
	};
	__asm__ volatile("mov %%cr0, %0" : "=r"(context->cr0));
	__asm__ volatile("mov %%cr3, %0" : "=r"(context->cr3));
	__asm__ volatile("mov %%cr4, %0" : "=r"(context->cr4));
}

/* SPDX-License-Identifier: MIT */
/*
 * One processor's block and stacks. Code runs on SP_EL0, exceptions on SP_EL1: so a stack that is
 * exhausted still leaves one to say so. A hypervisor that starts a processor by its registers can
 * give it only SP_EL1, and the word there leads to the block.
 *
 * The stacks lie in a slot of a window in the upper half, from the bottom: guard, main stack,
 * guard, exceptions' stack. The guards are holes in the address space and cost no memory.
 */
#include "arch/aarch64/cpu.h"
#include "lib/string.h"

#define ASSERT_OFFSET(field, offset) \
	_Static_assert(offsetof(struct arch_cpu, field) == (offset), #field " moved")

ASSERT_OFFSET(recover_pc, CPU_RECOVER_PC);
ASSERT_OFFSET(recover_sp, CPU_RECOVER_SP);
ASSERT_OFFSET(first, CPU_FIRST);
ASSERT_OFFSET(found_sp, CPU_FOUND_SP);
ASSERT_OFFSET(found_x18, CPU_FOUND_X18);
ASSERT_OFFSET(found_level, CPU_FOUND_LEVEL);
ASSERT_OFFSET(found_spsel, CPU_FOUND_SPSEL);
ASSERT_OFFSET(entry, CPU_ENTRY);
ASSERT_OFFSET(owner, CPU_OWNER);
ASSERT_OFFSET(main_sp, CPU_MAIN_SP);
ASSERT_OFFSET(fault_bottom, CPU_FAULT_BOTTOM);
ASSERT_OFFSET(entered, CPU_ENTERED);
ASSERT_OFFSET(strays, CPU_STRAYS);
ASSERT_OFFSET(wanted, CPU_WANTED);
ASSERT_OFFSET(wanted.sp_el1, WANTED_SP);
ASSERT_OFFSET(wanted.sctlr, WANTED_SCTLR);
ASSERT_OFFSET(wanted.mair, WANTED_MAIR);
ASSERT_OFFSET(wanted.tcr, WANTED_TCR);
ASSERT_OFFSET(wanted.vbar, WANTED_VBAR);
ASSERT_OFFSET(wanted.ttbr0, WANTED_TTBR0);
ASSERT_OFFSET(wanted.ttbr1, WANTED_TTBR1);

#define STACK_WINDOW    0xFFFFFE0000000000UL
#define SLOT_PAGES      16
#define MAIN_PAGES      4
#define FAULT_PAGES     2
#define STACK_ALIGNMENT 16
_Static_assert(MAIN_PAGES + FAULT_PAGES == ARCH_STACK_PAGES, "what this_arch.h says");

static size_t slots_used;

static enum err stacks_init(struct arch_cpu *cpu, struct pages *pages)
{
	uint64_t va = STACK_WINDOW + slots_used * SLOT_PAGES * PAGE_SIZE;
	uint8_t *memory = pages_alloc(pages, MAIN_PAGES + FAULT_PAGES, 0);
	uint64_t pa = (uint64_t)memory;
	uint8_t *top;
	enum err e;

	if (!memory)
		return ERR_NO_MEMORY;
	slots_used++;
	va += PAGE_SIZE;
	e = paging_map_stack(va, pa, MAIN_PAGES);
	va += MAIN_PAGES * PAGE_SIZE;
	cpu->main_sp = va;
	va += PAGE_SIZE;
	if (!e)
		e = paging_map_stack(va, pa + MAIN_PAGES * PAGE_SIZE, FAULT_PAGES);
	cpu->fault_bottom = va;
	va += FAULT_PAGES * PAGE_SIZE;
	cpu->wanted.sp_el1 = va - STACK_ALIGNMENT;
	top = memory + (size_t)(MAIN_PAGES + FAULT_PAGES) * PAGE_SIZE;
	memcpy(top - STACK_ALIGNMENT, &cpu, sizeof(cpu));
	return e;
}

/* entry.S: the first instruction of an AP that starts with its registers given. */
void ap_entry(void);

void arch_cpu_want(struct arch_cpu *cpu)
{
	uint64_t sp = cpu->wanted.sp_el1;

	paging_state(&cpu->wanted);
	cpu->wanted.sp_el1 = sp;
	cpu->wanted.pc = (uint64_t)ap_entry;
	cpu->wanted.vbar = (uint64_t)exception_vectors;
	cpu->wanted.x18 = (uint64_t)cpu;
}

enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn entry, void *owner)
{
	memset(cpu, 0, sizeof(*cpu));
	cpu->entry = entry;
	cpu->owner = owner;
	arch_cpu_want(cpu);
	return stacks_init(cpu, pages);
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	return &cpu->wanted;
}

void arch_cpu_renew(struct arch_cpu *cpu)
{
	cpu->recover_pc = cpu->recover_sp = 0;
	cpu->first = 0;
	cpu->found_sp = cpu->found_x18 = cpu->found_level = cpu->found_spsel = 0;
	cpu->entered = cpu->strays = 0;
}

/* A block without stacks: where the boot processor stands until it has its own. */
void arch_early_init(void)
{
	static struct arch_cpu early;

	__asm__ volatile("msr daifset, %0" : : "i"(DAIF_ALL) : "memory");
	WRITE_SYSREG(tpidr_el1, &early);
	WRITE_SYSREG(vbar_el1, exception_vectors);
	isb();
}

/* entry.S: go on in fn(arg) on the block's stacks. */
_Noreturn void block_enter(struct arch_cpu *cpu, void (*fn)(void *), void *arg);

_Noreturn void arch_cpu_enter(struct arch_cpu *cpu, void (*fn)(void *), void *arg)
{
	cpu->redistributor = this_cpu()->redistributor;
	block_enter(cpu, fn, arg);
}

void *arch_cpu_owner(void)
{
	const struct arch_cpu *cpu = this_cpu();

	return cpu ? cpu->owner : NULL;
}

void arch_cpu_guards(const struct arch_cpu *cpu, uint64_t out[ARCH_STACK_GUARDS])
{
	out[0] = cpu->main_sp - (MAIN_PAGES + 1) * PAGE_SIZE;
	out[1] = cpu->fault_bottom - PAGE_SIZE;
}

uint32_t arch_cpu_strays(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->strays, __ATOMIC_RELAXED);
}

uint32_t arch_interrupts(void)
{
	return __atomic_load_n(&this_cpu()->interrupts, __ATOMIC_RELAXED);
}

uint64_t arch_cpu_first_ticks(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->first, __ATOMIC_RELAXED);
}

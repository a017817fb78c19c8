/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables, task state and stacks of one processor. All processors share one IDT; each
 * has a GDT of its own, because a TSS descriptor is marked busy by the processor that loads it.
 *
 * A processor's stacks lie in a slot of a window in the upper half, from the bottom:
 * guard, stack, then guard and stack for each of NMI, double fault and machine check. The guards
 * are holes in the address space and cost no memory.
 */
#include "arch/x86_64/cpu.h"
#include "lib/string.h"

#define ASSERT_OFFSET(field, offset) \
	_Static_assert(offsetof(struct arch_cpu, field) == (offset), #field " moved")

ASSERT_OFFSET(self, CPU_SELF);
ASSERT_OFFSET(recover_rip, CPU_RECOVER_RIP);
ASSERT_OFFSET(recover_rsp, CPU_RECOVER_RSP);
ASSERT_OFFSET(first_tsc, CPU_FIRST_TSC);
ASSERT_OFFSET(found_rsp, CPU_FOUND_RSP);
ASSERT_OFFSET(found_rflags, CPU_FOUND_RFLAGS);
ASSERT_OFFSET(found_gs, CPU_FOUND_GS);
ASSERT_OFFSET(found_fs, CPU_FOUND_FS);
ASSERT_OFFSET(entry, CPU_ENTRY);
ASSERT_OFFSET(owner, CPU_OWNER);
ASSERT_OFFSET(start_rsp, CPU_START_RSP);
ASSERT_OFFSET(gdtr, CPU_GDTR);
ASSERT_OFFSET(entered, CPU_ENTERED);
ASSERT_OFFSET(strays, CPU_STRAYS);

#define STACK_WINDOW     0xFFFFFE0000000000UL
#define SLOT_PAGES       16
#define MAIN_STACK_PAGES 4
#define IST_STACK_PAGES  1
#define STACK_PAGES      (MAIN_STACK_PAGES + IST_COUNT * IST_STACK_PAGES)
_Static_assert(STACK_PAGES == ARCH_STACK_PAGES, "what arch.h says");

/* Descriptor bits above the access byte (SDM figure 3-8). */
#define DESCRIPTOR_CODE64 0x00AF9B000000FFFFUL
#define DESCRIPTOR_DATA   0x00CF93000000FFFFUL
#define DESCRIPTOR_TSS    0x0000890000000000UL
#define DESCRIPTOR_BUSY   0x0000020000000000UL

static size_t slots_used;

static void tss_descriptor(uint64_t out[2], uint64_t base, uint32_t limit)
{
	out[0] = DESCRIPTOR_TSS | (limit & 0xFFFFU) | (base & 0xFFFFFFUL) << 16 |
		 (base >> 24 & 0xFFUL) << 56;
	out[1] = base >> 32;
}

static enum err stacks_init(struct arch_cpu *cpu, struct pages *pages)
{
	uint64_t va = STACK_WINDOW + slots_used * SLOT_PAGES * PAGE_SIZE;
	uint8_t *memory = pages_alloc(pages, STACK_PAGES, 0);
	uint64_t pa = (uint64_t)memory;
	uint8_t *top;
	enum err e;

	if (!memory)
		return ERR_NO_MEMORY;
	top = memory + (size_t)MAIN_STACK_PAGES * PAGE_SIZE;
	slots_used++;
	va += PAGE_SIZE;
	e = paging_map_stack(va, pa, MAIN_STACK_PAGES);
	va += (uint64_t)MAIN_STACK_PAGES * PAGE_SIZE;
	pa += (uint64_t)MAIN_STACK_PAGES * PAGE_SIZE;
	cpu->start_rsp = va - sizeof(uint64_t);
	memcpy(top - sizeof(uint64_t), &cpu, sizeof(cpu));
	for (unsigned int i = 0; i < IST_COUNT && !e; i++) {
		va += PAGE_SIZE;
		e = paging_map_stack(va, pa, IST_STACK_PAGES);
		va += (uint64_t)IST_STACK_PAGES * PAGE_SIZE;
		pa += (uint64_t)IST_STACK_PAGES * PAGE_SIZE;
		cpu->tss.ist[i] = va;
	}
	return e;
}

static struct arch_segment flat(uint16_t selector, uint16_t attributes, uint64_t base)
{
	return (struct arch_segment){.base = base,
				     .limit = 0xFFFFFFFF,
				     .selector = selector,
				     .attributes = attributes};
}

/* entry.asm: the first instruction of an AP that starts in 64-bit mode. */
void ap_entry_long(void);

void arch_cpu_want(struct arch_cpu *cpu)
{
	struct table_register idt = idt_register();

	cpu->wanted = (struct arch_state){
		.rip = (uint64_t)ap_entry_long,
		.rsp = cpu->start_rsp,
		.rflags = RFLAGS_ONE,
		.cs = flat(SEL_CODE, SEG_CODE64, 0),
		.ds = flat(SEL_DATA, SEG_DATA, 0),
		.es = flat(SEL_DATA, SEG_DATA, 0),
		.fs = flat(SEL_DATA, SEG_DATA, 0),
		.gs = flat(SEL_DATA, SEG_DATA, (uint64_t)cpu),
		.ss = flat(SEL_DATA, SEG_DATA, 0),
		.tr = {(uint64_t)&cpu->tss, sizeof(cpu->tss) - 1, SEL_TSS, SEG_TSS_BUSY},
		.gdtr = {cpu->gdtr.base, cpu->gdtr.limit},
		.idtr = {idt.base, idt.limit},
		.cr0 = read_cr0(),
		.cr3 = paging_root(),
		.cr4 = read_cr4(),
		.efer = rdmsr(MSR_EFER),
		.pat = feature_pat_now(),
	};
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	return &cpu->wanted;
}

static void gdt_init(struct arch_cpu *cpu)
{
	cpu->gdt[SEL_CODE / 8] = DESCRIPTOR_CODE64;
	cpu->gdt[SEL_DATA / 8] = DESCRIPTOR_DATA;
	tss_descriptor(&cpu->gdt[SEL_TSS / 8], (uint64_t)&cpu->tss, sizeof(cpu->tss) - 1);
	cpu->gdtr.limit = sizeof(cpu->gdt) - 1;
	cpu->gdtr.base = (uint64_t)cpu->gdt;
}

enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn entry, void *owner)
{
	enum err e;

	memset(cpu, 0, sizeof(*cpu));
	cpu->self = cpu;
	cpu->entry = entry;
	cpu->owner = owner;
	e = stacks_init(cpu, pages);
	if (e)
		return e;
	cpu->tss.io_map_base = sizeof(cpu->tss);
	gdt_init(cpu);
	arch_cpu_want(cpu);
	return OK;
}

void arch_cpu_renew(struct arch_cpu *cpu)
{
	cpu->recover_rip = cpu->recover_rsp = 0;
	cpu->first_tsc = 0;
	cpu->found_rsp = cpu->found_rflags = cpu->found_gs = cpu->found_fs = 0;
	cpu->entered = cpu->strays = 0;
	/* LTR has marked it busy, and faults on one that is. */
	tss_descriptor(&cpu->gdt[SEL_TSS / 8], (uint64_t)&cpu->tss, sizeof(cpu->tss) - 1);
}

/* entry.asm: load GDT, code and data segments, IDT and GS of the block, stay on the stack. */
void descriptor_early(struct arch_cpu *cpu, const struct table_register *idt);

/* A block without stacks or task state: where the boot processor stands until it has its own. */
void arch_early_init(void)
{
	static struct arch_cpu early;
	struct table_register idt;

	early.self = &early;
	gdt_init(&early);
	idt_init(false);
	idt = idt_register();
	descriptor_early(&early, &idt);
}

/* entry.asm: load GDT, segments, TR, IDT and GS of the block, switch stacks, go on in fn(arg). */
_Noreturn void descriptor_enter(struct arch_cpu *cpu, const struct table_register *idt,
				void (*fn)(void *), void *arg);

_Noreturn void arch_cpu_enter(struct arch_cpu *cpu, void (*fn)(void *), void *arg)
{
	struct table_register idt;

	idt_init(true);
	idt = idt_register();
	descriptor_enter(cpu, &idt, fn, arg);
}

static struct arch_cpu *this_cpu(void)
{
	struct arch_cpu *cpu;

	__asm__("movq %%gs:%c1, %0" : "=r"(cpu) : "i"(CPU_SELF));
	return cpu;
}

struct arch_cpu *arch_cpu_here(void)
{
	return this_cpu();
}

void *arch_cpu_owner(void)
{
	const struct arch_cpu *cpu = (const struct arch_cpu *)rdmsr(MSR_GS_BASE);

	return cpu ? cpu->owner : NULL;
}

void arch_cpu_guards(const struct arch_cpu *cpu, uint64_t out[ARCH_STACK_GUARDS])
{
	uint64_t top = cpu->start_rsp + sizeof(uint64_t);

	out[0] = top - (MAIN_STACK_PAGES + 1) * PAGE_SIZE;
	for (unsigned int i = 0; i < IST_COUNT; i++)
		out[1 + i] = cpu->tss.ist[i] - (IST_STACK_PAGES + 1) * PAGE_SIZE;
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
	return __atomic_load_n(&cpu->first_tsc, __ATOMIC_RELAXED);
}

#define READ_SELECTOR(name)                                                \
	({                                                                 \
		uint16_t selector_;                                        \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(selector_)); \
		selector_;                                                 \
	})

void arch_cpu_found(struct arch_state *out)
{
	const struct arch_cpu *cpu = this_cpu();
	struct table_register gdt;
	struct table_register idt;
	uint16_t tr;
	uint16_t ldtr;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	__asm__ volatile("str %0" : "=r"(tr));
	__asm__ volatile("sldt %0" : "=r"(ldtr));
	*out = (struct arch_state){
		.rsp = cpu->found_rsp,
		.rflags = cpu->found_rflags,
		.cs = {.selector = READ_SELECTOR(cs)},
		.ds = {.selector = READ_SELECTOR(ds)},
		.es = {.selector = READ_SELECTOR(es)},
		.fs = {.selector = READ_SELECTOR(fs), .base = cpu->found_fs},
		.gs = {.selector = READ_SELECTOR(gs), .base = cpu->found_gs},
		.ss = {.selector = READ_SELECTOR(ss)},
		.tr = {.selector = tr},
		.ldtr = {.selector = ldtr},
		.gdtr = {gdt.base, gdt.limit},
		.idtr = {idt.base, idt.limit},
		.cr0 = read_cr0(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.efer = rdmsr(MSR_EFER),
		.pat = feature_pat_now(),
	};
}

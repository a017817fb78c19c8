/* SPDX-License-Identifier: MIT */
/*
 * Processors that wait at an ACPI mailbox: mailbox, code, descriptors and page tables in one block
 * of memory, beside which nothing is needed any more. The tables map the first 4 GiB to themselves
 * because whoever wakes a processor chooses the vector.
 */
#include "arch/x86_64/cpu.h"
#include "lib/string.h"

enum { PAGE_MAILBOX, PAGE_CODE, PAGE_PML4, PAGE_PDPT, PAGE_PD, PAGE_PML5 = PAGE_PD + 4, PAGES };
_Static_assert((int)PAGES == (int)ARCH_PARKING_PAGES, "what x86.h says");
_Static_assert(PAGE_CODE *PAGE_SIZE == ARCH_PARKING_RESET_VECTOR, "what x86.h says");

#define ENTRY_TABLE 3UL    /* present, writable */
#define ENTRY_LARGE 0x83UL /* the same, 2 MiB */
#define TWO_MIB     0x200000UL
enum { ENTRIES = 512, DIRECTORIES = 4 };

#define DESCRIPTOR_CODE64  0x00AF9B000000FFFFUL
#define DESCRIPTOR_DATA    0x00CF93000000FFFFUL

#define CPUID1_ECX_MONITOR (1U << 3)

/* Behind the code, in its page; offsets.h. */
struct parking_values {
	uint64_t cr3, mailbox;
	uint64_t gdt[3];
	struct table_register gdtr, idtr;
	uint32_t far_offset;
	uint16_t far_selector;
	uint8_t has_mwait;
} __attribute__((packed));
#define ASSERT_OFFSET(field, offset) \
	_Static_assert(offsetof(struct parking_values, field) == (offset), #field " moved")
ASSERT_OFFSET(cr3, PARKING_CR3);
ASSERT_OFFSET(mailbox, PARKING_MAILBOX);
ASSERT_OFFSET(gdtr, PARKING_GDTR);
ASSERT_OFFSET(idtr, PARKING_IDTR);
ASSERT_OFFSET(far_offset, PARKING_FAR);
ASSERT_OFFSET(has_mwait, PARKING_HAS_MWAIT);

/* ACPI 6.6, table "Multiprocessor Wakeup Mailbox Structure" */
struct mailbox {
	uint16_t command;
	uint16_t reserved;
	uint32_t apic_id;
	uint64_t vector;
};
_Static_assert(offsetof(struct mailbox, apic_id) == 4, "as the specification has it");
_Static_assert(offsetof(struct mailbox, vector) == 8, "as the specification has it");
enum { COMMAND_NONE, COMMAND_WAKE, COMMAND_TEST };

extern const char parking_code[], parking_flat[], parking_code_end[]; /* parking.asm */

static uint64_t *page(uint64_t block, unsigned int number)
{
	return (uint64_t *)(block + (uint64_t)number * PAGE_SIZE);
}

static uint64_t fill_tables(uint64_t block)
{
	uint64_t *pd = page(block, PAGE_PD);

	for (uint64_t i = 0; i < (uint64_t)DIRECTORIES * ENTRIES; i++)
		pd[i] = i * TWO_MIB | ENTRY_LARGE;
	for (unsigned int i = 0; i < DIRECTORIES; i++)
		page(block, PAGE_PDPT)[i] = (uint64_t)page(block, PAGE_PD + i) | ENTRY_TABLE;
	page(block, PAGE_PML4)[0] = (uint64_t)page(block, PAGE_PDPT) | ENTRY_TABLE;
	page(block, PAGE_PML5)[0] = (uint64_t)page(block, PAGE_PML4) | ENTRY_TABLE;
	return (uint64_t)page(block, machine_has_five_levels() ? PAGE_PML5 : PAGE_PML4);
}

static void fill_values(uint64_t block, uint64_t root)
{
	uint64_t code = block + ARCH_PARKING_RESET_VECTOR;
	struct parking_values *v = (struct parking_values *)(code + PARKING_VALUES);

	v->cr3 = root;
	v->mailbox = block;
	v->gdt[SEL_CODE / 8] = DESCRIPTOR_CODE64;
	v->gdt[SEL_DATA / 8] = DESCRIPTOR_DATA;
	v->gdtr = (struct table_register){sizeof(v->gdt) - 1,
					  code + PARKING_VALUES +
						  offsetof(struct parking_values, gdt)};
	v->far_offset = (uint32_t)(code + (uint64_t)(parking_flat - parking_code));
	v->far_selector = SEL_CODE;
	v->has_mwait = (arch_cpuid(1, 0).ecx & CPUID1_ECX_MONITOR) != 0;
}

enum err arch_parking_prepare(uint64_t block)
{
	size_t size = (size_t)(parking_code_end - parking_code);

	if (size > PARKING_VALUES || block % PAGE_SIZE ||
	    block > UINT32_MAX - ARCH_PARKING_PAGES * PAGE_SIZE)
		return ERR_INVALID;
	memset((void *)block, 0, (size_t)ARCH_PARKING_PAGES * PAGE_SIZE);
	memcpy(page(block, PAGE_CODE), parking_code, size);
	fill_values(block, fill_tables(block));
	return arch_map(block + ARCH_PARKING_RESET_VECTOR, block + ARCH_PARKING_RESET_VECTOR,
			PAGE_SIZE, ARCH_MAP_EXEC);
}

_Noreturn void arch_parking_enter(uint64_t block)
{
	if (feature_has_pat())
		wrmsr(MSR_PAT, PAT_AFTER_RESET);
	__asm__ volatile("jmp *%0" : : "r"(block + ARCH_PARKING_RESET_VECTOR) : "memory");
	__builtin_unreachable();
}

void arch_parking_ask(uint64_t block, uint32_t apic_id)
{
	struct mailbox *m = (struct mailbox *)block;

	m->apic_id = apic_id;
	__atomic_store_n(&m->command, COMMAND_TEST, __ATOMIC_RELEASE);
}

bool arch_parking_has_answered(uint64_t block)
{
	const struct mailbox *m = (const struct mailbox *)block;

	return __atomic_load_n(&m->command, __ATOMIC_ACQUIRE) == COMMAND_NONE;
}

void arch_parking_give_up(uint64_t block)
{
	struct mailbox *m = (struct mailbox *)block;

	__atomic_store_n(&m->command, COMMAND_NONE, __ATOMIC_RELEASE);
}

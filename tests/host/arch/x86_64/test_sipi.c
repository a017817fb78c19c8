/* SPDX-License-Identifier: MIT */
/*
 * arch/x86_64/sipi.c: the page below 1 MiB that processors come in through, and the table by which
 * each finds its block. What sipi.asm does with them is done here once more, in C.
 */
#include "tests/host/test.h"

#include <string.h>
#include <sys/mman.h>

#include "arch/x86_64/cpu.h"
#include "lib/pages.h"

enum { LOW_PAGE = 0x90000, CODE_SIZE = 512, PARAMETERS_AT = 256, TABLE_PAGES = 4, CPUS = 5 };
enum { INT3 = 0xCC, PLACE_SIZE = 16 };

/* In the place of sipi.asm's code: something that is no INT3. */
__asm__(".pushsection .rodata\n"
	".globl sipi_begin, sipi_end, sipi_parameters\n"
	".globl sipi_gdt, sipi_gdt_base, sipi_far_pointer, sipi_long_mode\n"
	"sipi_begin: .fill 16, 1, 0x11\n"
	"sipi_gdt: .fill 16, 1, 0x22\n"
	"sipi_gdt_base: .fill 16, 1, 0x33\n"
	"sipi_far_pointer: .fill 16, 1, 0x44\n"
	"sipi_long_mode: .fill 192, 1, 0x55\n"
	"sipi_parameters: .fill 96, 1, 0\n"
	".fill 160, 1, 0x66\n"
	"sipi_end:\n"
	".popsection\n");

static struct arch_cpu cpu[CPUS];
static struct arch_sipi_target target[CPUS];
static struct pages pages;
static unsigned int flags;

void ap_entry_common(void);
void ap_entry_common(void)
{
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *block)
{
	return &block->wanted;
}

bool feature_pat(void)
{
	return true;
}

bool arch_apic_is_x2apic(void)
{
	return false;
}

uint64_t xapic_registers(void);
uint64_t xapic_registers(void)
{
	return 0xFEE00000;
}

struct table_register idt_register(void)
{
	return (struct table_register){0xFFF, 0x123456789A};
}

enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int new_flags)
{
	assert_int_equal(va, LOW_PAGE);
	assert_int_equal(pa, LOW_PAGE);
	assert_int_equal(size, PAGE_SIZE);
	flags = new_flags;
	return OK;
}

static int set_up(void **state)
{
	void *low = mmap((void *)LOW_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	(void)state;
	assert_ptr_equal(low, (void *)LOW_PAGE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return munmap((void *)LOW_PAGE, PAGE_SIZE);
}

static uint64_t parameter(size_t offset)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)LOW_PAGE + PARAMETERS_AT + offset, sizeof(value));
	return value;
}

static void prepare(const uint32_t *ids, size_t count)
{
	static _Alignas(PAGE_SIZE) uint8_t memory[TABLE_PAGES * PAGE_SIZE];
	const struct page_range range = {(uint64_t)memory, sizeof(memory)};

	pages_init(&pages, &range, 1);
	for (size_t i = 0; i < count; i++)
		target[i] = (struct arch_sipi_target){ids[i], &cpu[i]};
	assert_int_equal(arch_sipi_prepare(LOW_PAGE, &pages, target, count), OK);
}

/* As sipi.asm does: from the id's place on to the next that has it; NULL at an empty one. */
static const struct arch_cpu *look_up(uint32_t id)
{
	uint64_t mask = parameter(SIPI_MASK);
	uint64_t at = id;

	for (uint64_t looks = 0; looks <= mask; looks++, at++) {
		uint64_t place[2];

		memcpy(place, (uint8_t *)parameter(SIPI_TABLE) + (at & mask) * PLACE_SIZE,
		       sizeof(place));
		if (!place[0] || (uint32_t)place[1] == id)
			return (const struct arch_cpu *)place[0];
	}
	fail_msg("the search for %u does not end", id);
	return NULL;
}

/* Ids above 255 fall on the places of others. */
static void each_id_leads_to_its_block(void **state)
{
	static const uint32_t lists[][CPUS] = {{0, 1, 2, 3, 4},
					       {0, 256, 512, 1, 257},
					       {255, 511, 767, 1023, 0},
					       {9, 7, 5, 3, 1}};

	(void)state;
	for (size_t l = 0; l < ARRAY_COUNT(lists); l++) {
		prepare(lists[l], CPUS);
		for (size_t i = 0; i < CPUS; i++)
			assert_ptr_equal(look_up(lists[l][i]), &cpu[i]);
		assert_null(look_up(600));
	}
}

static void the_state_is_the_one_that_is_wanted(void **state)
{
	static const uint32_t id = 3;

	(void)state;
	cpu[0].wanted = (struct arch_state){
		.cr0 = 0x80010033, .cr3 = 0x5000, .cr4 = 0x6A8, .efer = 0xD00, .pat = 0x123456789};
	prepare(&id, 1);
	assert_int_equal(parameter(SIPI_CR0), 0x80010033);
	assert_int_equal(parameter(SIPI_CR3), 0x5000);
	assert_int_equal(parameter(SIPI_CR4), 0x6A8);
	assert_int_equal(parameter(SIPI_EFER), 0x900); /* LMA comes by itself */
	assert_int_equal(parameter(SIPI_PAT), 0x123456789);
	assert_int_equal(parameter(SIPI_REGISTERS), 0xFEE00000);
	assert_int_equal(parameter(SIPI_ENTRY), (uint64_t)ap_entry_common);
}

static void what_the_page_does_not_need_traps(void **state)
{
	static const uint32_t id = 3;
	const uint8_t *page = (const uint8_t *)LOW_PAGE;

	(void)state;
	memset((void *)LOW_PAGE, 0x90, PAGE_SIZE);
	prepare(&id, 1);
	assert_int_equal(flags, ARCH_MAP_EXEC);
	assert_int_equal(page[0], 0x11);
	assert_int_equal(page[CODE_SIZE - 1], 0x66);
	for (size_t i = CODE_SIZE; i < PAGE_SIZE; i++)
		assert_int_equal(page[i], INT3);
}

static void no_page_for_it_is_an_error(void **state)
{
	static const uint64_t pages_that_are_none[] = {0, 0x100000, LOW_PAGE + 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(pages_that_are_none); i++)
		assert_int_equal(arch_sipi_prepare(pages_that_are_none[i], &pages, target, 1),
				 ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_id_leads_to_its_block, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_state_is_the_one_that_is_wanted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_the_page_does_not_need_traps, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_page_for_it_is_an_error, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("arch/x86_64/sipi", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * tests/refhv/faults/: each row is read, what is wrong is refused, each fault strikes where it
 * should.
 */
#include "tests/host/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/refhv/faults/table.h"

static struct faults faults;
static const struct fault *told;
static unsigned int told_times;

static void struck(const struct fault *fault, uint32_t vp, uint32_t caller)
{
	(void)vp;
	(void)caller;
	told = fault;
	told_times++;
}

/* The text without its NUL, in a block of its own: ASan sees a step beyond. */
static const char *add(const char *text)
{
	size_t size = strlen(text);
	char *copy = malloc(size + 1);
	const char *reason;

	memcpy(copy, text, size);
	copy = realloc(copy, size + (size == 0));
	reason = fault_parse(&faults, (struct span){copy, size});
	free(copy);
	return reason;
}

static const char *parse_on(const char *text, bool arm64)
{
	memset(&faults, 0, sizeof(faults));
	faults.is_arm64 = arm64;
	return add(text);
}

static const char *parse(const char *text)
{
	return parse_on(text, false);
}

static void lines_are_read(void **state)
{
	static const struct {
		const char *text;
		enum fault_effect effect;
		uint64_t value;
	} cases[] = {
		{"cpuid:present=0", FAULT_CPUID_PRESENT, 0},
		{"cpuid:interface=0x31237649", FAULT_CPUID_INTERFACE, 0x31237649},
		{"cpuid:max_leaf=0x40000004", FAULT_CPUID_MAX_LEAF, 0x40000004},
		{"cpuid:vendor=kvm", FAULT_CPUID_VENDOR, 0},
		{"cpuid:isolation=3", FAULT_CPUID_ISOLATION, 3},
		{"cpuid:paravisor", FAULT_CPUID_PARAVISOR, 1},
		{"cpuid:limit=0xffffffff", FAULT_CPUID_LIMIT, 0xFFFFFFFF},
		{"cpuid:limit=0", FAULT_CPUID_LIMIT, 0},
		{"cpuid:base=0x40000100", FAULT_CPUID_BASE, 0x40000100},
		{"msr:guest_os_id:gp=1", FAULT_OS_ID_GP, 1},
		{"msr:guest_os_id:lost=1", FAULT_OS_ID_LOST, 1},
		{"msr:hypercall:gp", FAULT_HYPERCALL_GP, 1},
		{"msr:hypercall:stick=0", FAULT_HYPERCALL_STICK, 0},
		{"msr:hypercall:moved=1", FAULT_HYPERCALL_MOVED, 1},
		{"msr:hypercall:locked=1", FAULT_HYPERCALL_LOCKED, 1},
		{"msr:hypercall:enabled=1", FAULT_HYPERCALL_ENABLED, 1},
		{"msr:hypercall:enabled_locked=1", FAULT_HYPERCALL_ENABLED_LOCKED, 1},
		{"msr:vp_index:gp=1:vp=3", FAULT_VP_INDEX_GP, 1},
		{"page:fill=zero", FAULT_PAGE_FILL, FILL_ZERO},
		{"page:fill=garbage", FAULT_PAGE_FILL, FILL_GARBAGE},
		{"page:ud=1", FAULT_PAGE_UD, 1},
		{"map:status=0x78", FAULT_MAP_STATUS, 0x78},
		{"map:reps=0:times=2", FAULT_MAP_REPS, 0},
		{"map:apic=3:unknown=1", FAULT_MAP_UNKNOWN, 1},
		{"map:apic=3:answer=0xfffffffe", FAULT_MAP_ANSWER, 0xFFFFFFFE},
		{"map:untouched=1", FAULT_MAP_UNTOUCHED, 1},
		{"map:ud=1:caller=2", FAULT_MAP_UD, 1},
		{"map:garbage=1", FAULT_MAP_GARBAGE, 1},
		{"start:status=0x1234", FAULT_START_STATUS, 0x1234},
		{"start:vp=2:never=1", FAULT_START_NEVER, 1},
		{"start:delay=3000", FAULT_START_DELAY, 3000},
		{"start:twice=20", FAULT_START_TWICE, 20},
		{"start:vp=2:runs=3", FAULT_START_RUNS, 3},
		{"start:suspend=1", FAULT_START_SUSPEND, 1},
		{"start:caller=1:dies=1", FAULT_START_DIES, DIES_BEFORE},
		{"start:caller=1:dies", FAULT_START_DIES, DIES_BEFORE},
		{"start:caller=1:dies=after", FAULT_START_DIES, DIES_AFTER},
		{"start:ud", FAULT_START_UD, 1},
		{"start:garbage=1", FAULT_START_GARBAGE, 1},
		{"start:cr0=0x80000011", FAULT_START_CR0, 0x80000011},
		{"start:cr3=^0x8", FAULT_START_CR3, 8},
		{"start:cr4=0x20", FAULT_START_CR4, 0x20},
		{"start:efer=0xd01", FAULT_START_EFER, 0xD01},
		{"start:rip=0", FAULT_START_RIP, 0},
		{"start:rsp=1", FAULT_START_RSP, 1},
		{"start:rflags=3", FAULT_START_RFLAGS, 3},
		{"start:fs_base=1", FAULT_START_FS_BASE, 1},
		{"start:gs_base=0xffffffffffffffff", FAULT_START_GS_BASE, UINT64_MAX},
		{"start:pat=6", FAULT_START_PAT, 6},
		{"start:gdtr=1", FAULT_START_GDTR, 1},
		{"start:idtr=1", FAULT_START_IDTR, 1},
		{"start:tr=8", FAULT_START_TR, 8},
		{"start:cs=8", FAULT_START_CS, 8},
		{"clock:reference=stuck", FAULT_CLOCK_REFERENCE, REFERENCE_STUCK},
		{"clock:reference=backward", FAULT_CLOCK_REFERENCE, REFERENCE_BACKWARD},
		{"tsc:vp=1:offset_us=1000", FAULT_TSC_OFFSET, 1000},
		{"tsc:vp=1:offset_us=-1000", FAULT_TSC_OFFSET, (uint64_t)-1000},
		{"nmi:vp=1", FAULT_NMI, 0},
		{"acpi:no_rsdp", FAULT_ACPI_NO_RSDP, 1},
		{"acpi:no_xsdt", FAULT_ACPI_NO_XSDT, 1},
		{"acpi:rsdp_checksum", FAULT_ACPI_RSDP_CHECKSUM, 1},
		{"acpi:xsdt_checksum", FAULT_ACPI_XSDT_CHECKSUM, 1},
		{"acpi:madt_checksum=1", FAULT_ACPI_MADT_CHECKSUM, 1},
		{"acpi:madt_length=0", FAULT_ACPI_MADT_LENGTH, 0},
		{"acpi:madt_truncate", FAULT_ACPI_MADT_TRUNCATE, 1},
		{"acpi:madt_duplicate", FAULT_ACPI_MADT_DUPLICATE, 1},
		{"acpi:madt_twin", FAULT_ACPI_MADT_TWIN, 1},
		{"acpi:madt_absent=9", FAULT_ACPI_MADT_ABSENT, 9},
		{"acpi:madt_disable=2", FAULT_ACPI_MADT_DISABLE, 2},
		{"acpi:madt_capable=2", FAULT_ACPI_MADT_CAPABLE, 2},
		{"acpi:madt_invalid", FAULT_ACPI_MADT_INVALID, 1},
		{"acpi:madt_bsp_last", FAULT_ACPI_MADT_BSP_LAST, 1},
		{"acpi:madt_no_bsp", FAULT_ACPI_MADT_NO_BSP, 1},
		{"acpi:madt_many=2100", FAULT_ACPI_MADT_MANY, 2100},
		{"acpi:madt_wakeup", FAULT_ACPI_MADT_WAKEUP, 1},
		{"acpi:srat_disagrees", FAULT_ACPI_SRAT, 1},
		{"memory:low=none", FAULT_MEMORY_LOW, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		assert_null(parse(cases[i].text));
		assert_int_equal(faults.count, 1);
		assert_int_equal(faults.list[0].effect, cases[i].effect);
		assert_int_equal(faults.list[0].value, cases[i].value);
	}
}

/*
 * The plainest line that a row of faults.def allows: what it needs, and its lowest value or a word.
 */
static void write_line(char *line, size_t size, const struct fault_knob *knob, const char *word)
{
	int n = snprintf(line, size, "%s%s%s%s%s%s", fault_place_name(knob->place),
			 knob->must & VP ? ":vp=7" : "", knob->must & CALLER ? ":caller=7" : "",
			 knob->must & APIC ? ":apic=7" : "", knob->part[0] ? ":" : "", knob->part);

	if (knob->name[0])
		n += snprintf(line + n, size - (size_t)n, ":%s", knob->name);
	if (knob->kind == KIND_NUMBER)
		n += snprintf(line + n, size - (size_t)n, "=%lu", knob->min);
	else if (knob->kind == KIND_REGISTER || knob->kind == KIND_SIGNED)
		n += snprintf(line + n, size - (size_t)n, "=1");
	else if (word)
		n += snprintf(line + n, size - (size_t)n, "=%s", word);
	assert_in_range(n, 1, size - 1);
}

/* On one architecture at least; on the other it is refused where it would mean nothing. */
static void read_on(const char *line, int effect, size_t word, bool arm64)
{
	if (!fault_is_on((enum fault_effect)effect, arm64)) {
		assert_string_equal(parse_on(line, arm64), "fault_of_another_architecture");
		assert_true(fault_is_on((enum fault_effect)effect, !arm64));
		return;
	}
	assert_null(parse_on(line, arm64));
	assert_int_equal(faults.list[0].effect, effect);
	if (fault_knobs[effect].kind == KIND_WORDS)
		assert_int_equal(faults.list[0].value, word);
}

static void each_row_of_the_table_is_read(void **state)
{
	char line[128];

	(void)state;
	for (int i = FAULT_NONE + 1; i < FAULT_EFFECTS; i++) {
		const struct fault_knob *knob = &fault_knobs[i];

		for (size_t word = 0; word < ARRAY_COUNT(knob->words); word++) {
			if (word && !knob->words[word])
				continue;
			write_line(line, sizeof(line), knob, knob->words[word]);
			read_on(line, i, word, false);
			read_on(line, i, word, true);
		}
		/* A row that needs a selector must take it, too. */
		assert_int_equal(knob->must & ~knob->may, 0);
	}
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} cases[] = {
		{"", "unknown_fault_place"},
		{"boot:never=1", "unknown_fault_place"},
		{"start", "fault_without_effect"},
		{"msr", "fault_without_effect"},
		{"msr:hypercall", "fault_without_effect"},
		{"start:vp=1", "fault_without_effect"},
		{"start:vp=x:never=1", "fault_needs_a_number"},
		{"start:vp=4294967295:never=1", "fault_needs_a_number"},
		{"start:vp=-1:never=1", "fault_needs_a_number"},
		{"start:vp:never=1", "fault_needs_a_number"},
		{"start:never=2", "fault_value_out_of_range"},
		{"start:never=0", "fault_value_out_of_range"},
		{"start:never=", "fault_needs_a_number"},
		{"start:status=0", "fault_value_out_of_range"},
		{"start:status=0x10000", "fault_value_out_of_range"},
		{"start:status=5:times=0", "fault_times_must_not_be_0"},
		{"start:status=5:effect=0", "fault_value_out_of_range"},
		{"start:status", "fault_needs_a_number"},
		{"start:later=5", "unknown_fault"},
		{"start::never", "unknown_fault"},
		{"start:hypercall:never", "unknown_fault"},
		{"map:never=1", "unknown_fault"},
		{"msr:hypercall:lost=1", "unknown_fault"},
		{"msr:lost=1", "unknown_fault"},
		{"msr:hypercall:guest_os_id:gp", "unknown_fault"},
		{"msr:hypercall:stick=1", "fault_value_out_of_range"},
		{"start:status=5:never=1", "fault_with_two_effects"},
		{"start:never=1:never=1", "fault_with_two_effects"},
		{"start:vp=1:vp=2:never=1", "fault_selector_given_twice"},
		{"start:never=1:effect=1", "fault_does_not_take_this_selector"},
		{"start:apic=1:never=1", "fault_does_not_take_this_selector"},
		{"map:vp=1:reps=1", "fault_does_not_take_this_selector"},
		{"cpuid:vp=1:limit=0", "fault_does_not_take_this_selector"},
		{"acpi:no_rsdp:times=1", "fault_does_not_take_this_selector"},
		{"map:unknown=1", "fault_lacks_its_selector"},
		{"map:answer=1", "fault_lacks_its_selector"},
		{"start:dies=1", "fault_lacks_its_selector"},
		{"tsc:offset_us=1", "fault_lacks_its_selector"},
		{"nmi", "fault_lacks_its_selector"},
		{"nmi:vp=1:now=1", "unknown_fault"},
		{"tsc:vp=1:offset_us=0", "fault_value_out_of_range"},
		{"tsc:vp=1:offset_us=-", "fault_needs_a_number"},
		{"start:cr3=^0", "fault_value_out_of_range"},
		{"start:status=^5", "fault_needs_a_number"},
		{"start:dies=2:caller=1", "unknown_fault_value"},
		{"page:fill=ones", "unknown_fault_value"},
		{"clock:reference", "unknown_fault_value"},
		{"cpuid:vendor=xen", "unknown_fault_value"},
		{"cpuid:isolation=4", "fault_value_out_of_range"},
		{"cpuid:base=0x40000180", "fault_value_out_of_range"},
		{"cpuid:base=0x40000000", "fault_value_out_of_range"},
		{"acpi:madt_length=256", "fault_value_out_of_range"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const char *reason = parse(cases[i].text);

		assert_non_null(reason);
		assert_string_equal(reason, cases[i].reason);
		assert_int_equal(faults.count, 0);
	}
}

static void what_never_strikes_is_refused(void **state)
{
	static const char why[] = "faults_exclude_each_other";

	(void)state;
	assert_null(parse("start:vp=2:never"));
	assert_string_equal(add("start:vp=2:runs=3"), why);
	assert_string_equal(add("start:vp=2:caller=1:twice=3"), why);
	assert_null(add("start:vp=3:runs=1"));
	assert_null(add("start:vp=2:delay=3"));
	assert_null(parse("start:vp=2:never:times=1"));
	assert_null(add("start:vp=2:runs=3"));
	assert_null(parse("msr:hypercall:stick=0"));
	assert_string_equal(add("msr:hypercall:moved"), why);
	assert_null(add("msr:guest_os_id:lost"));
	assert_null(parse("page:ud"));
	assert_string_equal(add("page:fill=zero"), why);
	assert_null(parse("map:apic=1:unknown"));
	assert_string_equal(add("map:apic=1:answer=1"), why);
	assert_null(add("map:apic=2:answer=1"));
	assert_null(parse("acpi:madt_many=100"));
	assert_string_equal(add("acpi:no_rsdp"), why);
	assert_null(parse("acpi:no_rsdp"));
	assert_string_equal(add("acpi:madt_twin"), why);
	assert_null(add("start:never"));
}

static void too_many_are_refused(void **state)
{
	(void)state;
	memset(&faults, 0, sizeof(faults));
	for (int i = 0; i < FAULTS_MAX; i++)
		assert_null(add("start:status=0x78"));
	assert_string_equal(add("start:status=0x78"), "too_many_faults");
	assert_int_equal(faults.count, FAULTS_MAX);
}

static void a_fault_strikes_whom_it_names(void **state)
{
	(void)state;
	assert_null(parse("start:vp=3:status=0x78:times=2"));
	assert_null(add("start:never=1:vp=2"));
	assert_null(add("start:caller=1:status=7"));
	assert_null(add("map:apic=5:answer=9"));
	assert_null(fault_strike(&faults, FAULT_START_STATUS, 2, 0, FAULT_ANY));
	for (int i = 0; i < 2; i++)
		assert_int_equal(fault_strike(&faults, FAULT_START_STATUS, 3, 1, FAULT_ANY)->value,
				 0x78);
	/* Used up: the next line that fits has its turn. */
	assert_int_equal(fault_strike(&faults, FAULT_START_STATUS, 3, 1, FAULT_ANY)->value, 7);
	assert_null(fault_strike(&faults, FAULT_START_STATUS, 3, 0, FAULT_ANY));
	assert_non_null(fault_strike(&faults, FAULT_START_NEVER, 2, 0, FAULT_ANY));
	assert_null(fault_strike(&faults, FAULT_START_NEVER, 3, 0, FAULT_ANY));
	assert_null(fault_strike(&faults, FAULT_MAP_ANSWER, FAULT_ANY, 0, 4));
	assert_int_equal(fault_strike(&faults, FAULT_MAP_ANSWER, FAULT_ANY, 0, 5)->value, 9);
	assert_true(fault_is_set(&faults, FAULT_START_NEVER));
	assert_false(fault_is_set(&faults, FAULT_START_TWICE));
}

static void wrong_values_are_given_or_made(void **state)
{
	(void)state;
	assert_null(parse("start:cr3=^0x8"));
	assert_int_equal(fault_value(&faults.list[0], 0x1008), 0x1000);
	assert_null(parse("start:cr3=0x8"));
	assert_int_equal(fault_value(&faults.list[0], 0x1008), 8);
}

static void strikes_are_told(void **state)
{
	(void)state;
	assert_null(parse("start:status=5:effect=1"));
	assert_null(add("cpuid:limit=0"));
	faults.struck = struck;
	told_times = 0;
	for (int i = 0; i < 3; i++) {
		fault_strike(&faults, FAULT_START_STATUS, 3, 1, FAULT_ANY);
		assert_ptr_equal(told, &faults.list[0]);
	}
	assert_true(told->takes_effect);
	assert_int_equal(told_times, 3);
	for (int i = 0; i < 3; i++)
		assert_non_null(
			fault_strike(&faults, FAULT_CPUID_LIMIT, FAULT_ANY, FAULT_ANY, FAULT_ANY));
	assert_int_equal(told_times, 4);
	fault_strike(&faults, FAULT_START_NEVER, 3, 1, FAULT_ANY);
	assert_int_equal(told_times, 4);
	assert_string_equal(fault_place_name(fault_place(FAULT_HYPERCALL_STICK)), "msr");
	assert_string_equal(fault_part(FAULT_HYPERCALL_STICK), "hypercall");
	assert_string_equal(fault_name(FAULT_HYPERCALL_STICK), "stick");
	assert_string_equal(fault_name(FAULT_NMI), "");
	assert_null(parse("page:fill=garbage"));
	assert_string_equal(fault_word(&faults.list[0]), "garbage");
	assert_null(parse("page:ud"));
	assert_null(fault_word(&faults.list[0]));
}

static void *use_up(void *count)
{
	for (int i = 0; i < 1000; i++)
		*(unsigned int *)count +=
			fault_strike(&faults, FAULT_START_STATUS, 1, 0, FAULT_ANY) != NULL;
	return NULL;
}

static uint64_t status_for(uint32_t vp)
{
	const struct fault *fault = fault_strike(&faults, FAULT_START_STATUS, vp, 0, FAULT_ANY);

	return fault ? fault->value : 0;
}

static void after_lets_occasions_pass(void **state)
{
	(void)state;
	assert_null(parse("start:vp=3:after=2:times=1:status=0x15"));
	assert_null(add("start:vp=3:status=5"));
	assert_int_equal(status_for(3), 5);
	assert_int_equal(status_for(2), 0);
	assert_int_equal(status_for(3), 5);
	assert_int_equal(status_for(3), 0x15);
	assert_int_equal(status_for(3), 5);
	assert_null(parse("start:after=1:never"));
	assert_null(add("start:runs=3")); /* until then */
	assert_string_equal(parse("msr:vp_index:gp:after=1"), "fault_does_not_take_this_selector");
}

static void times_count_for_all_vps_together(void **state)
{
	unsigned int counts[2] = {0, 0};
	pthread_t thread;

	(void)state;
	assert_null(parse("start:status=5:times=700"));
	assert_int_equal(pthread_create(&thread, NULL, use_up, &counts[0]), 0);
	use_up(&counts[1]);
	pthread_join(thread, NULL);
	assert_int_equal(counts[0] + counts[1], 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(each_row_of_the_table_is_read),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(what_never_strikes_is_refused),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(a_fault_strikes_whom_it_names),
		cmocka_unit_test(wrong_values_are_given_or_made),
		cmocka_unit_test(strikes_are_told),
		cmocka_unit_test(after_lets_occasions_pass),
		cmocka_unit_test(times_count_for_all_vps_together),
	};

	return cmocka_run_group_tests_name("refhv/faults", tests, NULL, NULL);
}

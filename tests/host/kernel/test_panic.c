/* SPDX-License-Identifier: MIT */
/* kernel/panic.c: printed once, whole, by one processor, and nothing on the way keeps it going. */
#include "tests/host/test.h"

#include <string.h>

#include "kernel/exit.h"
#include "kernel/platform.h"
#include "lib/assert.h"
#include "lib/log.h"

/* What became of the processor that panicked. */
enum end { RUNS, PARKED, EXITED };

struct hvsmp_host kernel_host;

static struct smp machine;
static struct platform platform;
static jmp_buf out;
static bool is_first, has_block;
static unsigned int stopped, traces, told;
static char heard[512];

bool smp_stop_others(struct smp *smp)
{
	assert_ptr_equal(smp, &machine);
	stopped++;
	return is_first;
}

_Noreturn void arch_park(void)
{
	longjmp(out, PARKED);
}

_Noreturn void exit_machine(enum exit_code code)
{
	assert_int_equal(code, EXIT_CODE_PANIC);
	longjmp(out, EXITED);
}

void arch_backtrace(void)
{
	traces++;
}

void *arch_cpu_owner(void)
{
	return has_block ? &machine : NULL;
}

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash)
{
	assert_ptr_equal(f, &platform.hypervisor.features);
	assert_ptr_equal(host, &kernel_host);
	assert_int_equal(crash->image_base, 0x1000);
	assert_memory_equal(crash->message.va, "number 7", crash->message_size);
	assert_int_equal(crash->message_size, 8);
	told++;
	return true;
}

static void hear(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	strncat(heard, text, len);
	if (told) /* the line behind it */
		panic("a fault in the sink");
}

/* The handler remembers: the tests' order is that of one machine's life. */
static enum end panics(void)
{
	int end = setjmp(out);

	if (end == RUNS)
		panic("number %d", 7);
	return (enum end)end;
}

static int set_up(void **state)
{
	(void)state;
	stopped = traces = told = 0;
	heard[0] = '\0';
	log_reset();
	log_add_sink(hear, NULL);
	return 0;
}

/* Two at once: the one that came second leaves the machine to the first, without a word. */
static void the_second_one_parks(void **state)
{
	(void)state;
	is_first = false;
	assert_int_equal(panics(), PARKED);
	assert_int_equal(stopped, 1);
	assert_string_equal(heard, "");
	assert_int_equal(traces + told, 0);
}

/* The sink that faults on the last line is not asked again. */
static void it_is_printed_and_told_once(void **state)
{
	(void)state;
	is_first = has_block = true;
	assert_int_equal(panics(), EXITED);
	assert_non_null(strstr(heard, "PANIC: number 7\n"));
	assert_non_null(strstr(heard, "the host has been told"));
	assert_null(strstr(heard, "sink"));
	assert_int_equal(traces, 1);
	assert_int_equal(told, 1);
}

/* The first is under way: no further word, no further try, the end. */
static void one_inside_another_ends_the_machine(void **state)
{
	(void)state;
	assert_int_equal(panics(), EXITED);
	assert_string_equal(heard, "");
	assert_int_equal(traces + told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_second_one_parks, set_up),
		cmocka_unit_test_setup(it_is_printed_and_told_once, set_up),
		cmocka_unit_test_setup(one_inside_another_ends_the_machine, set_up),
	};

	panic_init(&machine, &platform, 0x1000);
	return cmocka_run_group_tests_name("kernel/panic", tests, NULL, NULL);
}

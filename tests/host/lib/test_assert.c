/* SPDX-License-Identifier: MIT */
/* lib/assert.c: the handler gets the message; without one, or when it comes back, a trap. */
#include "tests/host/test.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/assert.h"
#include "lib/format.h"

static jmp_buf out;
static char message[256];

static void leave(const char *fmt, va_list args)
{
	format_va(message, sizeof(message), fmt, args);
	longjmp(out, 1);
}

static void come_back(const char *fmt, va_list args)
{
	(void)fmt;
	(void)args;
}

static void the_handler_gets_the_formatted_message(void **state)
{
	(void)state;
	panic_set_handler(leave);
	assert_false(panic_is_under_way());
	if (setjmp(out) == 0)
		panic("vector %d of %u", 14, 32u);
	assert_string_equal(message, "vector 14 of 32");
	assert_true(panic_is_under_way());
}

static void assert_panics_only_when_it_fails(void **state)
{
	volatile int one = 1;

	(void)state;
	panic_set_handler(leave);
	message[0] = '\0';
	if (setjmp(out) == 0) {
		ASSERT(one == 1);
		ASSERT(one == 2);
	}
	assert_non_null(strstr(message, "one == 2"));
	assert_non_null(strstr(message, "test_assert.c:"));
}

static int signal_of_child(panic_fn handler)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		/* ASan and UBSan report and exit on these; here the plain signal is wanted. */
		signal(SIGILL, SIG_DFL);
		signal(SIGTRAP, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		panic_set_handler(handler);
		panic("nothing can go on");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void panic_never_returns(void **state)
{
	(void)state;
	assert_int_equal(signal_of_child(NULL), SIGILL);
	assert_int_equal(signal_of_child(come_back), SIGILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_handler_gets_the_formatted_message),
		cmocka_unit_test(assert_panics_only_when_it_fails),
		cmocka_unit_test(panic_never_returns),
	};

	return cmocka_run_group_tests_name("lib/assert", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * smp_config.progress: called by the boot processor alone, while it waits, and what it sees of each
 * processor only goes forward. Also built with ThreadSanitizer: the ledger may be read meanwhile.
 */
#include "tests/host/test.h"

#include <pthread.h>
#include <string.h>

#include "tests/host/smp/bringup.h"

static struct {
	pthread_t boot;
	unsigned int calls, elsewhere, backward, odd;
	bool seen[CPU_LOST + 1];
	bool up_without_method;
	enum cpu_progress last[MACHINE_VPS];
} watch;

static void look(const struct smp *s)
{
	watch.calls++;
	watch.elsewhere += !pthread_equal(watch.boot, pthread_self());
	for (size_t i = 0; i < s->count; i++) {
		enum cpu_progress now = cpu_progress(smp_cpu(s, i));

		watch.seen[now] = true;
		watch.backward += now < watch.last[i];
		watch.last[i] = now;
		/* What a grid shows beside it. */
		if (now == CPU_UP && smp_cpu(s, i)->start.method == HVSMP_METHOD_NONE)
			watch.up_without_method = true;
		watch.odd += now == CPU_UP && smp_cpu(s, i)->mismatch_count;
	}
}

static void start(size_t count)
{
	memset(&watch, 0, sizeof(watch));
	watch.boot = pthread_self();
	prepare(count);
	for (size_t i = 1; i < count; i++) /* so that there is something to wait for */
		machine.vp[i].delay_ms = 20;
	machine_config.progress = look;
	smp = machine_prepare();
}

static void assert_watched(void)
{
	assert_true(watch.calls > 0);
	assert_int_equal(watch.elsewhere, 0);
	assert_int_equal(watch.backward, 0);
	assert_int_equal(watch.odd, 0);
	assert_false(watch.up_without_method);
	assert_true(watch.seen[CPU_UP]);
	for (size_t i = 0; i < smp->count; i++) /* what was up is online in the end */
		assert_true(watch.last[i] != CPU_UP || smp_cpu(smp, i)->verdict == CPU_ONLINE);
}

static void by_hypercall(void **state)
{
	(void)state;
	start(16);
	run();
	assert_watched();
	assert_true(watch.seen[CPU_STARTING]);
	for (size_t i = 0; i < smp->count; i++)
		assert_int_equal(cpu_progress(smp_cpu(smp, i)), CPU_UP);
}

static void by_init_sipi(void **state)
{
	(void)state;
	start(16);
	machine.no_calls = true;
	hv_offered = false;
	run();
	assert_watched();
	assert_true(watch.seen[CPU_STARTING]);
}

static void what_does_not_come_is_lost(void **state)
{
	(void)state;
	start(4);
	machine.vp[2].never = true;
	machine.vp[3].faults = true;
	run();
	assert_watched();
	assert_int_equal(cpu_progress(cpu_of(1)), CPU_UP);
	assert_int_equal(cpu_progress(cpu_of(2)), CPU_LOST);
	assert_int_equal(cpu_progress(cpu_of(3)), CPU_LOST);
}

static void who_was_never_started_waits(void **state)
{
	(void)state;
	start(4);
	for (size_t i = 0; i < smp->count; i++)
		assert_int_equal(cpu_progress(smp_cpu(smp, i)), i ? CPU_WAITING : CPU_UP);
	run();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BRINGUP_TEST(by_hypercall),
		BRINGUP_TEST(by_init_sipi),
		BRINGUP_TEST(what_does_not_come_is_lost),
		BRINGUP_TEST(who_was_never_started_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* kernel/bench_stats.c, bench_table.c, bench_json.c: the figures, and how they are printed. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/bench.h"
#include "kernel/stats.h"
#include "lib/log.h"

enum { CPUS = 3, COLUMNS = 100 };

static struct {
	char text[1 << 16];
	size_t len;
} heard;

const char *arch_fault_name(uint8_t vector)
{
	(void)vector;
	return "?";
}

static void hear(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(heard.len + len < sizeof(heard.text));
	memcpy(heard.text + heard.len, text, len);
	heard.len += len;
	heard.text[heard.len] = '\0';
}

static bool is_heard(const char *text)
{
	return strstr(heard.text, text) != NULL;
}

/* --- figures ------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sorted_like_the_librarys(void **state)
{
	(void)state;
	srand(1);
	for (size_t count = 0; count < 260; count++) {
		uint64_t *ours = calloc(count + 1, sizeof(*ours));
		uint64_t *theirs = calloc(count + 1, sizeof(*theirs));

		for (size_t i = 0; i < count; i++)
			ours[i] = theirs[i] = (uint64_t)rand() % (count / 2 + 1);
		stats_sort(ours, count);
		qsort(theirs, count, sizeof(*theirs), compare);
		assert_memory_equal(ours, theirs, count * sizeof(*ours) + 1);
		free(ours);
		free(theirs);
	}
}

static void nearest_rank(void **state)
{
	uint64_t v[254];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(v); i++)
		v[i] = i + 1;
	assert_int_equal(stats_rank(v, 0, 50), 0);
	assert_int_equal(stats_rank(v, 1, 50), 1);
	assert_int_equal(stats_rank(v, 1, 95), 1);
	assert_int_equal(stats_rank(v, 2, 50), 1);
	assert_int_equal(stats_rank(v, 3, 50), 2);
	assert_int_equal(stats_rank(v, 3, 95), 3);
	assert_int_equal(stats_rank(v, 20, 95), 19);
	assert_int_equal(stats_rank(v, 21, 95), 20);
	assert_int_equal(stats_rank(v, 254, 50), 127);
	assert_int_equal(stats_rank(v, 254, 95), 242);
	assert_int_equal(stats_rank(v, 254, 100), 254);
	assert_int_equal(stats_rank(v, 254, 0), 1);
}

/* --- what is printed ----------------------------------------------------------------------- */

static struct cpu record[CPUS] __attribute__((aligned(256)));
static struct hvsmp_cpu *list[CPUS];
static struct smp smp;
static struct platform platform;
static struct bench bench;
static struct bench_round rounds[SMP_METHODS][3];
static struct bench_cpu cpus[SMP_METHODS][CPUS];
static uint64_t scratch[CPUS];

static void add_round(enum smp_method method, uint64_t total)
{
	struct bench_method *m = &bench.method[method];

	m->round[m->done++] = (struct bench_round){.online = CPUS,
						   .first = total / 10,
						   .median = total / 4,
						   .p95 = total / 2,
						   .last = total - 7,
						   .total = total,
						   .hypercalls = method <= SMP_HV_FANOUT ? 2 : 0,
						   .ipis = method <= SMP_HV_FANOUT ? 0 : 4};
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	memset(&heard, 0, sizeof(heard));
	log_add_sink(hear, NULL);
	for (uint32_t i = 0; i < CPUS; i++) {
		list[i] = &record[i].start;
		record[i] = (struct cpu){.start.index = i,
					 .start.hw_id = i * 2,
					 .start.is_bsp = i == 0};
		record[i].start.owner = &record[i];
	}
	smp = (struct smp){.record = list,
			   .count = CPUS,
			   .bsp = &record[0],
			   .start.map_ticks = 9000};
	smp.start.map = (struct hvsmp_map_info){.calls = 3, .stride = 4, .elements = 3};
	platform = (struct platform){.clock_source = "cpuid", .tsc_hz = 1000000000};
	strcpy(platform.hypervisor.features.vendor, "a \"vendor\"");
	bench = (struct bench){.platform = &platform,
			       .smp = &smp,
			       .rounds = 3,
			       .scratch = scratch,
			       .bytes_per_cpu = 5000};
	for (int i = 0; i < SMP_METHODS; i++) {
		bench.method[i].offered = true;
		bench.method[i].round = rounds[i];
		bench.method[i].cpu = cpus[i];
	}
	return 0;
}

static void the_round_in_the_middle(void **state)
{
	(void)state;
	assert_null(stats_middle_round(&bench.method[0], scratch));
	assert_int_equal(stats_best(&bench), SMP_METHODS);
	add_round(SMP_HV_SERIAL, 9000);
	add_round(SMP_HV_SERIAL, 1000);
	add_round(SMP_HV_SERIAL, 5000);
	assert_int_equal(stats_middle_round(&bench.method[0], scratch)->total, 5000);
	add_round(SMP_SIPI_SERIAL, 5001);
	assert_int_equal(stats_best(&bench), SMP_HV_SERIAL);
	add_round(SMP_SIPI_BROADCAST, 4999);
	assert_int_equal(stats_best(&bench), SMP_SIPI_BROADCAST);
}

static void the_table(void **state)
{
	(void)state;
	add_round(SMP_HV_FANOUT, 1234500);
	add_round(SMP_HV_FANOUT, 1134500);
	add_round(SMP_HV_FANOUT, 1334500);
	add_round(SMP_SIPI_SERIAL, 99999999999); /* 100 s: the widest that is believable */
	bench.method[SMP_SIPI_SERIAL].offered = false;
	strcpy(bench.method[SMP_SIPI_SERIAL].reason, "no more");
	bench.method[SMP_HV_SERIAL].offered = false;
	strcpy(bench.method[SMP_HV_SERIAL].reason, "for a reason");
	bench.call_ticks = 4321;
	bench.vtl = (struct bench_vtl){.method = {.offered = true, .done = 1, .round = rounds[0]},
				       .start_ticks = 8765,
				       .switches = 100,
				       .switch_ticks = 2100};
	rounds[0][0] = (struct bench_round){.total = 777000, .hypercalls = 4};
	bench_table(&bench);
	assert_true(is_heard("hv-serial      not offered: for a reason\n"));
	assert_true(
		is_heard("hv-fanout           3    1234.5     123.4     308.6     617.2    1234.4"
			 "      1234500     2     0\n"));
	assert_true(is_heard("no more rounds: no more\n"));
	assert_true(is_heard("one 0x9A 3.0 us, 3 of them for 3 VP indexes\n"));
	assert_true(is_heard("one 0x99 4.3 us\n"));
	assert_true(is_heard("vtl1                1     777.0 "));
	assert_true(is_heard("one 0x99 into VTL 1 8.7 us\n"));
	assert_true(is_heard("one VtlCall with its return 2.1 us, the middle of 100\n"));
	assert_true(is_heard("verdict: ok\n"));
	for (const char *line = heard.text; *line;) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		if (end - line > COLUMNS)
			fail_msg("%d columns: %.*s", (int)(end - line), (int)(end - line), line);
		line = end + 1;
	}
}

static void the_json(void **state)
{
	(void)state;
	add_round(SMP_SIPI_BROADCAST, 2000);
	cpus[SMP_SIPI_BROADCAST][1] = (struct bench_cpu){0, true, 10, 20, 30};
	cpus[SMP_SIPI_BROADCAST][2] = (struct bench_cpu){0, false, 10, 0, 0};
	bench.verdict = MACHINE_DEGRADED;
	strcpy(bench.vtl.method.reason, "not here");
	bench_json(&bench);
	assert_true(is_heard("@bench {\"schema\":\"hvsmp-bench/1\",\"version\":"));
	assert_true(is_heard(",\"verdict\":\"degraded\",\"processors\":3,\"rounds\":3,"));
	assert_true(
		is_heard("\"vendor\":\"a \\\"vendor\\\"\",\"start_vp\":false,\"reason\":\"\"}"));
	assert_true(is_heard("\"bytes_per_processor\":5000,\"map_calls\":3,\"call_ns\":{\"map\":"
			     "3000,\"start\":null},"));
	assert_true(is_heard(
		"{\"name\":\"hv-serial\",\"offered\":true,\"reason\":\"\",\"rounds\":[]}"));
	assert_true(is_heard("\"rounds\":[{\"online\":3,\"total_ns\":2000,\"first_ns\":200,"
			     "\"median_ns\":500,\"p95_ns\":1000,\"last_ns\":1993,"
			     "\"total_ticks\":2000,\"hypercalls\":0,\"ipis\":4}]}],"));
	assert_true(is_heard("],\"vtl1\":{\"offered\":false,\"reason\":\"not here\",\"rounds\":[],"
			     "\"start_ns\":null,\"switches\":0,\"switch_ns\":null},\"cpus\":["));
	assert_true(is_heard("{\"apic_id\":0,\"started_by\":null,\"t_issued_ns\":null,"
			     "\"t_first_ns\":null,\"t_online_ns\":0}"));
	assert_true(is_heard("{\"apic_id\":2,\"started_by\":0,\"t_issued_ns\":10,"
			     "\"t_first_ns\":20,\"t_online_ns\":30}"));
	assert_true(is_heard("\"t_online_ns\":null}]}\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_like_the_librarys),
		cmocka_unit_test(nearest_rank),
		cmocka_unit_test_setup(the_round_in_the_middle, set_up),
		cmocka_unit_test_setup(the_table, set_up),
		cmocka_unit_test_setup(the_json, set_up),
	};

	return cmocka_run_group_tests_name("kernel/bench", tests, NULL, NULL);
}

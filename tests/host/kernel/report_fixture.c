/* SPDX-License-Identifier: MIT */
/* See report_fixture.h. */
#include "tests/host/kernel/report_fixture.h"

#include <string.h>

#include "lib/log.h"
#include "tests/host/smp/machine.h"

struct cpu record[CPUS] __attribute__((aligned(256)));
static struct hvsmp_cpu *list[CPUS];
struct smp smp;
struct platform platform;
struct vtl vtl;
struct report report;

struct heard heard;

const char *arch_fault_name(uint8_t vector)
{
	return vector == 13 ? "#GP" : "?";
}

static void hear(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(heard.len + len < sizeof(heard.text));
	memcpy(heard.text + heard.len, text, len);
	heard.len += len;
	heard.text[heard.len] = '\0';
}

int report_set_up(void **state)
{
	(void)state;
	log_reset();
	memset(&heard, 0, sizeof(heard));
	log_add_sink(hear, NULL);
	memset(record, 0, sizeof(record));
	for (uint32_t i = 0; i < CPUS; i++) {
		list[i] = &record[i].start;
		record[i] = (struct cpu){.start.index = i,
					 .start.hw_id = i * 2,
					 .uid = i,
					 .numa = SMP_NUMA_UNKNOWN,
					 .vtl = i < 2 ? 0 : CPU_VTL_UNKNOWN,
					 .start.vp_index = (i + 1) % CPUS};
		record[i].start.owner = &record[i];
	}
	record[0].start.is_bsp = true;
	record[0].start.method = HVSMP_METHOD_FIRMWARE;
	record[0].start.arrived = START;
	record[1].start.method = HVSMP_METHOD_HYPERCALL;
	record[1].start.map_state = HVSMP_MAP_FOUND;
	record[1].numa = 1;
	record[1].start.calls = 1;
	record[1].start.issued = 2000;
	record[1].start.arrived = 4000;
	machine_set_first_tsc(&record[1], 3000);
	record[2].verdict = CPU_REFUSED;
	record[2].start.map_state = HVSMP_MAP_REFUSED;
	record[2].start.map_answer.status.code = 5;
	record[2].uid = SMP_UID_UNKNOWN;
	record[2].start.vp_index = HVSMP_VP_UNKNOWN;
	record[2].start.calls = 3;
	record[2].start.answer.status.code = 0x50;
	smp = (struct smp){.record = list, .count = CPUS, .bsp = &record[0], .start_ticks = START};
	smp.start.map = (struct hvsmp_map_info){.calls = 4, .stride = 4, .elements = 3};
	platform = (struct platform){.clock_source = "cpuid", .tsc_hz = 1000};
	platform.hypervisor.hypercalls = HYPERCALLS_OPEN;
	platform.hypervisor.reason = "";
	platform.hypervisor.features.present = platform.hypervisor.features.is_hv1 = true;
	strcpy(platform.hypervisor.features.vendor, "Microsoft Hv");
	strcpy(platform.hypervisor.features.interface_name, "Hv#1");
	strcpy(platform.hypervisor.version, "10.0.20348.1-0-0");
	vtl = (struct vtl){0};
	report = (struct report){.platform = &platform, .smp = &smp, .vtl = &vtl};
	report.summary = (struct smp_summary){CPUS, 2, MACHINE_DEGRADED, 123456};
	return 0;
}

const struct selftest kept = {
	.is_run = true,
	.members = 2,
	.pairs = 2,
	.min_ns = 10,
	.median_ns = 20,
	.max_ns = 30,
	.sent = {[IPI_BY_MASK] = 4, [IPI_BY_SET] = 5, [IPI_BY_NOTIFY] = 6},
	.announced = 15,
	.taken = 15,
	.has_skew = true,
	.skew_ns = 7,
	.skew_error_ns = 100,
	.skew_hw_id = 2,
	.expected = 3000,
	.actual = 3000,
};

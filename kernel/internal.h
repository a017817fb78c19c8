/* SPDX-License-Identifier: MIT */
/* What the files of kernel/ offer each other. */
#pragma once

#include "acpi/acpi.h"
#include "hv/hv.h"
#include "kernel/kernel.h"
#include "kernel/options.h"
#include "lib/pages.h"
#include "smp/smp.h"

/* version.c: "v1.0-3-g0123abc", "-dirty" behind it where files differ from the commit. */
extern const char kernel_version[];

/* memory.c: page allocator and page tables from the boot stub's map; the kernel runs on them after. */
enum err memory_init(const struct boot_info *boot, struct pages *pages);
/* memory.c: for the ACPI readers. */
struct acpi_memory memory_for_acpi(const struct boot_info *boot);

/* platform.c: what ACPI and the hypervisor say about this machine. */
struct platform {
	struct acpi acpi;
	bool has_acpi, has_madt, has_srat, has_fadt;
	struct acpi_table madt, srat;
	struct acpi_fadt fadt;
	struct hvsmp_features hv;
	char hv_version[48];
	bool hv_offered;                   /* by CPUID: may start VPs by hypercall */
	bool hv_usable;                    /* and it did, or would */
	char hv_reason[HVSMP_REASON_SIZE]; /* why it is not used, "" if it is */
	const char *clock_source;
	uint64_t tsc_hz;
};

extern const struct hvsmp_machine platform_machine;

void platform_find_tables(struct platform *p, const struct acpi_memory *memory, uint64_t rsdp);
/* Room for all enabled processors of the MADT, filled. ERR_NO_MEMORY. */
enum err platform_topology(const struct platform *p, struct pages *pages, struct topology *out);
/* Boot processor on its own tables (safe MSR access). */
void platform_clock(struct platform *p);

/* exit.c; the codes are what the firmware of a test machine writes to isa-debug-exit. */
enum exit_code {
	EXIT_CODE_OK = 0x10,
	EXIT_CODE_DEGRADED = 0x11,
	EXIT_CODE_FAILED = 0x12,
	EXIT_CODE_PANIC = 0x13,
};
void exit_init(const struct boot_info *boot, const struct platform *p,
	       const struct acpi_memory *memory, enum option_exit how);
_Noreturn void exit_machine(enum exit_code code);

/*
 * panic.c: install the panic handler: stop all other processors, print, tell the host by its crash
 * MSRs, and end in exit_machine.
 */
void panic_init(struct smp *smp, const struct platform *p, uint64_t image_base);

/* canary.c: a value of this boot for the stack protector; before any guarded function returns. */
void canary_init(void);

/* selftest.c: what breaks a promise is a warning. */
void selftest_run(const struct boot_info *boot, const struct smp *smp,
		  const struct topology *topology);
/* selftest_home.c: how many are broken about memory. */
unsigned int selftest_memory(const struct smp *smp, const struct topology *topology);

/* selftest_calls.c: mode=selftest; what processors did for each other. */
struct selftest {
	bool is_run;
	size_t members;     /* processors that took part */
	size_t pairs, lost; /* calls from one to another; those without an answer in time */
	uint64_t min_ns, median_ns, max_ns; /* from the call to the answer; 0: there was none */
	uint32_t sent[IPI_WAYS];            /* hypercalls and messages */
	uint32_t announced, taken;          /* IPIs that they should have been, and were */
	bool has_skew;                      /* there is a reference counter */
	uint64_t skew_ns, skew_error_ns;    /* the largest */
	uint32_t skew_apic_id;
	uint32_t scattered;        /* processors that did not find all others at the barrier */
	uint64_t expected, actual; /* sum of the storm */
};
void selftest_calls_prepare(struct smp *smp); /* before smp_start_all */
void selftest_calls(struct smp *smp, const struct platform *p, struct selftest *out);
bool selftest_is_kept(const struct selftest *s);

/* provoke.c: panic=; before and after smp_start_all. */
void provoke_prepare(const struct options *options, struct smp *smp);
void provoke_run(const struct options *options);

/* conformance.c: mode=conformance, instead of the bring-up and its report. */
_Noreturn void conformance_run(const struct platform *p, const struct smp *smp,
			       struct hvsmp_interface *hv);

/* bench.c: mode=bench, instead of the bring-up and its report. */
_Noreturn void bench_run(const struct platform *p, struct smp *smp, struct hvsmp_interface *hv,
			 const struct options *o);

/* The report, from the ledger: report.c calls the other two. */
struct report {
	const struct platform *platform;
	const struct smp *smp;
	struct smp_summary summary;
	uint64_t kernel_ns;              /* from kernel_main to the report */
	const struct selftest *selftest; /* NULL: not run */
};
void report_print(const struct report *r, unsigned int forms);
void report_json(const struct report *r);
void report_tap(const struct report *r);
/* report.c: "cr3: expected 0x1000, is 0x2000" */
void report_mismatch(char *out, size_t size, const struct cpu_mismatch *m);
/* report.c: a time stamp as nanoseconds since bring-up began. */
uint64_t report_ns(const struct smp *smp, uint64_t tsc);

/* SPDX-License-Identifier: MIT */
/* The kernel as a table of contents. */
#include "kernel/internal.h"

#include "kernel/grid.h"
#include "kernel/screen.h"

#include "lib/assert.h"
#include "lib/log.h"
#include "lib/string.h"

#define NS_PER_MS 1000000UL

extern char _etext[];

/* Everything that lives as long as the kernel. */
static struct {
	const struct boot_info *boot;
	uint64_t entry_tsc;
	struct options options;
	struct pages pages;
	struct acpi_memory acpi_memory;
	struct platform platform;
	struct topology topology;
	struct hvsmp_interface hv;
	struct smp smp;
	struct selftest selftest;
} kernel;

/* On one line, whatever line ends the file has, and without its comments. */
static void show_options(const struct boot_info *boot)
{
	char text[128];
	size_t n = 0;

	for (const char *s = boot->options; *s && n < sizeof(text) - 1; s++) {
		bool blank = *s <= ' ';

		if (*s == '#' && (!n || text[n - 1] == ' ')) {
			while (s[1] && s[1] != '\n')
				s++;
			continue;
		}

		if (!blank || (n && text[n - 1] != ' '))
			text[n++] = blank ? ' ' : *s;
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	log_info("options from %s: %s", boot->options_source, n ? text : "(none)");
}

static const char *const secure_boot_text[] = {
	[BOOT_SECURE_BOOT_NOT_OFFERED] = "not offered",
	[BOOT_SECURE_BOOT_OFF] = "off",
	[BOOT_SECURE_BOOT_SETUP] = "off, no platform key is enrolled",
	[BOOT_SECURE_BOOT_ON] = "on",
};

static void console_init(const struct boot_info *boot)
{
	if (!arch_serial_init())
		(void)log_add_sink(arch_serial_write, NULL);
	(void)log_add_sink(screen_write, NULL); /* keeps it until there is a screen */
	options_parse(boot->options, &kernel.options);
	log_set_level(kernel.options.log);
	log_info("hvsmp %s: image at 0x%lx", kernel_version, (unsigned long)boot->image_base);
	log_info("Secure Boot: %s", secure_boot_text[boot->secure_boot]);
	show_options(boot);
}

static void hypervisor_detect(struct platform *p)
{
	hvsmp_detect(&p->hv, kernel_cpuid);
	p->hv_offered = hvsmp_may_start_vps(&p->hv, p->hv_reason);
}

static void say(char *out, const char *text)
{
	(void)str_copy(out, HVSMP_REASON_SIZE, text, str_len(text));
}

static enum hvsmp_error setup(struct hvsmp_interface *hv, struct pages *pages)
{
	void *page = pages_alloc(pages, 1, 0);
	struct hvsmp_setup_config config = {{page, (uint64_t)page}, HVSMP_OS_ID};

	return hvsmp_setup(hv, &kernel_host, &config);
}

static void hypervisor_init(struct platform *p)
{
	struct smp_config *config = &kernel.smp.config;

	p->hv_usable = p->hv_offered;
	if (p->hv_offered && kernel.options.start == START_SIPI) {
		say(p->hv_reason, "start=sipi was asked for");
	} else if (p->hv_offered && setup(&kernel.hv, &kernel.pages)) {
		say(p->hv_reason, kernel.hv.reason);
		log_warn("hypercalls: %s", kernel.hv.reason);
		p->hv_usable = false;
	} else if (p->hv_offered) {
		config->hv = &kernel.hv;
	}
	hvsmp_version(&p->hv, kernel_cpuid, p->hv_version, sizeof(p->hv_version));
	config->has_vp_index = hvsmp_has_vp_index(&p->hv);
	config->vp_limit = p->hv.vp_limit;
	config->ipi_by_call = hvsmp_recommends_ipi(&p->hv);
	config->ipi_by_set = hvsmp_recommends_ipi_set(&p->hv);
	if (p->hv.present)
		log_info("hypervisor \"%s\", interface \"%s\"%s%s", p->hv.vendor,
			 p->hv.interface_name, p->hv.is_hv1 ? ", version " : "",
			 p->hv.is_hv1 ? p->hv_version : "");
	if (config->hv)
		log_info("hypercall page at 0x%lx, boot processor is VP %u",
			 (unsigned long)kernel.hv.page.pa, kernel.hv.bsp_vp_index);
}

static uint64_t init_delay_ns(uint32_t ms)
{
	if (ms == INIT_DELAY_AUTO)
		return arch_init_needs_delay(arch_cpuid) ? SIPI_INIT_DELAY_NS : 0;
	return ms * NS_PER_MS;
}

static struct smp_config configuration(void)
{
	const struct options *o = &kernel.options;

	return (struct smp_config){
		.use_hv = o->start != START_SIPI,
		.use_sipi = o->start != START_HV,
		.fanout = o->fanout,
		.sipi = {SIPI_PARALLEL, init_delay_ns(o->init_delay_ms)},
		.deadline_ns = o->deadline_ms * NS_PER_MS,
		.cap_ns = o->cap_ms * NS_PER_MS,
		.hv = &kernel.hv,
		.host = &kernel_host,
		.low_page = kernel.boot->low_page,
		.progress = screen_is_on() ? grid_step : NULL,
	};
}

static _Noreturn void finish(void)
{
	struct platform *p = &kernel.platform;
	struct report report = {.platform = p, .smp = &kernel.smp};
	bool offered = p->hv_offered && kernel.options.start != START_SIPI;

	if (kernel.smp.hv_reason[0]) {
		say(p->hv_reason, kernel.smp.hv_reason);
		p->hv_usable = false;
	}
	smp_summarize(&kernel.smp, offered, &report.summary);
	if (kernel.selftest.is_run) {
		report.selftest = &kernel.selftest;
		if (!selftest_is_kept(&kernel.selftest) && report.summary.verdict == MACHINE_OK)
			report.summary.verdict = MACHINE_DEGRADED;
	}
	report.kernel_ns = arch_clock_ticks_ns(arch_tsc() - kernel.entry_tsc);
	report_print(&report, kernel.options.report);
	if (kernel.smp.config.hv)
		hvsmp_teardown(&kernel.hv);
	exit_machine((enum exit_code)(EXIT_CODE_OK + report.summary.verdict));
}

static void apic_init(void)
{
	enum err e = arch_apic_init(kernel.topology.need_x2apic);

	if (e)
		log_warn("local APIC: %s: not all processors can be reached by INIT-SIPI",
			 err_name(e));
}

/* On the boot processor's own stack and tables. */
static void run(void *arg)
{
	(void)arg;
	hypervisor_detect(&kernel.platform); /* CPUID only */
	kernel.smp.config.hv = NULL;         /* until it is set up */
	hypervisor_init(&kernel.platform);   /* OS id, hypercall page */
	platform_clock(&kernel.platform);    /* rate of the TSC */
	apic_init();                         /* xAPIC or x2APIC */
	log_info("clock: %s, %lu Hz; %lu processors, %s", kernel.platform.clock_source,
		 (unsigned long)kernel.platform.tsc_hz, (unsigned long)kernel.smp.count,
		 arch_apic_is_x2apic() ? "x2APIC" : "xAPIC");
	if (kernel.options.mode == MODE_CONFORMANCE)
		conformance_run(&kernel.platform, &kernel.smp, &kernel.hv); /* and exit */
	if (kernel.options.mode == MODE_BENCH)
		bench_run(&kernel.platform, &kernel.smp, &kernel.hv, &kernel.options);
	if (kernel.options.mode == MODE_SELFTEST)
		selftest_calls_prepare(&kernel.smp);
	provoke_prepare(&kernel.options, &kernel.smp);
	grid_begin(&kernel.smp);    /* on the screen, if there is one */
	smp_start_all(&kernel.smp); /* the reason for all this */
	grid_end(&kernel.smp);
	if (kernel.options.mode == MODE_SELFTEST)
		selftest_calls(&kernel.smp, &kernel.platform, &kernel.selftest);
	if (kernel.options.selftest || kernel.options.mode == MODE_SELFTEST)
		selftest_run(kernel.boot, &kernel.smp, &kernel.topology);
	provoke_run(&kernel.options);
	finish(); /* report and exit */
}

_Noreturn void kernel_main(const struct boot_info *boot)
{
	struct smp_config config;

	kernel.boot = boot;
	kernel.entry_tsc = arch_tsc();
	arch_set_image(boot->image_base, (uint64_t)_etext); /* for backtraces */
	canary_init();
	panic_init(&kernel.smp, &kernel.platform, boot->image_base); /* a way to end */
	console_init(boot);                                          /* serial port, options */
	kernel.acpi_memory = memory_for_acpi(boot);
	exit_init(boot, &kernel.platform, &kernel.acpi_memory, kernel.options.exit);
	if (memory_init(boot, &kernel.pages)) /* allocator, page tables */
		panic("no memory for page tables");
	kernel.pages.fail_at = kernel.options.fail_alloc;
	if (kernel.options.screen)
		screen_start(boot, &kernel.pages);
	platform_find_tables(&kernel.platform, &kernel.acpi_memory, boot->rsdp);
	if (platform_topology(&kernel.platform, &kernel.pages, &kernel.topology))
		panic("no memory for the list of processors");
	config = configuration();
	if (smp_prepare(&kernel.smp, &config, &kernel.topology, &kernel.pages))
		panic("no memory for the boot processor's stacks");
	arch_cpu_enter((struct arch_cpu *)kernel.smp.bsp->arch, run, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * kernel/x86_64/monitor.c and monitored.c: what is asked of the hypervisor, a reason of its own for
 * each thing that is refused, and what is said of a write that goes another way than it should.
 */
#include "tests/host/kernel/monitor_machine.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"
#include "lib/log.h"

static void each_write_is_taken(void **state)
{
	const struct vtl_monitor *m = &kernel.vtl.monitor;

	(void)state;
	assert_true(machine_run());
	assert_string_equal(kernel.vtl.reason, "");
	assert_int_equal(log_kept_count(), 0);
	assert_int_equal(worked_in[0], 1);
	assert_int_equal(aps_were_after, CPUS - 1);
	assert_true(kernel.vtl.is_wanted && m->is_wanted && m->is_armed && m->denies);
	assert_int_equal(m->broken, 0);
	for (size_t i = 0; i < CPUS; i++) {
		assert_int_equal(m->watched[i].intercepts, 1);
		assert_int_equal(m->watched[i].address, (uint64_t)&words[i]);
		assert_int_equal(m->watched[i].rip, WRITER);
		assert_int_equal(vps[i].rip, WRITER + LENGTH);
		assert_int_equal(vps[i].taken, 1);
		assert_int_equal(vps[i].slow, 1);
		assert_int_equal(vps[i].fast, i ? 1 : 2); /* the boot processor calls twice */
		assert_int_equal(words[i], 0xCCCCCCCC);
	}
	assert_true(m->knows_after);
	assert_int_equal(m->before, m->after);
	assert_int_equal(hv.config_value, 0x5F);
	assert_int_equal(hv.enabled, CPUS);
	assert_int_equal(hv.tables_used, 1);
	assert_false(kernel.smp.config.use_sipi);
	assert_true(vtl_may_call(&kernel));
}

static void what_is_protected(void **state)
{
	const struct vtl_monitor *m = &kernel.vtl.monitor;
	struct page_range own;

	(void)state;
	assert_true(machine_run());
	assert_int_equal(hv.protects, 3);
	assert_int_equal(hv.protected[0].first, (uint64_t)_text / PAGE_SIZE);
	assert_int_equal(hv.protected[0].pages, 1);
	assert_int_equal(hv.protected[0].may, 0xD);
	assert_int_equal(hv.protected[1].first, (uint64_t)_text / PAGE_SIZE + 1);
	assert_int_equal(hv.protected[1].pages, 2);
	assert_int_equal(hv.protected[1].may, 1);
	assert_int_equal(hv.protected[2].may, 1);
	assert_int_equal(hv.protected[2].pages, m->own);
	own = (struct page_range){hv.protected[2].first * PAGE_SIZE, m->own * PAGE_SIZE};
	/* All that VTL 1 runs on. */
	for (size_t i = 0; i < CPUS; i++) {
		assert_in_range((uint64_t)vps[i].block, own.base, own.base + own.size - 1);
		assert_in_range(vps[i].assist, own.base, own.base + own.size - 1);
		assert_in_range(vps[i].simp, own.base, own.base + own.size - 1);
		assert_in_range((uint64_t)&m->watched[i], own.base, own.base + own.size - 1);
	}
	assert_in_range(hv.hypercall[1], own.base, own.base + own.size - 1);
	assert_int_equal(kernel.smp.free_before, PAGES - m->own - 1);
	assert_int_equal(m->code, 1);
	assert_int_equal(m->constants, 2);
}

static void a_reset_is_tried_and_does_nothing(void **state)
{
	(void)state;
	assert_true(machine_run());
	assert_true(kernel.vtl.monitor.has_sent);
	assert_int_equal(kernel.vtl.monitor.sent_to, 4 * (CPUS - 1));
	assert_int_equal(hv.inits, 1);
	assert_int_equal(hv.startups, 1);
	machine_set_up(state);
	kernel.smp.count = 1;
	assert_true(machine_run());
	assert_int_equal(hv.inits, 0);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0f_a_reset_that_has_an_effect(void **state)
{
	(void)state;
	hv.init_resets = true;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, 1);
	assert_non_null(strstr(log_kept(0), "APIC id 8: INIT from VTL 0 was to be dropped"));
	assert_int_equal(hv.startups, 0);
}

/* Before anything is written: VTL 0 goes on without, and one warning says why. */
static void assert_refused(const char *why)
{
	assert_false(machine_run());
	assert_false(has_ended);
	assert_non_null(strstr(kernel.vtl.reason, why));
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), why));
	assert_non_null(strstr(log_kept(0), "vtl=monitor: "));
	assert_false(kernel.vtl.monitor.is_armed);
	assert_true(kernel.smp.config.use_sipi);
	assert_ptr_equal(kernel.smp.config.after, after);
	assert_int_equal(worked_in[0] + worked_in[1], 0);
	assert_true(vtl_may_call(&kernel));
}

static void g0c_no_interrupts_to_have(void **state)
{
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_SYNIC;
	assert_refused("AccessSynicRegs is withheld");
	machine_set_up(state);
	kernel.platform.hypervisor.features.privileges &= ~HVSMP_PRIVILEGE_APIC_MSRS;
	assert_refused("AccessIntrCtrlRegs is withheld");
	assert_int_equal(hv.partition_calls, 0);
}

static void g0c_vtl1_gets_no_page_for_messages(void **state)
{
	(void)state;
	hv.no_msr = HVSMP_MSR_SIMP;
	assert_refused("in VTL 1: writing 0x");
	assert_int_equal(hv.protects, 0);
	assert_int_equal(hv.enabled, 1);
}

static void g0d_no_protection_to_have(void **state)
{
	static const char *const what[] = {"code", "constants", "its own memory"};

	hv.config = 6;
	assert_refused("in VTL 1: VsmPartitionConfig: HvCallSetVpRegisters answers 0x06");
	for (unsigned int i = 0; i < 3; i++) {
		machine_set_up(state);
		hv.protect_at = i + 1;
		assert_refused("HvCallModifyVtlProtectionMask answers 0x06");
		assert_non_null(strstr(kernel.vtl.reason, what[i]));
		assert_int_equal(hv.enabled, 1); /* nobody goes through VTL 1 for nothing */
	}
}

static void g05_the_boot_processor_is_refused_it(void **state)
{
	(void)state;
	hv.enable_vp[0] = 0x50;
	assert_refused("HvCallEnableVpVtl for the boot processor answers 0x50");
}

static void g09_a_processor_without_vtl1_is_not_started(void **state)
{
	(void)state;
	hv.enable_vp[1] = 0x50;
	assert_true(machine_run());
	assert_false(vps[1].cpu.start.prepared);
	assert_int_equal(vps[1].cpu.start.vtl_answer.status.code, 0x50);
	assert_int_equal(log_kept_count(), 1);
	assert_non_null(strstr(log_kept(0), "APIC id 4: HvCallEnableVpVtl for VTL 1 on VP 1 "
					    "answers 0x50 (INVALID_REGISTER_VALUE): it is not"));
	assert_int_equal(kernel.vtl.monitor.broken, 0);
	assert_int_equal(kernel.vtl.monitor.watched[2].intercepts, 1);
}

static void g0c_an_ap_without_interrupts_writes_nothing(void **state)
{
	(void)state;
	hv.no_msr = HVSMP_MSR_SINT0;
	hv.no_msr_on = 1;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.watched[1].intercepts, 0);
	assert_int_equal(kernel.vtl.monitor.watched[2].intercepts, 1);
	assert_non_null(strstr(kernel.vtl.reason, "in VTL 1 of APIC id 4: writing 0xf0 to MSR"));
	assert_int_equal(log_kept_count(), 1);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0e_what_goes_through_is_taken_back(void **state)
{
	(void)state;
	hv.unprotected = true;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "APIC id 0: its write to code: the word expected "
					    "0xcccccccc, is 0x33333333"));
	for (size_t i = 0; i < ARCH_TARGETS; i++)
		assert_int_equal(words[i], 0xCCCCCCCC);
}

static void g0e_no_intercept_comes(void **state)
{
	(void)state;
	hv.silent = true;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: intercepts expected 0x1, is 0x0"));
	assert_true(kernel.vtl.monitor.knows_after);
}

static void change_code(struct cpu *cpu)
{
	(void)cpu;
	_text[5000] ^= 1;
}

static void g0e_a_changed_byte_is_named(void **state)
{
	(void)state;
	kernel.smp.count = 2;
	kernel.smp.config.after = change_code;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, 1);
	assert_non_null(strstr(log_kept(0), "code and constants: checksum expected 0x"));
	_text[5000] = 0;
}

static void g0e_an_intercept_of_something_else(void **state)
{
	(void)state;
	hv.wrong_address = 0x5000;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: address expected 0x"));
	assert_non_null(strstr(log_kept(0), "is 0x5000"));
	machine_set_up(state);
	hv.wrong_rip = 0x99;
	assert_true(machine_run());
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
	assert_non_null(strstr(log_kept(0), "its write to code: rip expected 0x1234, is 0x99"));
}

static void g0e_a_write_that_does_not_come_back(void **state)
{
	(void)state;
	hv.hangs = true;
	assert_true(machine_run());
	assert_int_equal(vps[0].slow, 0); /* its own would not either */
	assert_non_null(strstr(log_kept(0), "APIC id 0: its write to code is not tried"));
	assert_non_null(strstr(log_kept(1), "APIC id 4: its write to code has not come back"));
	assert_non_null(strstr(log_kept(2), "APIC id 4: its write to code: intercepts expected"));
	assert_int_equal(kernel.vtl.monitor.broken, 2 * CPUS - 1);
}

static void a_skip_that_is_refused(void **state)
{
	(void)state;
	hv.set_rip = 5;
	assert_true(machine_run());
	assert_non_null(strstr(log_kept(0), "in VTL 1 of APIC id 0: HvCallSetVpRegisters answers"));
	assert_int_equal(kernel.vtl.monitor.broken, CPUS);
}

static void an_instruction_of_unknown_length_is_a_fault(void **state)
{
	(void)state;
	hv.length = 0;
	assert_true(machine_run());
	assert_int_equal(vps[1].event, 0xD0101);
	assert_int_equal(vps[1].rip, 0);
	assert_int_equal(kernel.vtl.monitor.broken, 0);
}

static void g0f_starts_are_not_denied(void **state)
{
	(void)state;
	hv.deny = 6;
	assert_true(machine_run());
	assert_false(kernel.vtl.monitor.denies);
	assert_non_null(strstr(kernel.vtl.reason, "in VTL 1: DenyLowerVtlStartup: "));
	assert_int_equal(log_kept_count(), 1);
	assert_int_equal(hv.inits, 0);
	machine_set_up(state);
	hv.not_again = true;
	assert_true(machine_run());
	assert_string_equal(kernel.vtl.reason, "VtlCall comes back, and VTL 1 has not run again");
	assert_false(kernel.vtl.monitor.knows_after);
	assert_int_equal(hv.inits, 0);
}

static void g07_no_way_back(void **state)
{
	(void)state;
	hv.return_faults = true;
	assert_false(machine_run());
	assert_true(has_ended);
	assert_int_equal(worked_in[1], 1);
	assert_string_equal(kernel.vtl.reason, "in VTL 1: VtlReturn raises an exception");
}

static void f70_no_memory(void **state)
{
	for (unsigned int i = 1; i <= 2; i++) {
		machine_set_up(state);
		kernel.pages.fail_at = i;
		assert_refused("no memory for the page tables of VTL 1");
	}
	machine_set_up(state);
	hv.no_tables = true;
	assert_refused("no memory for the page tables of VTL 1");
	assert_int_equal(hv.enabled, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, machine_set_up)
	const struct CMUnitTest tests[] = {
		TEST(each_write_is_taken),
		TEST(what_is_protected),
		TEST(a_reset_is_tried_and_does_nothing),
		TEST(g0f_a_reset_that_has_an_effect),
		TEST(g0c_no_interrupts_to_have),
		TEST(g0c_vtl1_gets_no_page_for_messages),
		TEST(g0d_no_protection_to_have),
		TEST(g05_the_boot_processor_is_refused_it),
		TEST(g09_a_processor_without_vtl1_is_not_started),
		TEST(g0c_an_ap_without_interrupts_writes_nothing),
		TEST(g0e_what_goes_through_is_taken_back),
		TEST(g0e_no_intercept_comes),
		TEST(g0e_a_changed_byte_is_named),
		TEST(g0e_an_intercept_of_something_else),
		TEST(g0e_a_write_that_does_not_come_back),
		TEST(a_skip_that_is_refused),
		TEST(an_instruction_of_unknown_length_is_a_fault),
		TEST(g0f_starts_are_not_denied),
		TEST(g07_no_way_back),
		TEST(f70_no_memory),
	};

	return cmocka_run_group_tests_name("kernel/monitor", tests, NULL, NULL);
}

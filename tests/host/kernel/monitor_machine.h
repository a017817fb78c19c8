/* SPDX-License-Identifier: MIT */
/*
 * What test_monitor.c runs on: a scripted hypervisor (monitor_hypervisor.c) and the rest of the
 * machine (monitor_machine.c). VTL 1 of each processor is a thread, VTL 0 of all of them is the
 * test; they take turns, so that nothing is locked.
 */
#pragma once

#include "tests/host/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>

#include "kernel/x86_64/monitor.h"

enum { CPUS = 3, PAGES = 128, WRITER = 0x1234, LENGTH = 2, CALL = 0x0F, RETURN = 0x26 };

/* Code of one page, constants of two. */
extern char _text[];
/* arch_targets, and not const here: a write may go through. */
extern uint32_t words[ARCH_TARGETS] __asm__("arch_targets");

struct vp {
	_Alignas(PAGE_SIZE) struct cpu cpu;
	struct arch_cpu *block;
	pthread_t thread;
	sem_t up, down; /* to VTL 1, and back */
	bool has_run, is_pending;
	uint64_t assist, scontrol, simp, sint, rip, event;
	uint32_t taken;
	unsigned int slow, fast;
};

/* What the hypervisor is to do, and what it has seen. */
struct script_monitor {
	uint16_t config, deny, enable_vp[CPUS], set_rip;
	unsigned int protect_at; /* the 0x0C that is refused, from 1 on */
	uint32_t no_msr;         /* whose write faults, on VP ... */
	unsigned int no_msr_on;
	bool no_tables, return_faults, not_again, unprotected, silent, hangs, init_resets;
	uint64_t wrong_address, wrong_rip;
	uint8_t length;

	uint64_t config_value, os_id[2], hypercall[2];
	struct {
		uint64_t first, pages;
		uint32_t may;
	} protected[8];
	unsigned int protects, enabled, partition_calls, tables_used, inits, startups, blocks;
	uint64_t reset_id;
	bool is_over;
};

extern struct script_monitor hv;
extern struct kernel kernel;
extern struct vp vps[CPUS];
extern uint8_t page[PAGE_SIZE]; /* VTL 0's hypercall page */
/* The processor that runs, and its VTL. */
extern _Thread_local struct vp *self;
extern _Thread_local unsigned int vtl;
extern jmp_buf ended, hung;
extern bool has_ended;            /* the machine, in VTL 1 */
extern unsigned int worked_in[2]; /* how often, in each VTL */
extern unsigned int aps_were_after;

/* From VTL 0 to VTL 1, until that goes back; reason: as the VP assist page has it. */
void enter(struct vp *vp, uint32_t reason);

/* What an AP does after its proof, without a monitor. */
void after(struct cpu *cpu);
/* All as it should be. For cmocka. */
int machine_set_up(void **state);
/* vtl=monitor; false: the bring-up has not run. */
bool machine_run(void);

/* SPDX-License-Identifier: MIT */
/* What the two halves of the machine offer each other. */
#pragma once

#include "arch/x86_64/x86.h"
#include "tests/host/smp/machine.h"

enum { LOW_PAGE = 0x9F000, STEP_NS = 20000 };

/* What arch.h calls opaque. */
struct arch_cpu {
	arch_ap_fn entry;
	void *owner;
	struct arch_state wanted;
	uint64_t first_tsc;
	uint32_t entered, strays;
	uint32_t interrupts; /* taken; by itself */
};
_Static_assert(sizeof(struct arch_cpu) <= ARCH_CPU_SIZE, "fits where smp/ keeps it");

/* The processor that a thread is. */
extern _Thread_local struct machine_vp *me;
extern _Thread_local struct arch_cpu *my_block;

extern struct smp bringup;

/* Time, and how many APs keep it from moving. */
void move_time(uint64_t to);
extern uint32_t at_work;

struct machine_vp *machine_vp_by_index(uint32_t vp_index);

/* Hypercalls 0x0B and 0x15. */
bool ipi_hypercall(uint64_t control, uint64_t input, uint64_t output, uint64_t *rax);
void interrupts_reset(void);
void interrupts_end(void); /* who sleeps ends */

/* Interrupts: sent to a VP; a processor sleeps until one is there, or has a look. */
void interrupt_vp(struct machine_vp *vp);
void sleep_until_interrupt(void);
void look_for_interrupt(void);

/* A thread for each time that this VP is to enter this block. */
void send_on_its_way(struct machine_vp *vp, struct arch_cpu *block);

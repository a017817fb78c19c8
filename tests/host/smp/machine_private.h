/* SPDX-License-Identifier: MIT */
/* What the two halves of the machine offer each other. */
#pragma once

#include "tests/host/smp/machine.h"

enum { LOW_PAGE = 0x9F000 };

/* What arch.h calls opaque. */
struct arch_cpu {
	arch_ap_fn entry;
	void *owner;
	uint64_t first_tsc;
	uint32_t entered, strays;
	uint32_t interrupts; /* taken; by itself */
};
_Static_assert(sizeof(struct arch_cpu) <= ARCH_CPU_SIZE, "fits where smp/ keeps it");

/* The processor that a thread is. */
extern _Thread_local struct machine_vp *me;
extern _Thread_local struct arch_cpu *my_block;

extern struct smp bringup;

/* Interrupts: sent to a VP; a processor sleeps until one is there, or has a look. */
void interrupt_vp(struct machine_vp *vp);
void sleep_until_interrupt(void);
void look_for_interrupt(void);

/* A thread for each time that this VP is to enter this block. */
void send_on_its_way(struct machine_vp *vp, struct arch_cpu *block);

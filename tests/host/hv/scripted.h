/* SPDX-License-Identifier: MIT */
/*
 * A hypervisor that does what the test says, also what no hypervisor should. It stands behind the
 * kernel's struct hvsmp_host. What the specification demands of the caller it checks strictly, and
 * it fills the result word's reserved bits with garbage.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hv/hv.h"

enum { SCRIPT_VPS = 4096, SCRIPT_CALLS = 16384, SCRIPT_FOR_EVER = 1 << 30 };

/* What one call does instead of its work. */
struct script_fault {
	uint32_t first, count; /* calls first to first + count - 1, from 0 on; count 0: never */
	bool raise;            /* the instruction faults */
	uint16_t status;       /* else this status ... */
	uint32_t reps;         /* ... after so many elements of this call */
};

struct script {
	/* the machine */
	struct {
		uint32_t apic_id, vp_index;
	} vp[SCRIPT_VPS];
	size_t vps;
	unsigned int in_stride, out_stride; /* 4 or 8 bytes */
	bool reads_8_bytes;                 /* an 8-byte element is an id of 64 bits, not masked */
	uint32_t reps_per_call;             /* 0: all */
	bool relative_reps;                 /* counts from the start index: wrong */
	bool untouched;                     /* success, but nothing is written */
	uint32_t odd_at, odd_padding;       /* the upper half of an 8-byte answer, of one element */
	uint64_t register_value;            /* of every register */
	struct script_fault fault;
	/* what was seen */
	uint32_t calls;
	uint64_t control[SCRIPT_CALLS];
	uint8_t last_input[4096];
	uint64_t last_rdx, last_r8;
	uint64_t first_page, pages; /* of 0x0C */
	/* synthetic registers */
	uint64_t os_id, hypercall, vp_index;
	uint32_t faulting_msr;      /* reads and writes of it raise #GP ... */
	bool only_writes;           /* ... or only writes */
	bool enable_does_not_stick; /* HYPERCALL's enable bit stays 0 */
	bool os_id_does_not_stick;
	uint64_t moved_to; /* the page that reads back, if not 0 */
	bool map_fails;
	uint64_t unassigned_rax; /* the answer to a call that does not exist */
	bool answers_nothing;    /* RAX comes back as it went in */
	uint64_t executable;     /* the page that was mapped executable */
	void *page_va;           /* where it is called */
};

extern struct script script;
extern const struct hvsmp_host script_host;

/* `count` VPs of the given ids, indexes by a permutation, both strides 4, no fault. */
void script_reset(const uint32_t *apic_ids, size_t count);
/* Memory whose guest-physical address is no pointer. */
#define SCRIPT_PA_FLIP 0x0008000000000000ull
struct hvsmp_memory script_memory(void *va);
/* The VP index of an id; HVSMP_VP_UNKNOWN if there is none. */
uint32_t script_vp(uint32_t apic_id);
void script_set_vp(uint32_t apic_id, uint32_t vp_index);

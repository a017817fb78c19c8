/* SPDX-License-Identifier: MIT */
/*
 * An ARM64 hypervisor that does what the test says. It stands behind struct hvsmp_host, holds the
 * caller to the rules, and fills with garbage what a call may lose.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hv/hv.h"

enum { SCRIPT_VPS = 1024, SCRIPT_CALLS = 64 };

struct script {
	bool has_uid;      /* HVC #0 tells Hyper-V's UID */
	uint32_t uid_flip; /* what its last word is XORed with */
	bool raises;       /* each HVC raises an exception */
	uint64_t refused;  /* the register whose reading is refused ... */
	uint16_t status;   /* ... so; 0: with success and nothing done */
	uint16_t set_status;
	bool os_id_lost;
	uint64_t os_id, vp_index, privileges, hints, limit, version[2], reference;
	uint64_t mpidr[SCRIPT_VPS];
	uint32_t index[SCRIPT_VPS];
	uint32_t vps;
	unsigned int stride;    /* of the answers of 0x9A */
	uint32_t reps_per_call; /* 0: all */
	uint32_t padding;       /* what the upper half of an 8-byte answer has */
	bool half_padded;       /* of each, but the second */
	/* what was seen */
	uint32_t calls;
	uint64_t control[SCRIPT_CALLS];
	uint8_t last_input[4096];
	uint32_t gets, sets;
};

extern struct script script;
extern const struct hvsmp_host script_host;

/* So many VPs, of MPIDRs with gaps, sixteen to a cluster; indexes are rotated by one. */
void script_reset(uint32_t vps);
uint32_t script_vp(uint64_t mpidr);

/* Memory whose guest-physical address is no pointer. */
struct hvsmp_memory script_memory(void *va);

/* SPDX-License-Identifier: MIT */
/*
 * INIT-SIPI as the second rung (SDM volume 3, 9.4.4.1): INIT to each processor, one delay for all,
 * a start-up IPI to each, and one more to those that do not come. The code that a processor then
 * begins with in real mode, and how it finds its block from its APIC id, is the caller's.
 */
#pragma once

#include "start/start.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { HVSMP_INIT_DELAY_NS = 10000000 }; /* SDM: 10 ms between INIT and the first start-up IPI */

struct hvsmp_init_sipi {
	void *ctx;
	/* Messages to one processor. False: the APIC did not take it. */
	bool (*send_init)(void *ctx, const struct hvsmp_cpu *cpu);
	bool (*send_startup)(void *ctx, const struct hvsmp_cpu *cpu);
	/* To all but the caller; NULL where the shape hvsmp_send_broadcast is not used. */
	bool (*send_init_all)(void *ctx);
	bool (*send_startup_all)(void *ctx);
	/* Make the entry code ready for every candidate. False: INIT-SIPI is impossible. */
	bool (*prepare)(void *ctx, struct hvsmp_start *start);

	/* How the messages go out: hvsmp_send_parallel, or one of init_sipi_shapes.c. */
	void (*send)(struct hvsmp_start *start, struct hvsmp_init_sipi *sipi);
	uint64_t delay_ns; /* between INIT and the first start-up IPI */
	uint32_t messages; /* sent; a broadcast is one */
};

/* The rung; its ctx is a struct hvsmp_init_sipi. */
extern const struct hvsmp_rung hvsmp_init_sipi_rung;

/* INIT to each, one delay for all, a start-up IPI to each. */
void hvsmp_send_parallel(struct hvsmp_start *start, struct hvsmp_init_sipi *sipi);
/* One processor after the other, as the manual's sample code does it. */
void hvsmp_send_serial(struct hvsmp_start *start, struct hvsmp_init_sipi *sipi);
/* Two messages to all; only where hvsmp_may_broadcast. */
void hvsmp_send_broadcast(struct hvsmp_start *start, struct hvsmp_init_sipi *sipi);
/*
 * Are all records but the boot processor's candidates? Others of the machine must not be there
 * either.
 */
bool hvsmp_may_broadcast(const struct hvsmp_start *start);

#ifdef __cplusplus
}
#endif

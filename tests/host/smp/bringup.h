/* SPDX-License-Identifier: MIT */
/*
 * A whole bring-up on the machine of threads, and what is to hold after it. Its tests are also
 * built with ThreadSanitizer.
 */
#pragma once

#include "tests/host/smp/machine.h"

extern struct smp *smp;
extern struct smp_summary summary;
extern bool hv_offered; /* 0x99 is the best method of the machine; true unless a test says no */

int bringup_set_up(void **state);
int bringup_tear_down(void **state);
#define BRINGUP_TEST(name) cmocka_unit_test_setup_teardown(name, bringup_set_up, bringup_tear_down)

/* `count` good processors; then the test spoils some; then run, which prepares smp if NULL. */
void prepare(size_t count);
void run(void);

const struct cpu *cpu_of(uint32_t apic_id);
/* Does a warning hold this text? */
bool warned(const char *text);

/* What holds for every run, whatever went wrong (P1, P2, P3). */
void assert_sound(void);
/* Everybody is online by this method, but those of the list. */
void assert_online_but(enum hvsmp_method method, const uint32_t *list, size_t count);
void assert_all_online(enum hvsmp_method method);
/* One processor ended so; all others are online by hypercall. */
void assert_one(uint32_t apic_id, enum cpu_verdict verdict);

/*
 * Which of smp_prepare's allocations is the record of AP number i, and which its stacks: behind the
 * list of all, and the boot processor's two, which is number 0.
 */
#define RECORD_OF(i) (2 + 2 * (i))
#define STACKS_OF(i) (3 + 2 * (i))

/* SPDX-License-Identifier: MIT */
/* payload=: the bring-up on behalf of another program, on x86-64. Private to kernel/. */
#pragma once

#include "kernel/state.h"

/* Boot processor on its own tables, before any AP runs, where there is a boot->hand_off. */
void hand_off_prepare(const struct kernel *k);
/* An AP that has proved itself: smp_config.after. Parked only if it is as it was asked for. */
void hand_off_park(struct cpu *cpu);
/* Boot processor, after the start: each is asked at the mailbox; who does not answer is missing. */
void hand_off_roll_call(struct kernel *k);
/*
 * Boot processor, after the report and with the hypercall page closed. Who was not handed over is
 * struck out and, if it may still come, held back; then back to the caller of kernel_hand_off.
 */
_Noreturn void hand_off_end(const struct kernel *k);
/* The same where there was no memory for the bring-up: nobody is handed over. */
_Noreturn void hand_off_give_up(const struct boot_info *boot, const char *what);

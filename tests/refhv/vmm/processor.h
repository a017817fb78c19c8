/* SPDX-License-Identifier: MIT */
/*
 * The real processor under a VP: in its guest or out of it, brought to the trampoline, stopped.
 * Real INIT and SIPI always lead to the trampoline; the VP's state decides what runs then, and how
 * it begins (arrive.c).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"

/* A VP's processor is out of its guest (no return if it is to stop), and on its way back in. */
void processor_enter_host(struct vp *vp);
void processor_leave_host(struct vp *vp);

/*
 * Send a VP's processor to the trampoline, wherever it is. If the state is VP_STARTING, it will run
 * the VP, else it parks.
 */
void processor_launch(const struct vp *vp);

/*
 * Make a running processor leave its guest for good. It must not be stopped inside the hypervisor,
 * where it may hold the lock or start others. So it is told to stay when it comes out of the guest,
 * and the INIT is sent when it is in the guest, or stays.
 */
void processor_stop(struct vp *target);

/* It has come from the trampoline. With nothing to run, it says so and halts. */
void processor_arrived(struct vp *vp);
_Noreturn void processor_park(struct vp *vp);

/* Never back into the guest. */
_Noreturn void processor_stay(struct vp *vp);

/* Wait until `*flag` no longer equals `value`. False: it took too long. */
bool processor_wait_while(const uint32_t *flag, uint32_t value);

/*
 * Is it in its guest since `entries`, when that was the number of its entries? Wait until it is
 * not. False: it took too long.
 */
bool processor_is_in_guest(const struct vp *vp, uint32_t entries);
bool processor_wait_out(const struct vp *vp, uint32_t entries);

/* Bring all others from wherever the firmware left them to wait-for-SIPI. */
void processor_init_others(void);

/* A fixed interrupt to the VPs of this set; all of them run. */
void processor_interrupt(const uint64_t *vps, uint8_t vector);

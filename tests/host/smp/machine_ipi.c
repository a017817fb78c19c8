/* SPDX-License-Identifier: MIT */
/* Interrupts of the machine of threads, and the hypercalls that send them; see machine.h. */
#include "tests/host/test.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "tests/host/smp/machine_private.h"

/*
 * A processor that sleeps is not at work; who wakes it counts it as at work from that moment on.
 * One that waits in windows is, so time moves by a step when each that is at work has had a look
 * since the last step: as many steps as make a deadline pass are as many looks of everybody.
 */
static uint64_t step = 1;
static uint32_t looked; /* APs that had a look since the last step */
static bool ending;     /* who sleeps ends */

void interrupt_vp(struct machine_vp *vp)
{
	uint32_t n = __atomic_add_fetch(&vp->ipis, 1, __ATOMIC_RELAXED);
	uint32_t asleep = 1;

	if (vp->ignores_ipi || n == vp->loses_ipi)
		return;
	__atomic_fetch_add(&vp->pending, vp->doubles_ipis ? 2 : 1, __ATOMIC_SEQ_CST);
	if (__atomic_compare_exchange_n(&vp->asleep, &asleep, 0, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
}

void machine_interrupt(uint32_t apic_id)
{
	interrupt_vp(machine_vp(apic_id));
}

static bool take_interrupt(void)
{
	if (__atomic_load_n(&me->pending, __ATOMIC_SEQ_CST) == 0)
		return false;
	__atomic_fetch_sub(&me->pending, 1, __ATOMIC_RELAXED);
	my_block->interrupts++;
	return true;
}

void sleep_until_interrupt(void)
{
	uint32_t asleep = 1;

	if (take_interrupt())
		return;
	__atomic_store_n(&me->asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_RELAXED);
	/* One that was sent in between, and found nobody asleep. */
	if (__atomic_load_n(&me->pending, __ATOMIC_SEQ_CST) > 0 &&
	    __atomic_compare_exchange_n(&me->asleep, &asleep, 0, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		__atomic_fetch_add(&at_work, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&me->asleep, __ATOMIC_SEQ_CST)) {
		if (__atomic_load_n(&ending, __ATOMIC_RELAXED)) {
			__atomic_fetch_add(&at_work, 1,
					   __ATOMIC_RELAXED); /* the thread's end takes it off */
			pthread_exit(NULL);
		}
		usleep(20);
	}
	(void)take_interrupt();
}

void look_for_interrupt(void)
{
	uint64_t now = __atomic_load_n(&step, __ATOMIC_RELAXED);

	if (take_interrupt())
		return;
	if (me != &machine.vp[machine.bsp] && me->last_step != now) {
		me->last_step = now;
		__atomic_fetch_add(&looked, 1, __ATOMIC_RELAXED);
	}
	if (me != &machine.vp[machine.bsp] || __atomic_load_n(&looked, __ATOMIC_RELAXED) <
						      __atomic_load_n(&at_work, __ATOMIC_RELAXED)) {
		sched_yield();
		return;
	}
	__atomic_store_n(&looked, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&step, now + 1, __ATOMIC_RELAXED);
	move_time(arch_clock_ns() + STEP_NS);
}

/* To those of a mask, from VP `first` on. */
static void interrupt_mask(uint64_t mask, uint32_t first)
{
	for (uint32_t bit = 0; bit < 64; bit++) {
		if (mask >> bit & 1) {
			assert_non_null(machine_vp_by_index(first + bit));
			interrupt_vp(machine_vp_by_index(first + bit));
		}
	}
}

static uint64_t ipi_call(uint64_t vector, uint64_t mask)
{
	__atomic_fetch_add(&machine.ipi_calls, 1, __ATOMIC_RELAXED);
	assert_int_equal(vector, ARCH_NOTIFY_VECTOR);
	assert_int_not_equal(mask, 0);
	if (!machine.ipi_status)
		interrupt_mask(mask, 0);
	return machine.ipi_status;
}

static uint64_t ipi_set_call(uint64_t control, const uint64_t *input)
{
	uint32_t banks = control >> 17 & 0x3FF, n = 0;

	__atomic_fetch_add(&machine.ipi_set_calls, 1, __ATOMIC_RELAXED);
	assert_int_equal(input[0], ARCH_NOTIFY_VECTOR);
	assert_int_equal(input[1], 0);
	assert_int_equal(banks, __builtin_popcountll(input[2]));
	for (uint32_t bank = 0; bank < 64 && !machine.ipi_status; bank++) {
		if (input[2] >> bank & 1)
			interrupt_mask(input[3 + n++], bank * 64);
	}
	return machine.ipi_status;
}

bool ipi_hypercall(uint64_t control, uint64_t input, uint64_t output, uint64_t *rax)
{
	if (machine.ipi_faults)
		return false;
	if (control == 0x1000B) {
		*rax = ipi_call(input, output);
		return true;
	}
	assert_int_equal(control & ~0x7FE0000ull, 0x15);
	*rax = ipi_set_call(control, (const uint64_t *)input);
	return true;
}

void interrupts_reset(void)
{
	looked = 0;
	ending = false;
}

void interrupts_end(void)
{
	__atomic_store_n(&ending, true, __ATOMIC_RELAXED);
}

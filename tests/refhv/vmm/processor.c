/* SPDX-License-Identifier: MIT */
/* Real processors, driven by real interrupts. */
#include "tests/refhv/vmm/processor.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/state.h"

#define SEND_INIT  (ICR_ASSERT | ICR_MODE_INIT)
#define SEND_SIPI  (ICR_ASSERT | ICR_MODE_STARTUP)
#define PAGE_SHIFT 12
/* Far beyond what a processor takes on a busy machine, with hundreds of others. */
#define WAIT_SECONDS 10

static _Noreturn void halt(void)
{
	for (;;)
		cpu_hlt();
}

/* No delay between the two: QEMU keeps a pending SIPI over the INIT. */
void processor_launch(const struct vp *vp)
{
	apic_send(vp->apic_id, SEND_INIT);
	apic_send(vp->apic_id, SEND_SIPI | (uint32_t)(hv.trampoline.start >> PAGE_SHIFT));
}

void processor_init_others(void)
{
	apic_send(0, ICR_ALL_BUT_SELF | SEND_INIT);
}

/*
 * The guest's interrupts are real ones (V_INTR_MASKING is off): the target's real APIC takes it,
 * and delivers it when the processor is back in its guest.
 */
void processor_interrupt(const uint64_t *vps, uint8_t vector)
{
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		const struct vp *vp = hv.partition.vps[i];

		if (vps[vp->index / 64] >> vp->index % 64 & 1)
			apic_send(vp->apic_id, ICR_ASSERT | vector);
	}
}

bool processor_wait_while(const uint32_t *flag, uint32_t value)
{
	uint64_t start = cpu_rdtsc();

	while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) == value) {
		if (cpu_rdtsc() - start > WAIT_SECONDS * hv.tsc_hz)
			return false;
		cpu_pause();
	}
	return true;
}

bool processor_is_in_guest(const struct vp *vp, uint32_t entries)
{
	return __atomic_load_n(&vp->state, __ATOMIC_ACQUIRE) == VP_RUNNING &&
	       !__atomic_load_n(&vp->processor.stays, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&vp->processor.in_host, __ATOMIC_SEQ_CST) &&
	       __atomic_load_n(&vp->processor.entries, __ATOMIC_SEQ_CST) == entries;
}

bool processor_wait_out(const struct vp *vp, uint32_t entries)
{
	uint64_t start = cpu_rdtsc();

	while (processor_is_in_guest(vp, entries)) {
		if (cpu_rdtsc() - start > WAIT_SECONDS * hv.tsc_hz)
			return false;
		cpu_pause();
	}
	return true;
}

void processor_stop(struct vp *target)
{
	struct processor *p = &target->processor;

	__atomic_store_n(&p->parked, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&p->stop, 1, __ATOMIC_SEQ_CST);
	log_hurry(true);
	bool is_out = processor_wait_while(&p->in_host, 1);

	log_hurry(false);
	if (!is_out)
		log_fatal("processor_stays_in_the_hypervisor");
	events_stop(target);
	processor_launch(target);
	if (!processor_wait_while(&p->parked, 0))
		log_fatal("processor_does_not_stop");
	__atomic_store_n(&p->stop, 0, __ATOMIC_SEQ_CST);
}

void processor_enter_host(struct vp *vp)
{
	processor_arrived(vp);
	if (__atomic_load_n(&vp->processor.stop, __ATOMIC_SEQ_CST)) {
		processor_leave_host(vp);
		halt();
	}
}

void processor_leave_host(struct vp *vp)
{
	(void)__atomic_fetch_add(&vp->processor.entries, 1, __ATOMIC_RELEASE);
	__atomic_store_n(&vp->processor.in_host, 0, __ATOMIC_RELEASE);
}

void processor_arrived(struct vp *vp)
{
	__atomic_store_n(&vp->processor.in_host, 1, __ATOMIC_SEQ_CST);
}

void processor_park(struct vp *vp)
{
	__atomic_store_n(&vp->processor.parked, 1, __ATOMIC_RELEASE);
	halt();
}

void processor_stay(struct vp *vp)
{
	log_drain();
	__atomic_store_n(&vp->processor.stays, 1, __ATOMIC_RELEASE);
	processor_leave_host(vp);
	halt();
}

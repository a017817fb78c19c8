/* SPDX-License-Identifier: MIT */
/*
 * How the hypervisor interrupts a guest that owns its local APIC. An ordinary vector is sent by
 * that APIC, to itself. One with auto-EOI must leave no trace there, so it waits until the guest
 * can take an interrupt (VINTR intercept) and is injected. And to come out of its guest at all, a
 * VP has NMIs intercepted once its SynIC or a timer has been on, or the partition has VTL 1: those
 * of the HPET, those that other VPs send here as kicks, and the guest's own, which are known by
 * events.nmi and given back.
 */
#include "tests/refhv/vmm/events.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/reference.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/hpet.h"
#include "tests/refhv/vmm/ipi.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define NMI_VECTOR 2U

uint64_t events_now(void)
{
	return reference_ticks(cpu_rdtsc(), hv.tsc_scale) - hv.ticks_at_start;
}

static uint32_t number(const struct vp *vp)
{
	uint32_t n = 0;

	while (hv.partition.vps[n] != vp)
		n++;
	return n;
}

static void set_clock(struct vp *vp, uint64_t now)
{
	uint64_t next = synic_next(&vp_active(vp)->synic);

	if (next == vp->events.armed && next > now)
		return;
	if (next != SYNIC_NEVER)
		hpet_arm(number(vp), next > now ? next - now : 1);
	else if (vp->events.armed != SYNIC_NEVER)
		hpet_disarm(number(vp));
	vp->events.armed = next;
}

static void set_bit(uint32_t *word, uint32_t bit, bool on)
{
	*word = on ? *word | bit : *word & ~bit;
}

/* Once it is so, for good: an NMI may be on its way. */
static void stay_in_reach(struct vp *vp)
{
	bool has_vtl_1 = __atomic_load_n(&hv.partition.higher_vtls, __ATOMIC_ACQUIRE);

	if (!vp->events.is_on && !vp->events.is_timed && !has_vtl_1)
		return;
	vp_active(vp)->vmcb->intercept_1 |= INTERCEPT_1_NMI;
	__atomic_store_n(&vp->events.is_on, 1, __ATOMIC_SEQ_CST);
}

void events_deliver(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	struct synic *synic = &vp_active(vp)->synic;
	uint8_t vector;

	stay_in_reach(vp);
	if (!cfg_gives(&hv.partition.cfg, HV_PRIVILEGE_SYNIC) &&
	    !cfg_gives(&hv.partition.cfg, HV_PRIVILEGE_STIMER))
		return;
	/* Most guests have none of it on; nobody but the VP itself switches it on. */
	if (!vp->events.is_timed && !synic_is_on(synic) && !vectors_any(&synic->apic) &&
	    !vectors_any(&synic->without))
		return;
	hv_lock();
	uint64_t now = events_now();

	synic_run(synic, now);
	set_clock(vp, now);
	vp->events.is_timed |= synic_is_on(synic);
	bool wants_window = vectors_any(&synic->without);

	while ((vector = vectors_take(&synic->apic)))
		apic_send(vp->apic_id, ICR_ASSERT | vector);
	hv_unlock();
	stay_in_reach(vp);
	set_bit(&vmcb->intercept_1, INTERCEPT_1_VINTR, wants_window);
	vmcb->int_control = wants_window ? V_IRQ | V_IGNORE_TPR : 0;
}

void events_begin_vtl(struct vp *vp)
{
	synic_reset(&vp_active(vp)->synic, hv.partition.guest_ram);
	vp_active(vp)->vp_assist = 0;
	stay_in_reach(vp);
}

void events_reset(struct vp *vp)
{
	vp->events = (struct vp_events){.armed = SYNIC_NEVER};
}

void events_stop(struct vp *vp)
{
	if (vp->events.armed != SYNIC_NEVER)
		hpet_disarm(number(vp));
}

bool events_kick(struct vp *target)
{
	bool is_on = __atomic_load_n(&target->events.is_on, __ATOMIC_SEQ_CST);

	if (is_on)
		apic_send(target->apic_id, ICR_ASSERT | ICR_MODE_NMI);
	return is_on;
}

void events_expect_nmi(const struct vp *sender, uint32_t destination, uint32_t command)
{
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		struct vp *vp = hv.partition.vps[i];

		if (vp->events.is_on && vp->active_vtl == sender->active_vtl &&
		    ipi_is_target(vp, sender, destination, command))
			__atomic_store_n(&vp->events.nmi, 1, __ATOMIC_SEQ_CST);
	}
}

void events_nmi_exit(struct vp *vp)
{
	/* It is still pending: let it come to the host, whose handler is IRET. */
	cpu_take_nmi();
	if (__atomic_exchange_n(&vp->events.nmi, 0, __ATOMIC_SEQ_CST))
		vp_active(vp)->vmcb->event_inject = EVENT_VALID | EVENT_NMI | NMI_VECTOR;
}

void events_window_exit(struct vp *vp)
{
	hv_lock();
	uint8_t vector = vectors_take(&vp_active(vp)->synic.without);

	hv_unlock();
	if (vector)
		vp_active(vp)->vmcb->event_inject = EVENT_VALID | vector;
}

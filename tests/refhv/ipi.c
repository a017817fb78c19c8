/* SPDX-License-Identifier: MIT */
/*
 * INIT and start-up IPIs as the guest sees them, and the way of a real processor into its VP. Real
 * INIT and SIPI always lead to the trampoline; which VP then runs, and how it begins, is decided by
 * the VP's state when the processor arrives (ipi_arrive).
 */
#include "tests/refhv/cpu.h"
#include "tests/refhv/refhv.h"

#define SEND_INIT  (ICR_ASSERT | ICR_MODE_INIT)
#define SEND_SIPI  (ICR_ASSERT | ICR_MODE_STARTUP)
#define PAGE_SHIFT 12
/* Far beyond what a processor takes on a busy machine, with hundreds of others. */
#define WAIT_SECONDS 10

static bool change_state(struct vp_vtl *vtl, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&vtl->state, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* No delay between the two: QEMU keeps a pending SIPI over the INIT. */
void ipi_launch(const struct vp *vp)
{
	apic_send(vp->apic_id, SEND_INIT);
	apic_send(vp->apic_id, SEND_SIPI | (uint32_t)(hv.trampoline.start >> PAGE_SHIFT));
}

/*
 * The guest's interrupts are the real ones (V_INTR_MASKING is off), so its target's real APIC takes it;
 * one that is out of its guest just now, when it is back.
 */
void ipi_interrupt(const uint64_t *vps, uint8_t vector)
{
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		const struct vp *vp = hv.partition.vps[i];

		if (vps[vp->index / 64] >> vp->index % 64 & 1)
			apic_send(vp->apic_id, ICR_ASSERT | vector);
	}
}

void ipi_take_over(void)
{
	hv.armed = true;
	paging_protect(APIC_PAGE);
	paging_drop_holes();
	vp_fault_set_tsc(hv.partition.bsp);
	gen2_take_over();
	apic_send(0, ICR_ALL_BUT_SELF | SEND_INIT);
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		struct vp *vp = hv.partition.vps[i];

		if (vp != hv.partition.bsp)
			change_state(vp_active(vp), VP_RUNNING, VP_WAIT);
	}
}

/* Wait until `*flag` no longer equals `value`. False: it took too long. */
static bool wait_while(const uint32_t *flag, uint32_t value)
{
	uint64_t start = cpu_rdtsc();

	while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) == value) {
		if (cpu_rdtsc() - start > WAIT_SECONDS * hv.tsc_hz)
			return false;
		cpu_pause();
	}
	return true;
}

/*
 * Make a running processor leave its guest for good. It must not be stopped in the midst of the
 * hypervisor, holding the lock or starting others. So it is told to stay when it comes out of the
 * guest (ipi_enter_host), and the INIT is sent when it is in the guest, or stays.
 */
static void stop(const struct vp *target, struct vp_vtl *vtl)
{
	__atomic_store_n(&vtl->parked, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&vtl->stop, 1, __ATOMIC_SEQ_CST);
	log_hurry(true);
	bool is_out = wait_while(&vtl->in_host, 1);

	log_hurry(false);
	if (!is_out)
		log_fatal("processor_stays_in_the_hypervisor");
	ipi_launch(target);
	if (!wait_while(&vtl->parked, 0))
		log_fatal("processor_does_not_stop");
	__atomic_store_n(&vtl->stop, 0, __ATOMIC_SEQ_CST);
}

void ipi_enter_host(struct vp *vp)
{
	struct vp_vtl *vtl = vp_active(vp);

	__atomic_store_n(&vtl->in_host, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&vtl->stop, __ATOMIC_SEQ_CST)) {
		ipi_leave_host(vp);
		for (;;)
			cpu_hlt();
	}
}

void ipi_leave_host(struct vp *vp)
{
	__atomic_store_n(&vp_active(vp)->in_host, 0, __ATOMIC_RELEASE);
}

static void init_vp(struct vp *target)
{
	struct vp_vtl *vtl = vp_active(target);

	/* A start that was accepted a moment ago: let it arrive, then stop it. */
	if (!wait_while(&vtl->state, VP_STARTING))
		log_fatal("processor_does_not_arrive");
	if (change_state(vtl, VP_RUNNING, VP_STOPPING)) {
		stop(target, vtl);
		change_state(vtl, VP_STOPPING, VP_WAIT);
	} else {
		change_state(vtl, VP_NEVER, VP_WAIT);
	}
}

static bool startup_vp(struct vp *target, uint8_t vector)
{
	struct vp_vtl *vtl = vp_active(target);

	if (!change_state(vtl, VP_WAIT, VP_STARTING))
		return false;
	vtl->start.method = START_SIPI;
	vtl->start.sipi_vector = vector;
	return true;
}

static bool is_broadcast(uint32_t destination)
{
	return destination == (apic_is_x2apic() ? UINT32_MAX : ICR_XAPIC_BROADCAST);
}

static void deliver(struct vp *sender, struct vp *target, uint32_t command)
{
	struct line *line = &sender->line;
	bool is_init = (command & ICR_MODE) == ICR_MODE_INIT;
	bool accepted = false;

	line_begin_if(line, is_init ? "init" : "sipi", hv.partition.cfg.log != CFG_LOG_ERRORS);
	line_add(line, " vp=%u target_vp=%u apic_id=%u", sender->index, target->index,
		 target->apic_id);
	if (!is_init) {
		accepted = startup_vp(target, command & ICR_VECTOR);
		line_add(line, " vector=0x%02x accepted=%u", command & ICR_VECTOR, accepted);
	}
	log_queue(line);
	if (!is_init && !vp_active(target)->had_init)
		vcpu_note(sender, "sipi_without_init", target->apic_id);
	vp_active(target)->had_init |= is_init;
	if (is_init)
		init_vp(target);
	else if (accepted)
		ipi_launch(target);
	log_drain();
}

static void deliver_to(struct vp *sender, struct vp *target, uint32_t command)
{
	if (target == sender || target == hv.partition.bsp)
		vcpu_violation(sender, "init_or_sipi_to_self_or_bsp", target->apic_id);
	deliver(sender, target, command);
}

static void deliver_to_all(struct vp *sender, uint32_t command, const struct vp *but)
{
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		struct vp *vp = hv.partition.vps[i];

		if (vp != but)
			deliver_to(sender, vp, command);
	}
}

void ipi_command(struct vp *sender, uint32_t destination, uint32_t command)
{
	uint32_t mode = command & ICR_MODE;

	if (mode != ICR_MODE_INIT && mode != ICR_MODE_STARTUP) {
		apic_send(destination, command);
		return;
	}
	/* INIT level de-assert only synchronised arbitration ids of old; it does nothing. */
	if (mode == ICR_MODE_INIT && command & ICR_LEVEL && !(command & ICR_ASSERT))
		return;
	if (command & ICR_LOGICAL && !(command & ICR_SHORTHAND))
		vcpu_violation(sender, "init_or_sipi_to_logical_destination", command);
	switch (command & ICR_SHORTHAND) {
	case ICR_SELF: deliver_to(sender, sender, command); break;
	case ICR_ALL: deliver_to_all(sender, command, NULL); break;
	case ICR_ALL_BUT_SELF: deliver_to_all(sender, command, sender); break;
	default:
		if (is_broadcast(destination))
			deliver_to_all(sender, command, NULL);
		else if (destination < MAX_APIC_IDS && hv.partition.by_apic_id[destination])
			deliver_to(sender, hv.partition.by_apic_id[destination], command);
	}
}

void ipi_begin(struct vp *vp)
{
	struct vp_vtl *vtl = vp_active(vp);

	for (int i = 0; i < REGS; i++)
		vp->gpr[i] = 0;
	vp->gpr[REG_RDX] = cpu_cpuid(1, 0).eax; /* as after INIT: the processor's signature */
	vmcb_init(vtl->vmcb, vp->apic_id + 1);
	if (vtl->start.method == START_SIPI)
		vmcb_from_sipi(vtl->vmcb, vtl->start.sipi_vector);
	else
		vmcb_from_context(vtl->vmcb, &vtl->start.context);
	line_begin_if(&vp->line, "run", hv.partition.cfg.log != CFG_LOG_ERRORS);
	line_add(&vp->line, " vp=%u apic_id=%u method=%s", vp->index, vp->apic_id,
		 vtl->start.method == START_SIPI ? "sipi" : "start");
	log_emit(&vp->line);
	vp_fault_run(vp);
}

void ipi_arrive(struct vp *vp)
{
	struct vp_vtl *vtl = vp_active(vp);

	host_enter(vp);
	__atomic_store_n(&vtl->in_host, 1, __ATOMIC_SEQ_CST);
	if (!change_state(vtl, VP_STARTING, VP_RUNNING)) {
		__atomic_store_n(&vtl->parked, 1, __ATOMIC_RELEASE);
		for (;;)
			cpu_hlt();
	}
	vp_fault_arrive(vp);
	ipi_begin(vp);
	vcpu_run(vp);
}

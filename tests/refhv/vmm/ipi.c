/* SPDX-License-Identifier: MIT */
/* INIT and start-up IPIs as the guest sees them: which VPs they reach, and what they do there. */
#include "tests/refhv/vmm/ipi.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/processor.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/stop.h"
#include "tests/refhv/vmm/vcpu.h"

static void init_vp(struct vp *sender, struct vp *target)
{
	(void)vp_change_state(target, stop_vp(sender, target) ? VP_STOPPING : VP_NEVER, VP_WAIT);
}

static bool startup_vp(struct vp *target, uint8_t vector)
{
	if (!vp_change_state(target, VP_WAIT, VP_STARTING))
		return false;
	target->start.method = START_SIPI;
	target->start.sipi_vector = vector;
	return true;
}

static bool is_broadcast(uint32_t destination)
{
	return destination == (apic_is_x2apic() ? UINT32_MAX : ICR_XAPIC_BROADCAST);
}

/*
 * TLFS: INIT and start-up IPIs do nothing to a VP that has a VTL above the one that they are sent
 * in, and to none at all where VTL 1 said so. Those sent in VTL 1 would be for VTL 1, which no
 * start-up IPI can begin.
 */
static bool is_dropped(struct vp *sender, const struct vp *target)
{
	if (hv.partition.cfg.vtl)
		return false;
	if (sender->active_vtl)
		vcpu_note(sender, "init_or_sipi_from_vtl1", target->apic_id);
	return vp_vtls(target) >> (sender->active_vtl + 1) || sender->active_vtl ||
	       partition_denies_startup(&hv.partition, sender->active_vtl);
}

static void deliver(struct vp *sender, struct vp *target, uint32_t command)
{
	struct line *line = &sender->line;
	bool is_init = (command & ICR_MODE) == ICR_MODE_INIT;
	bool dropped = is_dropped(sender, target);
	bool accepted = false;

	line_begin_if(line, is_init ? "init" : "sipi", hv_tells_all());
	line_add(line, " vp=%u target_vp=%u apic_id=%u", sender->index, target->index,
		 target->apic_id);
	if (!is_init) {
		accepted = !dropped && startup_vp(target, command & ICR_VECTOR);
		line_add(line, " vector=0x%02x accepted=%u", command & ICR_VECTOR, accepted);
	}
	if (dropped)
		line_add(line, " dropped=1");
	log_queue(line);
	if (dropped)
		return;
	if (!is_init && !target->processor.had_init)
		vcpu_note(sender, "sipi_without_init", target->apic_id);
	target->processor.had_init |= is_init;
	if (is_init)
		init_vp(sender, target);
	else if (accepted)
		processor_launch(target);
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

/* An interrupt is for the VTL of its sender; a VP that is in another one does not get it. */
static void send(struct vp *sender, uint32_t destination, uint32_t command)
{
	bool is_apart = false;

	for (uint32_t i = 0; i < hv.partition.vp_count && hv.partition.higher_vtls; i++) {
		const struct vp *vp = hv.partition.vps[i];

		if (vp->active_vtl == sender->active_vtl ||
		    !ipi_is_target(vp, sender, destination, command))
			continue;
		is_apart = true;
		vcpu_remark(sender, "ipi_to_vp_in_another_vtl", vp->apic_id);
	}
	if (!is_apart) {
		apic_send(destination, command);
		return;
	}
	for (uint32_t i = 0; i < hv.partition.vp_count; i++) {
		const struct vp *vp = hv.partition.vps[i];

		if (vp->active_vtl == sender->active_vtl &&
		    ipi_is_target(vp, sender, destination, command))
			apic_send(vp->apic_id, command & ~(ICR_SHORTHAND | ICR_LOGICAL));
	}
}

void ipi_command(struct vp *sender, uint32_t destination, uint32_t command)
{
	uint32_t mode = command & ICR_MODE;

	if (mode == ICR_MODE_NMI)
		events_expect_nmi(sender, destination, command);
	if (mode != ICR_MODE_INIT && mode != ICR_MODE_STARTUP) {
		send(sender, destination, command);
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

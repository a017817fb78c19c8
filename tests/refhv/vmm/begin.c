/* SPDX-License-Identifier: MIT */
/*
 * A VP begins as its start says: with a context of 0x99, or by a start-up IPI; in the highest VTL
 * that it has, which comes before the one that was started.
 */
#include "tests/refhv/vmm/begin.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/apic_base.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"
#include "tests/refhv/vmm/vtl.h"

static uint32_t first_vtl(const struct vp *vp)
{
	uint32_t vtl = HV_VTL_HIGHEST;

	if (hv.partition.cfg.vtl)
		return hv.partition.cfg.vtl;
	if (vp->start.is_elsewhere)
		return 0;
	while (!(vp_vtls(vp) >> vtl & 1))
		vtl--;
	return vtl;
}

void begin_vtl(struct vp *vp, const struct hv_vp_context *context)
{
	struct vp_vtl *vtl = vp_active(vp);

	vmcb_init(vtl->vmcb, vp->apic_id + 1 + vp->active_vtl * MAX_APIC_IDS, apic_base_tables(vp));
	if (context)
		vmcb_from_context(vtl->vmcb, context);
	else
		vmcb_from_sipi(vtl->vmcb, vp->start.sipi_vector);
	events_begin_vtl(vp);
	vtl->life = VTL_BEGUN;
	fate_set_tsc(vp);
}

void begin_vp(struct vp *vp)
{
	const struct vp_start *start = &vp->start;
	struct vp_vtl *asked = &vp->vtl[hv.partition.cfg.vtl ? hv.partition.cfg.vtl : start->vtl];
	const struct hv_vp_context *context = &start->context;

	for (int i = 0; i < REGS; i++)
		vp->gpr[i] = 0;
	vp->gpr[REG_RDX] = cpu_cpuid(1, 0).eax; /* as after INIT: the processor's signature */
	vp->active_vtl = first_vtl(vp);
	vp->vtl[0].life = VTL_NOTHING; /* but for what follows, it waits for a start-up IPI */
	if (vp_active(vp) != asked && !start->is_elsewhere) {
		asked->entry = start->context;
		asked->life = VTL_FRESH;
		context = &vp_active(vp)->entry;
	}
	apic_base_reset(vp);
	events_reset(vp);
	begin_vtl(vp, start->method == START_SIPI ? NULL : context);
	if (vp->active_vtl != hv.partition.cfg.vtl) {
		vtl_apic_save(&vp->vtl[hv.partition.cfg.vtl]);
		vtl_apic_begin(vp);
	}
	line_begin_if(&vp->line, "run", hv_tells_all());
	line_add(&vp->line, " vp=%u apic_id=%u method=%s vtl=%u", vp->index, vp->apic_id,
		 start->method == START_SIPI ? "sipi" : "start", vp->active_vtl);
	log_emit(&vp->line);
	fate_run(vp);
}

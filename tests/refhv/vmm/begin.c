/* SPDX-License-Identifier: MIT */
/* A VP begins as its start says: with a context of 0x99, or by a start-up IPI. */
#include "tests/refhv/vmm/begin.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/apic_base.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/fate.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

void begin_vp(struct vp *vp)
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
	apic_base_reset(vp);
	events_reset(vp);
	line_begin_if(&vp->line, "run", hv_tells_all());
	line_add(&vp->line, " vp=%u apic_id=%u method=%s", vp->index, vp->apic_id,
		 vtl->start.method == START_SIPI ? "sipi" : "start");
	log_emit(&vp->line);
	fate_run(vp);
}

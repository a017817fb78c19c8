/* SPDX-License-Identifier: MIT */
/*
 * Each VTL has a local APIC, and the processor only one: it serves the VTL that runs, and at a
 * switch its registers change. Software cannot change what is requested or in service there, nor
 * the mode, xAPIC or x2APIC: an interrupt that comes for the VTL that does not run is taken by the
 * one that does. Whoever stays in one VTL sees no difference.
 */
#include "tests/refhv/vmm/vtl.h"

#include <stddef.h>

#include "tests/refhv/vmm/apic.h"
#include "tests/refhv/vmm/vcpu.h"

#define LVT_MASKED    0x10000U
#define SPURIOUS_ON   0x1FFU /* the secure kernels of others expect an APIC that is on */
#define LVT_TIMER     0x320U
#define TIMER_MODE    0x60000U
#define INITIAL_COUNT 0x380U
#define CURRENT_COUNT 0x390U
#define APIC_IRR      0x200U
#define APIC_STEP     0x10U

/* In the order in which they are put back: the timer's count starts it. */
static const struct {
	uint16_t reg;
	bool is_xapic_only;
	uint32_t first; /* what a VTL above 0 begins with */
} registers[VTL_APIC_REGISTERS] = {
	{0x0F0, false, SPURIOUS_ON}, {APIC_TPR, false, 0},       {APIC_LDR, true, 0},
	{0x0E0, true, UINT32_MAX},   {APIC_ICR_HIGH, true, 0},   {LVT_TIMER, false, LVT_MASKED},
	{0x330, false, LVT_MASKED},  {0x340, false, LVT_MASKED}, {0x350, false, LVT_MASKED},
	{0x360, false, LVT_MASKED},  {0x370, false, LVT_MASKED}, {0x3E0, false, 0},
	{INITIAL_COUNT, false, 0},
};

static bool is_here(size_t i)
{
	return !registers[i].is_xapic_only || !apic_is_x2apic();
}

/* A one-shot timer that has expired must not start again. */
static bool has_expired(void)
{
	return !(apic_register(LVT_TIMER) & TIMER_MODE) && !apic_register(CURRENT_COUNT);
}

void vtl_apic_save(struct vp_vtl *vtl)
{
	for (size_t i = 0; i < VTL_APIC_REGISTERS; i++) {
		if (registers[i].reg == INITIAL_COUNT && has_expired())
			vtl->apic[i] = 0;
		else if (is_here(i))
			vtl->apic[i] = apic_register(registers[i].reg);
	}
}

void vtl_apic_restore(struct vp *vp)
{
	for (size_t i = 0; i < VTL_APIC_REGISTERS; i++) {
		if (!is_here(i))
			continue;
		apic_set_register(registers[i].reg, vp_active(vp)->apic[i]);
		if (registers[i].reg == APIC_LDR)
			vp->events.ldr = vp_active(vp)->apic[i] >> XAPIC_DESTINATION_SHIFT;
	}
}

bool vtl_apic_is_requested(uint8_t vector)
{
	return apic_register(APIC_IRR + vector / 32 * APIC_STEP) >> vector % 32 & 1;
}

void vtl_apic_begin(struct vp *vp)
{
	for (size_t i = 0; i < VTL_APIC_REGISTERS; i++)
		vp_active(vp)->apic[i] = registers[i].first;
	vtl_apic_restore(vp);
}

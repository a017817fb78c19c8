/* SPDX-License-Identifier: MIT */
/*
 * preset=gen2: what a generation 2 VM lacks. From ExitBootServices on (the firmware here is a PC's
 * and needs them) the ports of absent devices read all ones, and an access is a violation; but a
 * guest may probe for a serial port, if it soon gives up.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/vmm/overlay.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/vcpu.h"

#define PROBE_MAX     8U
#define RESET_CONTROL 0x0CF9U /* q35's reset register lies in PCI's configuration address */

struct absent {
	const char *name;
	uint16_t first;
	uint16_t last;
	uint16_t tolerated;
	uint32_t touched;
};

static struct absent devices[] = {
	{"absent_pic", 0x0020, 0x0021, 0, 0},
	{"absent_pit", 0x0040, 0x0043, 0, 0},
	{"absent_keyboard_controller", 0x0060, 0x0060, 0, 0},
	{"absent_pit", 0x0061, 0x0061, 0, 0},
	{"absent_keyboard_controller", 0x0064, 0x0064, 0, 0},
	{"absent_pic", 0x00A0, 0x00A1, 0, 0},
	{"absent_com2", 0x02F8, 0x02FF, PROBE_MAX, 0},
	{"absent_com3", 0x03E8, 0x03EF, PROBE_MAX, 0},
	{"absent_com4", 0x02E8, 0x02EF, PROBE_MAX, 0},
	{"absent_pci", 0x0CF8, 0x0CFF, 0, 0},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

void gen2_take_over(void)
{
	struct partition_vtl *vtl = &hv.partition.vtl[hv.partition.cfg.vtl];

	if (!hv.partition.cfg.is_gen2)
		return;
	for (size_t i = 0; i < DEVICES; i++)
		for (uint32_t port = devices[i].first; port <= devices[i].last; port++)
			hv.io_permissions[port / 8] |= (uint8_t)(1U << port % 8);
	/* The firmware gives the interface back, unless a fault says that it keeps it. */
	if (vtl->hypercall & HV_HYPERCALL_LOCKED ||
	    fault_is_set(&hv.partition.cfg.faults, FAULT_HYPERCALL_ENABLED))
		return;
	vtl->guest_os_id = 0;
	overlay_set(vtl, 0);
}

bool gen2_is_absent(struct vp *vp, uint16_t port)
{
	if (!hv.partition.cfg.is_gen2 || !hv.armed || port == RESET_CONTROL)
		return false;
	for (size_t i = 0; i < DEVICES; i++) {
		struct absent *device = &devices[i];

		if (port < device->first || port > device->last)
			continue;
		if (__atomic_fetch_add(&device->touched, 1, __ATOMIC_RELAXED) >= device->tolerated)
			vcpu_note(vp, device->name, port);
		return true;
	}
	return false;
}

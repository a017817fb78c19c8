/* SPDX-License-Identifier: MIT */
/*
 * QEMU's hyperv-testdev, which wants KVM, as far as kvm-unit-tests know it: one port, by whose
 * 32-bit commands a SINT is raised, or a connection for 0x5C and 0x5D comes and goes. No Hyper-V
 * has it. It names processors by APIC id. And of KVM's own hypercalls the one that they make, to
 * send IPIs to a set in which nobody is; every other is unknown.
 */
#include "tests/refhv/vmm/test_device.h"

#include "tests/refhv/log.h"
#include "tests/refhv/vmm/events.h"
#include "tests/refhv/vmm/state.h"

#define PORT         0x3000U
#define KVM_SEND_IPI 10U
#define KVM_UNKNOWN  ((uint64_t)-1000)

enum command {
	COMMAND_SET_SINT = 3,
	COMMAND_ADD_MESSAGE = 4,
	COMMAND_DROP_MESSAGE = 5,
	COMMAND_ADD_EVENT = 6,
	COMMAND_DROP_EVENT = 7,
};

void test_device_begin(void)
{
	if (hv.partition.cfg.test_device)
		hv.io_permissions[PORT / 8] |= 0x0F; /* its four bytes */
}

bool test_device_write(uint16_t port, uint32_t value)
{
	uint32_t sint = value & 0xFF;
	struct connection *c = &hv.partition.connections[value >> 24];
	struct vp *vp = hv.partition.by_apic_id[value >> 8 & 0xFF];

	if (port != PORT || !hv.partition.cfg.test_device)
		return false;
	if (!vp || sint >= HV_SINTS)
		return true;
	hv_lock();
	switch (value >> 16 & 0xFF) {
	case COMMAND_SET_SINT: synic_raise(&vp->vtl[hv.partition.cfg.vtl].synic, sint); break;
	case COMMAND_ADD_MESSAGE: *c = (struct connection){vp, sint, CONNECTION_MESSAGE}; break;
	case COMMAND_ADD_EVENT: *c = (struct connection){vp, sint, CONNECTION_EVENT}; break;
	case COMMAND_DROP_MESSAGE:
	case COMMAND_DROP_EVENT: c->kind = CONNECTION_NONE; break;
	default: break; /* routes need no making */
	}
	hv_unlock();
	events_kick(vp);
	return true;
}

bool test_device_call(uint64_t number, uint64_t *answer)
{
	if (!hv.partition.cfg.test_device)
		return false;
	*answer = number == KVM_SEND_IPI ? 0 : KVM_UNKNOWN;
	return true;
}

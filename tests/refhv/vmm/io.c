/* SPDX-License-Identifier: MIT */
/*
 * Port I/O: all ports are the guest's own. Only the few that can end the run are intercepted, so
 * that the log is complete when it ends.
 */
#include "tests/refhv/vmm/exits.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/vmm/state.h"
#include "tests/refhv/vmm/test_device.h"
#include "tests/refhv/vmm/vcpu.h"

/* exit_info_1 of EXIT_IOIO (APM 2, 15.10.2). */
#define IO_IN           0x01U
#define IO_STRING       0x04U
#define IO_SIZE_8       0x10U
#define IO_SIZE_16      0x20U
#define IO_PORT_SHIFT   16

#define PORT_DEBUG_EXIT 0xF4
/* isa-debug-exit; q35's PM1a control and reset control registers; the keyboard controller. */
static const uint16_t ending_ports[] = {PORT_DEBUG_EXIT, 0x604, 0xCF9, 0x64};

void io_init(void)
{
	cpu_fill(hv.io_permissions, 0, IOPM_SIZE);
	for (size_t i = 0; i < sizeof(ending_ports) / sizeof(ending_ports[0]); i++)
		hv.io_permissions[ending_ports[i] / 8] |= (uint8_t)(1U << ending_ports[i] % 8);
}

void io_exit(struct vp *vp)
{
	struct vmcb *vmcb = vp_active(vp)->vmcb;
	uint64_t info = vmcb->exit_info_1;
	uint16_t port = (uint16_t)(info >> IO_PORT_SHIFT);
	uint64_t low = 0xFFFFFFFF;

	if (info & IO_STRING)
		vcpu_violation(vp, "string_io", port);
	if (info & IO_SIZE_8)
		low = 0xFF;
	else if (info & IO_SIZE_16)
		low = 0xFFFF;
	bool is_absent = gen2_is_absent(vp, port);

	if (info & IO_IN) {
		uint32_t value = is_absent       ? UINT32_MAX
				 : low == 0xFF   ? cpu_inb(port)
				 : low == 0xFFFF ? cpu_inw(port)
						 : cpu_inl(port);

		/* A 32-bit result clears the upper half, a smaller one keeps the rest. */
		vmcb->rax = low == UINT32_MAX ? value : (vmcb->rax & ~low) | (value & low);
	} else if (!is_absent && !test_device_write(port, (uint32_t)(vmcb->rax & low))) {
		if (port == PORT_DEBUG_EXIT)
			cost_log(vp);
		log_flush();
		if (low == 0xFF)
			cpu_outb(port, (uint8_t)vmcb->rax);
		else if (low == 0xFFFF)
			cpu_outw(port, (uint16_t)vmcb->rax);
		else
			cpu_outl(port, (uint32_t)vmcb->rax);
	}
	vcpu_skip(vp, vmcb->exit_info_2 - vmcb->rip);
}

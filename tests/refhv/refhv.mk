# SPDX-License-Identifier: MIT
# The reference hypervisor: its sources, relative to the root of the tree. REFHV_PURE_SRCS need
# neither UEFI nor ring 0 and are compiled for the host tests too.
REFHV_PURE_SRCS = $(addprefix tests/refhv/,acpi_fault.c cfg.c context.c decode.c fault.c \
	fault_parse.c fault_table.c hypercall.c line.c map_vp.c send_ipi.c span.c start_fault.c start_vp.c \
	topology.c)
REFHV_SRCS = $(REFHV_PURE_SRCS) $(addprefix tests/refhv/,acpi_install.c apic.c apic_trap.c boot.c clock.c cost.c cpuid.c cpuid_fault.c crash.c fault_log.c gen2.c host.c \
	io.c ipi.c launch.c log.c main.c memory.c msr.c msr_fault.c paging.c resident.c string.c trampoline.asm \
	vcpu.c vmcb.c vmmcall.c vp_fault.c vmrun.asm)

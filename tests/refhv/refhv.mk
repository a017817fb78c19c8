# SPDX-License-Identifier: MIT
# The reference hypervisor: its sources, relative to the root of the tree. REFHV_PURE_SRCS need
# neither UEFI nor ring 0 and are compiled for the host tests too.
REFHV_PURE_SRCS = $(addprefix tests/refhv/,cfg.c topology.c line.c context.c hypercall.c map_vp.c \
	start_vp.c decode.c)
REFHV_SRCS = $(REFHV_PURE_SRCS) $(addprefix tests/refhv/,main.c boot.c launch.c resident.c paging.c memory.c \
	vcpu.c vmmcall.c vmcb.c cpuid.c io.c msr.c apic.c ipi.c apic_trap.c host.c log.c string.c vmrun.asm \
	trampoline.asm)

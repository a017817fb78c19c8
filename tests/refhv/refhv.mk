# SPDX-License-Identifier: MIT
# The reference hypervisor: its sources, relative to the root of the tree. REFHV_PURE_SRCS need
# neither UEFI nor ring 0 and are compiled for the host tests too.
REFHV_PURE_SRCS = $(addprefix tests/refhv/,cfg.c context.c decode.c hypercall.c line.c map_vp.c \
	start_vp.c topology.c)
REFHV_SRCS = $(REFHV_PURE_SRCS) $(addprefix tests/refhv/,apic.c apic_trap.c boot.c cpuid.c host.c \
	io.c ipi.c launch.c log.c main.c memory.c msr.c paging.c resident.c string.c trampoline.asm \
	vcpu.c vmcb.c vmmcall.c vmrun.asm)

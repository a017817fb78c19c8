# SPDX-License-Identifier: MIT
# Building for ARM64: the tools, the compiler's flags, the image's format, what is made.

BUILD ?= build/aarch64
CROSS  = aarch64-linux-gnu-
CC      = $(CROSS)gcc
LD      = $(CROSS)ld
OBJCOPY = $(CROSS)objcopy

# X18 is one of the registers that a hypervisor hands a processor, and no compiler's. No unaligned
# access: with translation off, and to devices, it faults. Leaf functions have frames, too, or a
# backtrace would leave out who called the one that was interrupted.
ARCH_CFLAGS = -march=armv8-a -ffixed-x18 -mstrict-align -mno-outline-atomics \
	-mno-omit-leaf-frame-pointer
GUARD_CFLAGS_KERNEL = -fstack-protector-strong -mstack-protector-guard=global

EFI_ENTRY    = $(BUILD)/obj/efi/aarch64/entry.S.o
EFI_TARGET   = efi-app-aarch64
# efi/aarch64/ has what GNU-EFI's headers want of an architecture.
EFI_CPPFLAGS = -isystem $(EFI_INCLUDE) -isystem efi

KERNEL       = hvsmp-aa64
ARCH_IMAGES  = $(BUILD)/hvsmp-aa64.efi $(BUILD)/refhv-aa64.efi
# Files of the rooms that this architecture does not have yet: modes that aim hypercalls or INIT.
ARCH_WITHOUT = conform/%.c kernel/conformance.c kernel/bench%.c smp/rounds.c
# What else is built for it.
ARCH_MAKEFILES = tests/refhv/aarch64/refhv.mk tests/spoil/spoil.mk
# What `make run` takes.
ARCH_HV = ref
# What `make test` takes, and where cases leave their logs: images of both lie in one tree.
TEST_GROUP = arm64
TEST_BUILD = $(patsubst %/aarch64,%,$(BUILD))

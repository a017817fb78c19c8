# SPDX-License-Identifier: MIT
# Building for x86-64: the tools, the compiler's flags, the image's format, what is made.

BUILD ?= build
CC      = gcc
OBJCOPY = objcopy

ARCH_CFLAGS = -fcf-protection=none -mno-red-zone -march=x86-64
GUARD_CFLAGS_KERNEL = -fstack-protector-strong -mstack-protector-guard=global

EFI_ENTRY    = $(BUILD)/obj/efi/x86_64/entry.asm.o
EFI_TARGET   = efi-app-x86_64
EFI_CPPFLAGS = -DGNU_EFI_USE_MS_ABI -isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/x86_64

KERNEL       = hvsmp
ARCH_IMAGES  = $(BUILD)/hvsmp.efi $(BUILD)/refhv.efi
# Files of the rooms that this architecture does not have.
ARCH_WITHOUT =
# What else is built for it.
ARCH_MAKEFILES = tests/refhv/refhv.mk tests/spoil/spoil.mk tests/guests/guests.mk \
	examples/examples.mk tests/lab/kvm_nested/kvm-nested.mk tests/lab/vtl/guests.mk
# What `make run` takes.
ARCH_HV = ref
# What `make test` takes, and where cases leave their logs.
TEST_GROUP =
TEST_BUILD = $(BUILD)

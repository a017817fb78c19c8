/* SPDX-License-Identifier: MIT */
/* The parts of ARM64's loader. All end QEMU with a log line when they fail. */
#pragma once

#include "tests/refhv/aarch64/vmm/arrive.h"
#include "tests/refhv/loader/boot.h"

/* madt.c: hv.vps by MPIDR, with their UIDs and VP indexes; VPs come from arena_take. */
uint32_t madt_count(const EFI_SYSTEM_TABLE *system);
void madt_create_vps(const EFI_SYSTEM_TABLE *system);

/* acpi.c: tables that name the hypervisor, and its processors in another order. */
void acpi_install(EFI_SYSTEM_TABLE *system);

/* tables.c: allocate the arena, and take zeroed pages of it; the tables of EL2 and of stage 2. */
void arena_allocate(uint64_t bytes);
void *arena_take(uint64_t bytes);
uint64_t host_table(void);
void stage2_create(void);

/* drop.c: the boot processor and the firmware on it become the guest. */
void drop(void);

/* enter.S */
void loader_drop(struct guest_entry *entry);
extern const uint8_t loader_drop_end[];

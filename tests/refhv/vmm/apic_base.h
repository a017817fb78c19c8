/* SPDX-License-Identifier: MIT */
/* IA32_APIC_BASE as the guest sees it: the local APIC switched off, or at another address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/calls/partition.h"
#include "tests/refhv/vmm/state.h"

uint64_t apic_base_read(const struct vp *vp);

/* The page of the local APIC, for the VTL that runs. */
uint64_t apic_base_page(const struct vp *vp);

/* False: #GP. */
bool apic_base_write(struct vp *vp, uint64_t value);

/* After INIT: on, and where it belongs. */
void apic_base_reset(struct vp *vp);

/* The nested tables that go with it. */
const struct page_tables *apic_base_tables(const struct vp *vp);

/* SPDX-License-Identifier: MIT */
/*
 * What VTL 0 prepares (monitored.c) and the monitor in VTL 1 runs on (monitor.c). All of it lies in
 * memory that the monitor keeps VTL 0 from writing, before VTL 0 goes on.
 */
#pragma once

#include "kernel/x86_64/vtl_steps.h"

struct monitor;

/* The monitor's part of one processor, a page; its block comes first, and leads to the rest. */
struct monitor_cpu {
	_Alignas(64) uint8_t block[ARCH_CPU_SIZE];
	struct monitor *monitor;
	struct vtl_watched *watched;
	struct hvsmp_caller caller;
	struct hvsmp_intercepts intercepts;
	struct arch_shared lower; /* VTL 0's registers, while it is not there */
	_Alignas(256) uint8_t input[256];
	uint8_t output[256];
};
_Static_assert(sizeof(struct monitor_cpu) <= PAGE_SIZE, "a page");

struct monitor {
	struct kernel *k; /* before VTL 0 goes on, and for what is told at the end */
	void (*work)(struct kernel *k);
	struct pages *pages;
	struct page_range own; /* all that is the monitor's */
	struct hvsmp_host host;
	struct hvsmp_interface hv;
	uint64_t code;            /* of VtlReturn */
	void *input;              /* of the boot processor: a page, for long lists */
	struct monitor_cpu **cpu; /* by index in the ledger; NULL: not prepared */
	size_t count;
	struct monitor_cpu *boot;
	uint32_t checksum;
};

/* The entry of VTL 1, on every processor; does not return. */
void monitor_enter(void *owner);

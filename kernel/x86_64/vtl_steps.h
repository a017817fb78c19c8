/* SPDX-License-Identifier: MIT */
/* The steps that vtl=1 (vtl.c) and vtl=monitor (monitored.c, monitor.c) share. */
#pragma once

#include "arch/x86_64/x86.h"
#include "kernel/hypervisor.h"
#include "kernel/state.h"
#include "lib/format.h"

enum { VTL = 1 };

/* Each of these says false with a reason in the kernel's struct vtl. */
#define VTL_REFUSE(v, ...) (format((v)->reason, sizeof((v)->reason), __VA_ARGS__), false)

/* Is it success, or `also`, which will do? `call` is its name. */
bool vtl_good(struct vtl *v, const char *call, const struct hvsmp_result *r, uint16_t also);

/* In VTL 0, before: what the privileges say; what the partition says; 0x0D; 0x0F. */
bool vtl_is_offered(struct kernel *k);
bool vtl_is_possible(struct kernel *k, struct hvsmp_vtl_offsets *offsets);
bool vtl_enable_for_partition(struct kernel *k);
bool vtl_enable_for_self(struct kernel *k, const struct hvsmp_context *context);

/*
 * VtlCall at `code`, and what VTL 0 finds behind it: what has leaked is in k->vtl. False: VTL 1 has
 * never run.
 */
bool vtl_visit(struct kernel *k, uint64_t code);

/*
 * In VTL 1: OS id and hypercall page, which are every VTL's own, and where it goes back. caller:
 * with blocks for input and output; its page is the one that is opened.
 */
bool vtl_open_page(struct kernel *k, struct hvsmp_interface *hv, const struct hvsmp_host *host,
		   struct pages *pages, const struct hvsmp_caller *caller);

/* In VTL 1, without a way back: bring up here, tell, and end the machine. */
_Noreturn void vtl_end_here(struct kernel *k, void (*work)(struct kernel *k));

/* monitored.c: vtl=monitor, as vtl_run. */
bool monitor_run(struct kernel *k, void (*work)(struct kernel *k));

/* SPDX-License-Identifier: MIT */
/* What hv/ asks of this kernel: the one instruction. */
#include "kernel/hypervisor.h"

#include "arch/aarch64/arm.h"

#define HVC_CALL 1
_Static_assert((int)HVSMP_HVC_REGISTERS == (int)ARCH_HVC_REGISTERS, "the same registers");

static bool hvc(void *ctx, uint16_t immediate, uint64_t x[HVSMP_HVC_REGISTERS])
{
	(void)ctx;
	return !arch_hvc(immediate, x);
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	uint64_t x[HVSMP_HVC_REGISTERS] = {control, input, output};

	(void)page;
	if (!hvc(ctx, HVC_CALL, x))
		return false;
	*rax = x[0];
	return true;
}

struct hvsmp_host kernel_host = {.hvc = hvc, .hypercall = hypercall};

void kernel_detect(struct hypervisor *h)
{
	hvsmp_detect(&h->features, &kernel_host, h->fadt_vendor);
}

void kernel_version_of(struct hypervisor *h)
{
	hvsmp_version(&h->features, &kernel_host, h->version, sizeof(h->version));
}

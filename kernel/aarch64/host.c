/* SPDX-License-Identifier: MIT */
/* What hv/ asks of this kernel: nothing yet, as it makes no calls; detection is by the FADT. */
#include "kernel/hypervisor.h"

struct hvsmp_host kernel_host;

void kernel_detect(struct hypervisor *h)
{
	hvsmp_detect(&h->features, h->fadt_vendor);
}

void kernel_version_of(struct hypervisor *h)
{
	h->version[0] = '\0';
}

void kernel_host_trace(void *bsp)
{
	kernel_host.ctx = bsp;
}

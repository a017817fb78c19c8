/* SPDX-License-Identifier: MIT */
/* What hv/ asks of this kernel: registers, CPUID, the call itself, and a mapping. */
#include "kernel/hypervisor.h"

#include "arch/x86_64/x86.h"

static bool msr_read(void *ctx, uint32_t msr, uint64_t *value)
{
	(void)ctx;
	return !arch_msr_read(msr, value);
}

static bool msr_write(void *ctx, uint32_t msr, uint64_t value)
{
	(void)ctx;
	return !arch_msr_write(msr, value);
}

static bool hypercall(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
		      uint64_t *rax)
{
	(void)ctx;
	return !arch_hypercall((uint64_t)page, control, input, output, rax);
}

/* Memory is identity-mapped. */
static bool map_code(void *ctx, struct hvsmp_memory *page)
{
	(void)ctx;
	page->va = (void *)page->pa;
	return !arch_map(page->pa, page->pa, PAGE_SIZE, ARCH_MAP_EXEC);
}

struct hvsmp_host kernel_host = {
	.msr_read = msr_read,
	.msr_write = msr_write,
	.hypercall = hypercall,
	.map_code = map_code,
};

static struct hvsmp_cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct arch_cpuid r = arch_cpuid(leaf, subleaf);

	return (struct hvsmp_cpuid){r.eax, r.ebx, r.ecx, r.edx};
}

void kernel_detect(struct hypervisor *h)
{
	hvsmp_detect(&h->features, cpuid);
}

void kernel_version_of(struct hypervisor *h)
{
	hvsmp_version(&h->features, cpuid, h->version, sizeof(h->version));
}

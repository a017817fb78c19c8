/* SPDX-License-Identifier: MIT */
/* The arena of the hypervisor, and the guest's memory as the hypervisor reaches it. */
#include "tests/refhv/vmm/memory.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"

#define GUEST_PRESENT 0x01UL
#define GUEST_LARGE   0x80UL
#define GUEST_ADDRESS 0x000FFFFFFFFFF000UL
#define GUEST_LEVELS  4

static uint64_t arena_used;

void *memory_take(uint64_t pages)
{
	uint64_t at = hv.arena.start + arena_used;

	arena_used += pages * PAGE_SIZE;
	if (hv.arena.start + arena_used > hv.arena.end)
		log_fatal("arena_is_too_small");
	return (void *)at;
}

uint64_t memory_taken(void)
{
	return arena_used / PAGE_SIZE;
}

void *memory_guest_ram(uint64_t gpa, uint64_t bytes)
{
	/* Firmware allocates from the top: most lookups end there. */
	for (uint32_t i = hv.ram_count; i--;)
		if (gpa >= hv.ram[i].start && gpa < hv.ram[i].end)
			return bytes <= hv.ram[i].end - gpa ? (void *)gpa : NULL;
	return NULL;
}

bool memory_translate(const struct vmcb *vmcb, uint64_t linear, uint64_t *gpa)
{
	uint64_t table = vmcb->cr3;

	*gpa = linear;
	if (!(vmcb->cr0 & CR0_PG))
		return true;
	if (!(vmcb->efer & EFER_LMA) || vmcb->cr4 & CR4_LA57)
		return false;
	for (int level = GUEST_LEVELS; level; level--) {
		unsigned int shift = 12 + 9 * (unsigned int)(level - 1);
		uint64_t offset = (linear >> shift & 0x1FF) * sizeof(uint64_t);
		const volatile uint64_t *entry =
			memory_guest_ram((table & GUEST_ADDRESS) + offset, sizeof(uint64_t));

		if (!entry)
			return false;
		table = *entry;
		if (!(table & GUEST_PRESENT))
			return false;
		if (level == 1 || (level < GUEST_LEVELS && table & GUEST_LARGE)) {
			uint64_t mask = (1UL << shift) - 1;

			*gpa = (table & GUEST_ADDRESS & ~mask) | (linear & mask);
			return true;
		}
	}
	return false;
}

size_t memory_fetch(const struct vmcb *vmcb, uint8_t *code, size_t size)
{
	size_t done = 0;

	/* Page by page; guest RAM consists of whole pages. */
	while (done < size) {
		uint64_t linear = vmcb->cs.base + vmcb->rip + done;
		uint64_t left = PAGE_SIZE - linear % PAGE_SIZE;
		size_t bytes = size - done < left ? size - done : left;
		const uint8_t *from = NULL;
		uint64_t gpa;

		if (memory_translate(vmcb, linear, &gpa))
			from = memory_guest_ram(gpa, bytes);
		if (!from)
			return done;
		cpu_copy(code + done, from, bytes);
		done += bytes;
	}
	return done;
}

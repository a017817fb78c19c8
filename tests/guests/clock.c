/* SPDX-License-Identifier: MIT */
/* A guest that reads the reference TSC page and has a VP assist page. */
#include "tests/guests/guest.h"

#define MSR_REFERENCE_TSC 0x40000021U
#define MSR_VP_ASSIST     0x40000073U
#define ENABLE            1UL
#define LOOKS             10000

/* TLFS, HV_REFERENCE_TSC_PAGE. */
struct reference_tsc {
	uint32_t sequence;
	uint32_t reserved;
	uint64_t scale;
	int64_t offset;
};

static uint64_t by_page(const volatile struct reference_tsc *page)
{
	return (uint64_t)((unsigned __int128)read_tsc() * page->scale >> 64) +
	       (uint64_t)page->offset;
}

void guest_main(void)
{
	volatile struct reference_tsc *page = (void *)guest_pages[0];
	uint64_t value = (uint64_t)guest_pages[0] | ENABLE;
	uint64_t assist = (uint64_t)guest_pages[1] | ENABLE;

	write_msr(MSR_REFERENCE_TSC, value);
	expect("REFERENCE_TSC", read_msr(MSR_REFERENCE_TSC), value);
	expect("a sequence", page->sequence && page->sequence != UINT32_MAX, true);
	for (int i = 0; i < LOOKS; i++) {
		uint64_t before = by_page(page);
		uint64_t counter = read_msr(MSR_REFERENCE);
		uint64_t after = by_page(page);

		expect("the counter is not before the page", counter >= before, true);
		expect("the counter is not behind the page", counter <= after, true);
	}
	write_msr(MSR_REFERENCE_TSC, 0);
	expect("REFERENCE_TSC, off", read_msr(MSR_REFERENCE_TSC), 0);
	write_msr(MSR_VP_ASSIST, assist);
	expect("VP_ASSIST_PAGE", read_msr(MSR_VP_ASSIST), assist);
	expect("no assist", AT(uint32_t, guest_pages[1]), 0);
}

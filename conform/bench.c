/* SPDX-License-Identifier: MIT */
/* What the rows work with: parameter pages, the hypercall interface, and VPs to aim at. */
#include "conform/internal.h"

#include "lib/format.h"

/* Beyond any guest-physical address space: the architecture ends at 52 bits. */
#define NOWHERE       0x00F0000000000000UL
#define INIT_DELAY_NS 50000000UL /* far more than the 10 ms that the SDM asks for */
#define A_HIGH_ID     0xFFFFFFF0U
#define A_HIGH_INDEX  0x10000U

static void *room(const struct bench *b, size_t bytes)
{
	return pages_alloc(b->in->pages, (bytes + PAGE_SIZE - 1) / PAGE_SIZE, 0);
}

static enum err take_memory(struct bench *b)
{
	b->row = room(b, BENCH_MAX_ROWS * sizeof(struct row_result));
	b->input = room(b, 2 * HVSMP_PAGE_SIZE);
	b->output = room(b, 2 * HVSMP_PAGE_SIZE);
	b->errand = room(b, HVSMP_PAGE_SIZE);
	b->vp = room(b, b->in->count * sizeof(struct bench_vp));
	if (!b->row || !b->input || !b->output || !b->errand || !b->vp)
		return ERR_NO_MEMORY;
	return landing_renew(b);
}

static void list_processors(struct bench *b)
{
	const struct conform_input *in = b->in;

	b->nobody = A_HIGH_ID;
	for (size_t i = 0; i < in->count; i++) {
		uint32_t apic_id = (uint32_t)in->hw_id[i];

		if (apic_id == b->nobody) {
			b->nobody--;
			i = (size_t)-1; /* from the beginning */
			b->vp_count = 0;
			continue;
		}
		if (i != in->bsp)
			b->vp[b->vp_count++] =
				(struct bench_vp){apic_id, HVSMP_VP_UNKNOWN, VP_WAITS};
	}
}

/* Why no call can be made at all, or NULL. */
static const char *open_interface(struct bench *b)
{
	const struct hvsmp_features *f = b->in->features;
	struct hvsmp_interface *hv = b->in->hv;
	struct hvsmp_setup_config config = {.os_id = HVSMP_OS_ID};
	char isolated[HVSMP_REASON_SIZE];       /* the same text */
	uint32_t proof_calls = hv->proof_calls; /* of a proof that came to nothing */
	void *page;

	if (!f->is_hv1 || hvsmp_is_isolated(f, isolated) ||
	    !(f->privileges & HVSMP_PRIVILEGE_HYPERCALL_MSRS))
		return b->in->not_offered;
	if (b->in->hv_is_open)
		return NULL;
	page = room(b, HVSMP_PAGE_SIZE);
	config.page = (struct hvsmp_memory){page, (uint64_t)page};
	if (hvsmp_setup_page(hv, b->in->host, &config))
		return hv->reason;
	hv->proof_calls = proof_calls;
	if (hvsmp_has_vp_index(f))
		(void)hvsmp_vp_index(hv->host, &hv->bsp_vp_index);
	return NULL;
}

enum err bench_prepare(struct bench *b, const struct conform_input *in)
{
	enum err e;

	*b = (struct bench){.in = in};
	e = take_memory(b);
	if (e)
		return e;
	landing_init(in);
	list_processors(b);
	b->map_skip = b->start_skip = open_interface(b);
	b->map_denied = !(in->features->privileges & HVSMP_PRIVILEGE_VP_INDEX);
	b->start_denied = !(in->features->privileges & HVSMP_PRIVILEGE_START_VP);
	return OK;
}

static struct bench_vp *find(struct bench *b, enum vp_use use)
{
	for (size_t i = 0; i < b->vp_count; i++) {
		if (b->vp[i].use == use && b->vp[i].vp_index != HVSMP_VP_UNKNOWN)
			return &b->vp[i];
	}
	return NULL;
}

struct bench_vp *bench_running_vp(struct bench *b)
{
	return find(b, VP_RUNS);
}

bool bench_init_vp(struct bench_vp *vp)
{
	if (arch_reset(vp->apic_id))
		return false;
	landing_pause(INIT_DELAY_NS);
	vp->use = VP_WAITS;
	return true;
}

struct bench_vp *bench_waiting_vp(struct bench *b)
{
	struct bench_vp *vp = find(b, VP_WAITS);

	if (vp || !b->init_works)
		return vp;
	vp = find(b, VP_RUNS);
	return vp && bench_init_vp(vp) ? vp : NULL;
}

bool bench_has_vp_index(const struct bench *b, uint32_t vp_index)
{
	bool found = vp_index == b->in->hv->bsp_vp_index;

	for (size_t i = 0; i < b->vp_count; i++)
		found |= b->vp[i].vp_index == vp_index;
	return found;
}

uint32_t bench_limit_index(const struct bench *b)
{
	uint32_t value = b->in->features->vp_limit ? b->in->features->vp_limit : A_HIGH_INDEX;

	while (bench_has_vp_index(b, value))
		value++;
	return value;
}

bool bench_knows_all(const struct bench *b)
{
	bool all = b->in->hv->bsp_vp_index != HVSMP_VP_UNKNOWN;

	for (size_t i = 0; i < b->vp_count; i++)
		all &= b->vp[i].vp_index != HVSMP_VP_UNKNOWN;
	return all;
}

uint64_t bench_gpa(const struct bench *b, enum place place, const uint8_t *ours, uint32_t at)
{
	switch (place) {
	case PLACE_NOWHERE: return NOWHERE + at;
	case PLACE_CODE: return b->in->hv->page.pa + at;
	case PLACE_INPUT: return (uint64_t)b->input + at;
	default: return (uint64_t)ours + at;
	}
}

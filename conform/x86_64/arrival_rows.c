/* SPDX-License-Identifier: MIT */
/*
 * HvCallStartVirtualProcessor (0x99) that is accepted: the VP arrives with every register it was
 * given, which here are unlike those that reset or the caller would have left. Then what may be
 * done with a VP that runs.
 */
#include "conform/internal.h"

#include "conform/x86_64/registers.h"
#include "lib/string.h"

#define CALL HVSMP_CALL_START_VP

/* An upper-half address that is not in use; neither is FS. */
#define DISTINCT_FS_BASE 0xFFFFF0123456789AUL
/* Write-combining in place of write-through in entry 1, which no page of ours selects. */
#define DISTINCT_PAT 0x0007040600070106UL

static const struct {
	const char *name;
	uint16_t offset, size;
	uint64_t changed; /* bits that the entry code has changed by the time they are read */
} registers[] = {
#define REGISTER(text, field) \
	text, offsetof(struct hvsmp_context, field), sizeof(((struct hvsmp_context *)0)->field)
	{REGISTER("VpContext (16, 224): Rsp at 24", rsp), 0},
	{REGISTER("VpContext (16, 224): Rflags at 32", rflags), RFLAGS_ARITHMETIC},
	{REGISTER("VpContext (16, 224): Cs at 40, selector", cs.selector), 0},
	{REGISTER("VpContext (16, 224): Ds at 56, selector", ds.selector), 0},
	{REGISTER("VpContext (16, 224): Es at 72, selector", es.selector), 0},
	{REGISTER("VpContext (16, 224): Fs at 88, selector", fs.selector), 0},
	{REGISTER("VpContext (16, 224): Fs at 88, base", fs.base), 0},
	{REGISTER("VpContext (16, 224): Gs at 104, selector", gs.selector), 0},
	{REGISTER("VpContext (16, 224): Gs at 104, base", gs.base), 0},
	{REGISTER("VpContext (16, 224): Ss at 120, selector", ss.selector), 0},
	{REGISTER("VpContext (16, 224): Tr at 136, selector", tr.selector), 0},
	{REGISTER("VpContext (16, 224): Ldtr at 152, selector", ldtr.selector), 0},
	{REGISTER("VpContext (16, 224): Idtr at 168, limit", idtr.limit), 0},
	{REGISTER("VpContext (16, 224): Idtr at 168, base", idtr.base), 0},
	{REGISTER("VpContext (16, 224): Gdtr at 184, limit", gdtr.limit), 0},
	{REGISTER("VpContext (16, 224): Gdtr at 184, base", gdtr.base), 0},
	{REGISTER("VpContext (16, 224): Efer at 200", efer), 0},
	{REGISTER("VpContext (16, 224): Cr0 at 208", cr0), 0},
	{REGISTER("VpContext (16, 224): Cr3 at 216", cr3), 0},
	{REGISTER("VpContext (16, 224): Cr4 at 224", cr4), 0},
	{REGISTER("VpContext (16, 224): MsrCrPat at 232", pat), 0},
#undef REGISTER
};

/* Whether a row of the table can be made after this landing; if not, it is skipped. */
static bool observed(struct bench *b, const struct landing *l, const char *name)
{
	const char *reason = b->start_skip ? b->start_skip : "no VP has arrived";

	if (__atomic_load_n(&l->landed, __ATOMIC_ACQUIRE))
		return true;
	row_skip(b, CALL, name, reason);
	return false;
}

static void compare_row(struct bench *b, const struct landing *l, const char *name, uint64_t asked,
			uint64_t found)
{
	if (!observed(b, l, name))
		return;
	row_begin(b, CALL, name, 0);
	if (asked == found)
		row_note(b, "asked and found 0x%lx", (unsigned long)found);
	else
		row_wrong(b, "asked 0x%lx, found 0x%lx", (unsigned long)asked,
			  (unsigned long)found);
	row_end(b);
}

static uint64_t value_at(const struct hvsmp_context *state, size_t i)
{
	uint64_t value = 0;

	memcpy(&value, (const uint8_t *)state + registers[i].offset, registers[i].size);
	return value & ~registers[i].changed;
}

static void make_distinct(struct hvsmp_context *state)
{
	state->rflags |= RFLAGS_DF | RFLAGS_ID;
	state->fs.base = DISTINCT_FS_BASE;
	state->cr0 |= CR0_TS | CR0_AM;
	state->cr4 |= CR4_OSFXSR;
	state->efer |= EFER_SCE;
	state->pat = DISTINCT_PAT;
}

static void first_start(struct bench *b)
{
	static const struct start_row row = {"VpIndex (8, 4): a VP that waits is started",
					     ALLOW_SUCCESS, .target = TARGET_WAITING};
	const struct landing *l = b->landing;
	const struct bench_vp *vp = bench_waiting_vp(b);

	make_distinct(&b->landing->wanted);
	start_row(b, &row);
	compare_row(b, l, "VpIndex (8, 4): it is the VP that was asked for, by its VP_INDEX MSR",
		    vp ? vp->vp_index : 0, l->vp_index);
	compare_row(b, l, "VpIndex (8, 4): it is the VP that was asked for, by its APIC id",
		    vp ? vp->apic_id : 0, l->apic_id);
	/* It wrote this down itself, at the end of the code that begins at Rip. */
	compare_row(b, l, "VpContext (16, 224): Rip at 16", l->wanted.rip,
		    l->landed ? l->wanted.rip : 0);
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		compare_row(b, l, registers[i].name, value_at(&l->wanted, i),
			    value_at(&l->found, i));
	row_skip(b, CALL, "VpContext (16, 224): limits and attributes of segments",
		 "64-bit code cannot read them back");
}

/* An order of its own: what comes of the first decides what the others find. */
static void running_rows(struct bench *b)
{
	static const struct start_row again = {"HV_STATUS_INVALID_VP_STATE: a VP that runs",
					       ALLOW_VP_STATE | ALLOW_SUCCESS,
					       .target = TARGET_RUNNING};
	static const struct start_row after_init = {
		"HV_STATUS_INVALID_VP_STATE: a VP that INIT has stopped",
		ALLOW_SUCCESS | ALLOW_VP_STATE, .target = TARGET_INITED};
	const struct landing *l;

	start_row(b, &again);
	l = b->landing;
	start_row(b, &after_init);
	b->init_works = __atomic_load_n(&l->landed, __ATOMIC_ACQUIRE);
}

/* Hypervisors derive LMA; clients may leave it to them. */
static void lma_row(struct bench *b)
{
	static const struct start_row row = {"VpContext (16, 224): Efer with LME and without LMA",
					     ALLOW_SUCCESS, .target = TARGET_WAITING};
	const struct landing *l = b->landing;
	uint64_t asked = l->wanted.efer;

	b->landing->wanted.efer &= ~EFER_LMA;
	start_row(b, &row);
	b->landing->wanted.efer = asked; /* a refusal leaves the rows behind the same landing */
	compare_row(b, l, "VpContext (16, 224): Efer has LMA on arrival", asked, l->found.efer);
}

/* Two VPs that wait: the first is to start the second. */
static bool find_pair(struct bench *b, struct bench_vp **first, struct bench_vp **second)
{
	*first = bench_waiting_vp(b);
	if (!*first)
		return false;
	(*first)->use = VP_LOST; /* for a moment, so that it is not found again */
	*second = bench_waiting_vp(b);
	(*first)->use = VP_WAITS;
	return *second != NULL;
}

static void errand_row(struct bench *b)
{
	static const char name[] = "Call Code: made by a VP that was itself started so";
	struct landing *starter = b->landing;
	struct landing *target;
	struct bench_vp *first;
	struct bench_vp *second;

	if (b->start_skip || !find_pair(b, &first, &second)) {
		row_skip(b, CALL, name,
			 b->start_skip ? b->start_skip : "there are not two APs that wait");
		return;
	}
	row_begin(b, CALL, name, ALLOW_SUCCESS);
	if (landing_renew(b)) {
		row_error(b, "no memory for another VP");
		row_end(b);
		return;
	}
	target = b->landing;
	hvsmp_start_vp_fill((void *)b->errand, second->vp_index, b->in->vtl, &target->wanted);
	starter->errand = (uint64_t)b->errand;
	(void)start_call(b, first->vp_index, b->in->vtl, &starter->wanted);
	first->use = landing_await(b, starter) ? VP_RUNS : VP_LOST;
	if (first->use == VP_RUNS) {
		row_add_call(b, starter->errand_result);
		second->use = landing_await(b, target) ? VP_RUNS : VP_LOST;
	}
	if (first->use != VP_RUNS || second->use != VP_RUNS)
		row_wrong(b, "no VP has arrived");
	else
		row_note(b, "APIC id %u has started APIC id %u", starter->apic_id, target->apic_id);
	row_end(b);
	if (landing_renew(b))
		b->start_skip = "no memory for another VP";
}

void arrival_rows(struct bench *b)
{
	first_start(b);
	running_rows(b);
	lma_row(b);
	errand_row(b);
}

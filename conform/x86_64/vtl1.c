/* SPDX-License-Identifier: MIT */
/*
 * The rows from VTL 1: there by VtlCall, with an OS id and a hypercall page of its own; one AP is
 * started in VTL 1, one in VTL 0 by way of VTL 1; back by VtlReturn. Both APs cannot be started
 * again, and INIT does nothing to them any more. VtlCall and VtlReturn have no status: refused,
 * they raise an exception.
 */
#include "conform/x86_64/vtl_rows.h"

#include "arch/x86_64/x86.h"
#include "lib/assert.h"

#define VTL        1
#define ONE_LEFT   1 /* an AP that waits, for the rows behind these */
#define VTL_1      1U
#define VTL_0      0U
#define NOT_THERE  "no VP has arrived"
#define NO_SPARE   "there is no AP to spare"
#define VTL_CALL   HVSMP_CALL_VTL_CALL
#define VTL_RETURN HVSMP_CALL_VTL_RETURN

static struct {
	struct bench *bench;
	struct hvsmp_context context; /* of the boot processor */
	struct hvsmp_interface hv;
	struct hvsmp_vtl_offsets below, here; /* in VTL 0, in VTL 1 */
	bool entered;
	struct bench_vp *into, *through; /* APs, or NULL */
} visit;

/* --- rows without a status -------------------------------------------------------------------- */

static void ud_row(struct bench *b, uint16_t code, const char *name, enum err e)
{
	row_begin(b, code, name, 0);
	if (e != ERR_FAULT)
		row_wrong(b, "no exception");
	else
		row_note(b, "an exception");
	row_end(b);
}

static uint64_t address(const struct hvsmp_interface *hv, uint16_t offset)
{
	return (uint64_t)hv->page.va + offset;
}

/* VsmCodePageOffsets of the VTL that calls. */
static void offsets_row(struct bench *b, const char *name, struct hvsmp_vtl_offsets *out)
{
	const struct hvsmp_register_value *value = (const void *)b->output;
	const struct vtl_row row = {name, VTL_READ, ALLOW_SUCCESS,
				    .reg = HVSMP_REGISTER_VSM_CODE_PAGE_OFFSETS};

	if (!vtl_row(b, &row, NULL, NULL))
		return;
	out->call = value->low & HVSMP_VSM_OFFSET_MASK;
	out->ret = value->low >> HVSMP_VSM_OFFSET_RETURN_SHIFT & HVSMP_VSM_OFFSET_MASK;
}

void vtl1_refused_rows(struct bench *b, const char *reason)
{
	static const char offsets[] = "VsmCodePageOffsets of VTL 0";
	static const char call[] = "from VTL 0, before the VP has VTL 1: refused by an exception";
	static const char ret[] = "from VTL 0: refused by an exception";
	struct arch_private found;

	if (reason)
		row_skip(b, VTL_READ, offsets, reason);
	else
		offsets_row(b, offsets, &visit.below);
	if (!reason && (!visit.below.call || !visit.below.ret))
		reason = "VsmCodePageOffsets has no VtlCall or no VtlReturn";
	if (reason) {
		row_skip(b, VTL_CALL, call, reason);
		row_skip(b, VTL_RETURN, ret, reason);
		return;
	}
	ud_row(b, VTL_CALL, call, arch_vtl_call(address(b->hv, visit.below.call), &found));
	ud_row(b, VTL_RETURN, ret, arch_vtl_return(address(b->hv, visit.below.ret)));
}

/* --- in VTL 1 --------------------------------------------------------------------------------- */

static void refused_rows(struct bench *b, const char *reason)
{
	static const char map[] = "TargetVtl (8, 1): 2, above the caller's, from VTL 1";
	static const char own[] = "TargetVtl (8, 1): 1, from VTL 1";
	static const char start[] = "TargetVtl (12, 1): 2, above the caller's, from VTL 1";
	const struct bench_vp *vp = visit.into;
	const char *no_ap = vp ? reason : NO_SPARE;

	if (reason) {
		row_skip(b, HVSMP_CALL_GET_VP_INDEX, map, reason);
		row_skip(b, HVSMP_CALL_GET_VP_INDEX, own, reason);
	} else {
		vtl_map_row(b, map, VTL_ABOVE, 2, bench_bsp(b));
		vtl_map_row(b, own, ALLOW_SUCCESS, VTL, bench_bsp(b));
	}
	if (reason || no_ap) {
		row_skip(b, HVSMP_CALL_START_VP, start, reason ? reason : no_ap);
	} else {
		row_begin(b, HVSMP_CALL_START_VP, start, VTL_ABOVE | ALLOW_VP_STATE);
		(void)start_call(b, vp->vp_index, 2, &b->landing->wanted);
		row_end(b);
	}
	if (!b->in->vtl) /* else they are made already */
		vtl_lacking_rows(b, VTL, vp, reason);
}

/* A VP has come down and has asked where it is. */
static void told_row(struct bench *b, const char *name, const struct landing *l, uint32_t vtl,
		     const char *reason)
{
	if (!reason && !__atomic_load_n(&l->landed, __ATOMIC_ACQUIRE))
		reason = NOT_THERE;
	if (reason) {
		row_skip(b, VTL_READ, name, reason);
		return;
	}
	row_begin(b, VTL_READ, name, ALLOW_SUCCESS);
	row_add_call(b, l->vtl_answer);
	if (row_succeeded(b) && l->vtl != vtl)
		row_wrong(b, "expected VTL %u, is %u", vtl, l->vtl);
	row_end(b);
}

/*
 * 0x99 for a VP that has VTL 1. given: the landing of 0x0F, whose context counts for a VP that is
 * to begin in VTL 0 and comes to VTL 1 before, and for no other.
 */
static void landing_row(struct bench *b, const char *name, const struct bench_vp *vp, uint8_t vtl,
			const struct landing *given, const struct landing *l)
{
	bool passes = vtl != VTL;

	row_begin(b, HVSMP_CALL_START_VP, name, ALLOW_SUCCESS);
	(void)start_call(b, vp->vp_index, vtl, &l->wanted);
	if (row_succeeded(b) && !landing_await(b, l))
		row_wrong(b, "the call succeeds, and no VP arrives");
	else if (row_succeeded(b) && l->apic_id != vp->apic_id)
		row_wrong(b, "APIC id %u has arrived, asked was %u", l->apic_id, vp->apic_id);
	else if (row_succeeded(b) && given->landed != passes)
		row_wrong(b, passes ? "it has not come by the context of 0x0F"
				    : "it has come by the context of 0x0F, too");
	row_end(b);
}

/* Two landings, for the contexts of 0x0F and of 0x99. */
static const char *two_landings(struct bench *b, struct landing **given, struct landing **asked)
{
	*given = b->landing;
	if (landing_renew(b))
		return "no memory for another VP";
	*asked = b->landing;
	return landing_renew(b) ? "no memory for another VP" : NULL;
}

static void into_rows(struct bench *b, const char *reason)
{
	static const struct vtl_row give = {"VpIndex (8, 4): another VP, from VTL 1", VTL_ENABLE_VP,
					    ALLOW_SUCCESS, .target = VTL_OTHER, .vtl = VTL};
	static const struct vtl_row again = {
		"HV_STATUS_VTL_ALREADY_ENABLED: another VP, once more, from VTL 1", VTL_ENABLE_VP,
		ALLOW_VTL_ENABLED, .target = VTL_OTHER, .vtl = VTL};
	static const char start[] = "TargetVtl (12, 1): 1, from VTL 1, at the context of 0x99";
	static const char told[] = "VsmVpStatus of a VP that 0x99 has started in VTL 1: active 1";
	struct landing *given = NULL;
	struct landing *asked = NULL;

	if (!reason)
		reason = visit.into ? two_landings(b, &given, &asked) : NO_SPARE;
	if (reason) {
		row_skip(b, give.code, give.name, reason);
		row_skip(b, again.code, again.name, reason);
		row_skip(b, HVSMP_CALL_START_VP, start, reason);
	} else {
		(void)vtl_row(b, &give, &given->wanted, visit.into);
		(void)vtl_row(b, &again, &given->wanted, visit.into);
		asked->asks = &visit.hv;
		landing_row(b, start, visit.into, VTL, given, asked);
	}
	told_row(b, told, asked, VTL_1, reason);
}

static void through_rows(struct bench *b, const char *reason)
{
	static const struct vtl_row give = {
		"VpIndex (8, 4): another VP, which is to begin in VTL 0, from VTL 1", VTL_ENABLE_VP,
		ALLOW_SUCCESS, .target = VTL_OTHER, .vtl = VTL};
	static const char start[] =
		"TargetVtl (12, 1): 0, of a VP with VTL 1: by the context of 0x0F to that of 0x99";
	static const char first[] = "VsmVpStatus of a VP on its way to VTL 0: active 1";
	static const char then[] = "VsmVpStatus of that VP, behind its VtlReturn: active 0";
	struct landing *given = NULL;
	struct landing *asked = NULL;

	if (!reason)
		reason = visit.through ? two_landings(b, &given, &asked) : NO_SPARE;
	if (reason) {
		row_skip(b, give.code, give.name, reason);
		row_skip(b, HVSMP_CALL_START_VP, start, reason);
	} else {
		(void)vtl_row(b, &give, &given->wanted, visit.through);
		given->asks = &visit.hv;
		given->leaves_by = address(&visit.hv, visit.here.ret);
		asked->asks = b->in->hv;
		landing_row(b, start, visit.through, VTL_0, given, asked);
	}
	told_row(b, first, given, VTL_1, reason);
	told_row(b, then, asked, VTL_0, reason);
}

static void rows_here(struct bench *b, const char *reason)
{
	static const struct vtl_row status = {"VsmVpStatus from VTL 1: active 1, enabled 0 and 1",
					      VTL_READ,
					      ALLOW_SUCCESS,
					      .reg = HVSMP_REGISTER_VSM_VP_STATUS,
					      .mask = VTL_ACTIVE | VTL_ENABLED(VTL_0_AND_1),
					      .expected = VTL_1 | VTL_ENABLED(VTL_0_AND_1)};
	static const struct vtl_row again = {"HV_STATUS_VTL_ALREADY_ENABLED: oneself, from VTL 1",
					     VTL_ENABLE_VP, ALLOW_VTL_ENABLED, .vtl = VTL};
	static const char offsets[] = "VsmCodePageOffsets of VTL 1";
	static const char call[] = "from VTL 1: refused by an exception";
	struct arch_private found;

	if (reason) {
		row_skip(b, VTL_READ, offsets, reason);
		row_skip(b, status.code, status.name, reason);
		row_skip(b, again.code, again.name, reason);
		row_skip(b, VTL_CALL, call, reason);
	} else {
		offsets_row(b, offsets, &visit.here);
		if (!visit.here.ret)
			panic("VTL 1 has no way back: VsmCodePageOffsets has no VtlReturn");
		(void)vtl_row(b, &status, NULL, NULL);
		(void)vtl_row(b, &again, &visit.context, NULL);
		ud_row(b, VTL_CALL, call,
		       arch_vtl_call(address(&visit.hv, visit.here.call), &found));
	}
	refused_rows(b, reason);
	into_rows(b, reason);
	through_rows(b, reason);
}

static const char entry_name[] = "from VTL 0: VTL 1 begins at the context of 0x0F";

/* The boot processor's entry; where it cannot go back there is nobody to tell the rest. */
static void in_vtl1(void *owner)
{
	struct bench *b = visit.bench;
	void *page = pages_alloc(b->in->pages, 1, 0);
	const struct hvsmp_setup_config config = {.page = {page, (uint64_t)page},
						  .os_id = HVSMP_OS_ID + VTL};

	(void)owner;
	visit.entered = true;
	arch_private_change();
	arch_ipi_init_ap();
	row_begin(b, VTL_CALL, entry_name, 0);
	row_note(b, "it is there");
	row_end(b);
	if (!page || hvsmp_setup_page(&visit.hv, b->in->host, &config))
		panic("VTL 1 has no hypercall page: %s", page ? visit.hv.reason : "no memory");
	b->hv = &visit.hv;
	rows_here(b, NULL);
	b->hv = b->in->hv;
	(void)arch_vtl_return(address(&visit.hv, visit.here.ret));
	panic("VTL 1 has no way back: VtlReturn raises an exception");
}

/* --- in VTL 0 --------------------------------------------------------------------------------- */

const struct hvsmp_context *vtl1_prepare(struct bench *b)
{
	struct arch_cpu *block = pages_alloc(b->in->pages, 1, 0);

	_Static_assert((int)ARCH_CPU_SIZE <= (int)PAGE_SIZE, "a block fits");
	visit.bench = b;
	if (!block || arch_cpu_init(block, b->in->pages, in_vtl1, arch_cpu_owner()))
		return NULL;
	b->in->context(arch_cpu_wanted(block), &visit.context);
	return &visit.context;
}

/* INIT is for VTL 0 to send, so whoever is to wait waits before the switch. */
static struct bench_vp *take_ap(struct bench *b)
{
	struct bench_vp *vp = bench_waiting(b) > ONE_LEFT ? bench_waiting_vp(b) : NULL;

	if (vp)
		vp->use = VP_LOST; /* to all others */
	return vp;
}

static void give_back(struct bench_vp *vp)
{
	if (vp)
		vp->use = VP_WAITS;
}

static void entry_row(struct bench *b, const char *reason, enum err e)
{
	if (reason) {
		row_skip(b, VTL_CALL, entry_name, reason);
		return;
	}
	row_begin(b, VTL_CALL, entry_name, 0);
	row_wrong(b, e ? "it raises an exception" : "it comes back, and VTL 1 has not run");
	row_end(b);
}

static void return_row(struct bench *b, const struct arch_private *before,
		       const struct arch_private *after, const char *reason)
{
	static const char name[] = "from VTL 1, fast: VTL 0 goes on with its private registers";

	if (reason) {
		row_skip(b, VTL_RETURN, name, reason);
		return;
	}
	row_begin(b, VTL_RETURN, name, 0);
	for (unsigned int i = 0; i < ARCH_PRIVATE; i++) {
		if (before->value[i] != after->value[i])
			row_wrong(b, "%s is 0x%lx, was 0x%lx", arch_private_name(i),
				  (unsigned long)after->value[i], (unsigned long)before->value[i]);
	}
	row_note(b, "all %u are as before", (unsigned int)ARCH_PRIVATE);
	row_end(b);
}

void vtl1_rows(struct bench *b, const char *reason)
{
	struct arch_private before = {0};
	struct arch_private after = {0};
	enum err e = OK;

	if (!reason && !visit.below.call)
		reason = "VsmCodePageOffsets has no VtlCall";
	if (!reason) {
		visit.into = take_ap(b);
		visit.through = take_ap(b);
		arch_private_read(&before);
		e = arch_vtl_call(address(b->hv, visit.below.call), &after);
	}
	if (!visit.entered) {
		entry_row(b, reason, e);
		reason = reason ? reason : "VTL 1 has not run";
		give_back(visit.into);
		give_back(visit.through);
		visit.into = visit.through = NULL;
		rows_here(b, reason);
	}
	return_row(b, &before, &after, reason);
}

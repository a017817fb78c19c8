/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpIndexFromApicId: from APIC ids to VP indexes, which need not be the same.
 *
 * How large an element is, sources disagree about: the specification draws 8 bytes, shipping code
 * uses 4. The BSP's index is known from its MSR, so a list that repeats the BSP shows the layout.
 * Hypervisors also differ in how many elements they do a call; a call that stopped early is resumed.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"
#include "lib/format.h"
#include "lib/string.h"

#define LIST_OFFSET offsetof(struct hvsmp_get_vp_index_input, list)
#define WORD        sizeof(uint32_t)
#define PACKED      4U
#define PADDED      8U

/* What the output is filled with: no valid VP index (HVSMP_VP_INDEX_ANY). */
#define UNTOUCHED    HVSMP_VP_INDEX_ANY

#define MAX_TIMEOUTS 5 /* 0x78 and 0x79 before an element is given up, as Linux allows */
#define MAX_STALLS   3 /* successes without progress */

struct walk {
	const struct hvsmp_caller *caller;
	struct hvsmp_map_info *info;
	uint32_t limit;
	uint32_t *in, *out;
	unsigned int step; /* uint32_t words from one element to the next */
};

static void list_clear(struct walk *w)
{
	struct hvsmp_get_vp_index_input *header = w->caller->input;

	memset(header, 0, HVSMP_PAGE_SIZE); /* padding of elements must be zero, too */
	header->partition_id = HVSMP_PARTITION_SELF;
	header->target_vtl = w->caller->vtl;
	w->in = header->list;
	w->out = w->caller->output;
	memset(w->out, 0xFF, HVSMP_PAGE_SIZE);
}

static struct hvsmp_result issue(struct walk *w, size_t count, size_t start)
{
	w->info->calls++;
	return hvsmp_call(w->caller, HVSMP_CALL_GET_VP_INDEX, (uint16_t)count, (uint16_t)start);
}

static bool is_busy(struct hvsmp_status s)
{
	return hvsmp_status_is(s, HVSMP_STATUS_TIME_OUT) ||
	       hvsmp_status_is(s, HVSMP_STATUS_CALL_PENDING);
}

static bool is_unknown_id(struct hvsmp_status s)
{
	return hvsmp_status_is(s, HVSMP_STATUS_INVALID_PARAMETER) ||
	       hvsmp_status_is(s, HVSMP_STATUS_INVALID_VP_INDEX);
}

static bool is_not_offered(struct hvsmp_status s)
{
	return hvsmp_status_is(s, HVSMP_STATUS_INVALID_HYPERCALL_CODE) ||
	       hvsmp_status_is(s, HVSMP_STATUS_ACCESS_DENIED);
}

static void judge(const struct walk *w, struct hvsmp_map_entry *e, uint32_t vp_index)
{
	e->status = (struct hvsmp_status){HVSMP_STATUS_SUCCESS};
	if (vp_index >= HVSMP_VP_INDEX_SELF || (w->limit && vp_index >= w->limit)) {
		e->state = HVSMP_MAP_REFUSED;
		return;
	}
	e->vp_index = vp_index;
	e->state = HVSMP_MAP_FOUND;
	w->info->elements++;
}

static void give_up(struct hvsmp_map_entry *e, size_t count, struct hvsmp_status status)
{
	for (size_t i = 0; i < count; i++) {
		e[i].state = HVSMP_MAP_REFUSED;
		e[i].status = status;
	}
}

/* Is it no use to call again after a call that left elements undone with this status? */
static bool is_spent(struct hvsmp_status s, unsigned int *stalls, unsigned int *timeouts)
{
	if (hvsmp_status_is(s, HVSMP_STATUS_SUCCESS))
		return ++*stalls > MAX_STALLS;
	return !is_busy(s) || ++*timeouts > MAX_TIMEOUTS;
}

/*
 * Ask for count entries in one list, resuming where the hypervisor stopped. An unknown id costs
 * its own entry; any other failure costs what is left of the list. ERR_FAULT and ERR_DENIED: no
 * further call makes sense.
 */
static enum err ask(struct walk *w, struct hvsmp_map_entry *e, size_t count)
{
	unsigned int timeouts = 0;
	unsigned int stalls = 0;
	size_t start = 0;

	list_clear(w);
	for (size_t i = 0; i < count; i++)
		w->in[i * w->step] = e[i].apic_id;
	while (start < count) {
		struct hvsmp_result r = issue(w, count, start);
		size_t done = r.reps;

		if (r.err) {
			give_up(e + start, count - start, r.status);
			return ERR_FAULT;
		}
		if (done < start || done > count) /* reps that cannot be: nothing was done */
			done = start;
		for (size_t i = start; i < done; i++)
			judge(w, &e[i], w->out[i * w->step]);
		if (done > start)
			timeouts = stalls = 0;
		start = done;
		if (start == count)
			break;
		if (is_unknown_id(r.status)) {
			e[start].state = HVSMP_MAP_ABSENT;
			e[start].status = r.status;
			start++;
			timeouts = stalls = 0;
		} else if (is_spent(r.status, &stalls, &timeouts)) {
			give_up(e + start, count - start, r.status);
			return is_not_offered(r.status) ? ERR_DENIED : OK;
		}
	}
	return OK;
}

enum { PROBE_WORDS = 6, PROBE_KNOWN = 2 };

/* A list that begins with the BSP twice; were exactly these two answered, with what status? */
static bool probe(struct walk *w, const uint32_t words[PROBE_WORDS], size_t count,
		  struct hvsmp_status *status)
{
	struct hvsmp_result r;

	list_clear(w);
	memcpy(w->in, words, PROBE_WORDS * WORD);
	r = issue(w, count, 0);
	*status = r.status;
	return !r.err && r.reps == PROBE_KNOWN;
}

static bool is_padding(uint32_t word)
{
	return word == 0 || word == UNTOUCHED;
}

/* Bytes of an element, or 0 where the answers leave a doubt. */
static unsigned int find_layout(struct walk *w, uint32_t bsp_apic_id, uint32_t bsp_vp)
{
	/* Who reads 8-byte elements can make nothing of the third word, or answers it. */
	const uint32_t packed[PROBE_WORDS] = {bsp_apic_id, bsp_apic_id, UNTOUCHED, UNTOUCHED};
	/* Three, of which the last is nobody's: who reads 4-byte elements never gets there. */
	const uint32_t padded[PROBE_WORDS] = {bsp_apic_id, 0, bsp_apic_id, 0, UNTOUCHED, 0};
	struct hvsmp_status status;

	if (probe(w, packed, PROBE_KNOWN, &status) &&
	    hvsmp_status_is(status, HVSMP_STATUS_SUCCESS) && w->out[0] == bsp_vp &&
	    w->out[1] == bsp_vp && w->out[2] == UNTOUCHED && w->out[3] == UNTOUCHED)
		return PACKED;
	if (probe(w, padded, PROBE_KNOWN + 1, &status) && is_unknown_id(status) &&
	    w->out[0] == bsp_vp && w->out[2] == bsp_vp && is_padding(w->out[1]) &&
	    is_padding(w->out[3]))
		return PADDED;
	return 0;
}

/* One element, which every layout reads alike; the BSP's must be what its MSR says. */
static enum err prove_bsp(struct walk *w, uint32_t bsp_apic_id)
{
	uint32_t expected = w->caller->hv->bsp_vp_index;
	struct hvsmp_map_entry bsp = {.apic_id = bsp_apic_id, .vp_index = HVSMP_VP_UNKNOWN};
	char *reason = w->info->reason;

	w->step = 1;
	if (ask(w, &bsp, 1) == ERR_FAULT) {
		format(reason, HVSMP_REASON_SIZE, "HvCallGetVpIndexFromApicId faulted");
		return ERR_FAULT;
	}
	w->info->bsp_answer = w->out[0];
	w->info->elements = 0; /* the walk counts the BSP again */
	if (bsp.status.code != HVSMP_STATUS_SUCCESS) {
		format(reason, HVSMP_REASON_SIZE,
		       "HvCallGetVpIndexFromApicId answers 0x%02x (%s) for the BSP",
		       bsp.status.code, hvsmp_status_name(bsp.status));
		return ERR_DENIED;
	}
	if (w->out[0] == UNTOUCHED) {
		format(reason, HVSMP_REASON_SIZE,
		       "HvCallGetVpIndexFromApicId succeeds for the BSP and answers nothing");
		return ERR_DENIED;
	}
	if (w->limit && w->out[0] >= w->limit) {
		format(reason, HVSMP_REASON_SIZE,
		       "VP index %u of the BSP is not below the limit, %u", w->out[0], w->limit);
		return ERR_DENIED;
	}
	if (bsp.state != HVSMP_MAP_FOUND || bsp.vp_index != expected) {
		format(reason, HVSMP_REASON_SIZE,
		       "HvCallGetVpIndexFromApicId says the BSP is VP %u, its VP_INDEX MSR says %u",
		       w->out[0], expected);
		return ERR_INVALID;
	}
	return OK;
}

#define CHAIN_END UINT32_MAX

static void refuse(struct hvsmp_map_entry *e, uint32_t bsp_apic_id, struct hvsmp_map_info *info)
{
	if (e->apic_id == bsp_apic_id || e->state != HVSMP_MAP_FOUND)
		return;
	e->state = HVSMP_MAP_REFUSED;
	info->elements--;
}

/*
 * Two processors cannot share a VP: neither answer is believed, but the BSP's own is proved. Equal
 * answers meet in one chain, of which there are as many as entries.
 */
static void refuse_duplicates(struct hvsmp_map_entry *e, size_t count, uint32_t bsp_apic_id,
			      struct hvsmp_map_info *info)
{
	for (size_t i = 0; i < count; i++)
		e[i].chain = CHAIN_END;
	for (size_t i = 0; i < count; i++) {
		struct hvsmp_map_entry *head = &e[e[i].vp_index % count];

		if (e[i].vp_index == HVSMP_VP_UNKNOWN)
			continue;
		for (uint32_t k = head->chain; k != CHAIN_END; k = e[k].next) {
			if (e[k].vp_index != e[i].vp_index)
				continue;
			refuse(&e[i], bsp_apic_id, info);
			refuse(&e[k], bsp_apic_id, info);
		}
		e[i].next = head->chain;
		head->chain = (uint32_t)i;
	}
	for (size_t i = 0; i < count; i++) {
		if (e[i].state != HVSMP_MAP_FOUND)
			e[i].vp_index = HVSMP_VP_UNKNOWN;
	}
}

static void swap(struct hvsmp_map_entry *a, struct hvsmp_map_entry *b)
{
	struct hvsmp_map_entry kept = *a;

	*a = *b;
	*b = kept;
}

static enum err ask_list(struct walk *w, struct hvsmp_map_entry *entries, size_t count,
			 size_t per_call)
{
	for (size_t i = 0; i < count;) {
		size_t n = count - i < per_call ? count - i : per_call;
		enum err e = ask(w, entries + i, n);

		if (e) {
			format(w->info->reason, HVSMP_REASON_SIZE,
			       "HvCallGetVpIndexFromApicId %s at element %u",
			       e == ERR_FAULT ? "faulted" : "was refused", (unsigned int)i);
			return e;
		}
		i += n;
	}
	return OK;
}

/* The BSP's answer is known: it stands aside, so that it takes no place in a list and cuts none. */
static enum err ask_all(struct walk *w, uint32_t bsp_apic_id, struct hvsmp_map_entry *entries,
			size_t count, size_t per_call)
{
	size_t bsp = 0;
	enum err e;

	while (bsp < count && entries[bsp].apic_id != bsp_apic_id)
		bsp++;
	if (bsp == count)
		return ask_list(w, entries, count, per_call);
	swap(&entries[0], &entries[bsp]);
	judge(w, &entries[0], w->caller->hv->bsp_vp_index);
	e = ask_list(w, entries + 1, count - 1, per_call);
	swap(&entries[0], &entries[bsp]);
	return e;
}

enum err hvsmp_map(const struct hvsmp_caller *caller, uint32_t bsp_apic_id, uint32_t limit,
		   struct hvsmp_map_entry *entries, size_t count, struct hvsmp_map_info *info)
{
	struct walk w = {.caller = caller, .info = info, .limit = limit};
	size_t per_call = 1;
	enum err e;

	memset(info, 0, sizeof(*info));
	for (size_t i = 0; i < count; i++) {
		entries[i].vp_index = HVSMP_VP_UNKNOWN;
		entries[i].state = HVSMP_MAP_UNASKED;
		entries[i].status = (struct hvsmp_status){HVSMP_STATUS_SUCCESS};
	}
	e = prove_bsp(&w, bsp_apic_id);
	if (e)
		return e;
	if (count > 2) /* two or more APs: worth a list */
		info->stride = find_layout(&w, bsp_apic_id, caller->hv->bsp_vp_index);
	if (info->stride)
		per_call = (HVSMP_PAGE_SIZE - LIST_OFFSET) / info->stride;
	w.step = info->stride ? info->stride / WORD : 1;
	e = ask_all(&w, bsp_apic_id, entries, count, per_call);
	refuse_duplicates(entries, count, bsp_apic_id, info);
	return e;
}

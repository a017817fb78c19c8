/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpIndexFromApicId: from hardware ids to VP indexes, which need not be the same.
 *
 * How large an element is, sources disagree about: the specification draws 8 bytes, shipping code
 * uses 4. The BSP's index is known from its register, so a list that repeats the BSP shows the
 * layout (map_layout.c, for each architecture). Hypervisors also differ in how many elements they
 * do a call; a call that stopped early is resumed.
 */
#include "hv/map_layout.h"
#include "hv/text.h"

#define LIST_OFFSET  offsetof(struct hvsmp_get_vp_index_input, list)
#define WORD         sizeof(uint32_t)

#define MAX_TIMEOUTS 5 /* 0x78 and 0x79 before an element is given up, as Linux allows */
#define MAX_STALLS   3 /* successes without progress */

/* The lists, in bytes. VP indexes are the same in every VTL, and VTL 0 is always there. */
static void list_clear(struct hvsmp_map_walk *w, size_t in, size_t out)
{
	struct hvsmp_get_vp_index_input *header = w->caller->input.va;

	/* Padding of elements must be zero, too. */
	__builtin_memset(header, 0, LIST_OFFSET + in);
	header->partition_id = HVSMP_PARTITION_SELF;
	w->in = header->list;
	w->out = w->caller->output.va;
	__builtin_memset(w->out, 0xFF, out);
}

/* An id as far as an element has room for it. */
static void put_id(const struct hvsmp_map_walk *w, size_t i, uint64_t id)
{
	uint32_t *at = w->in + i * w->layout.in / WORD;

	at[0] = (uint32_t)id;
	if (w->layout.in == HVSMP_MAP_PADDED)
		at[1] = (uint32_t)(id >> 32);
}

static uint32_t answer_of(const struct hvsmp_map_walk *w, size_t i)
{
	return w->out[i * w->layout.out / WORD];
}

static struct hvsmp_result issue(struct hvsmp_map_walk *w, size_t count, size_t start)
{
	w->info->calls++;
	return hvsmp_call(w->caller, HVSMP_CALL_GET_VP_INDEX, (uint16_t)count, (uint16_t)start);
}

static bool is_busy(const struct hvsmp_result *s)
{
	return hvsmp_answers(s, HVSMP_STATUS_TIME_OUT) ||
	       hvsmp_answers(s, HVSMP_STATUS_CALL_PENDING);
}

static bool is_unknown_id(const struct hvsmp_result *s)
{
	return hvsmp_answers(s, HVSMP_STATUS_INVALID_PARAMETER) ||
	       hvsmp_answers(s, HVSMP_STATUS_INVALID_VP_INDEX);
}

static bool is_not_offered(const struct hvsmp_result *s)
{
	return hvsmp_answers(s, HVSMP_STATUS_INVALID_HYPERCALL_CODE) ||
	       hvsmp_answers(s, HVSMP_STATUS_ACCESS_DENIED);
}

static void judge(const struct hvsmp_map_walk *w, struct hvsmp_map_entry *e, uint32_t vp_index)
{
	e->answer = (struct hvsmp_result){.status = {HVSMP_STATUS_SUCCESS}};
	if (vp_index >= HVSMP_VP_INDEX_SELF || (w->limit && vp_index >= w->limit)) {
		e->state = HVSMP_MAP_REFUSED;
		return;
	}
	e->vp_index = vp_index;
	e->state = HVSMP_MAP_FOUND;
	w->info->elements++;
}

static void give_up(struct hvsmp_map_entry *e, size_t count, const struct hvsmp_result *answer)
{
	for (size_t i = 0; i < count; i++) {
		e[i].state = HVSMP_MAP_REFUSED;
		e[i].answer = *answer;
	}
}

/* Is it no use to call again after a call that left elements undone with this status? */
static bool is_spent(const struct hvsmp_result *s, unsigned int *stalls, unsigned int *timeouts)
{
	if (hvsmp_answers(s, HVSMP_STATUS_SUCCESS))
		return ++*stalls > MAX_STALLS;
	return !is_busy(s) || ++*timeouts > MAX_TIMEOUTS;
}

/*
 * Ask for count entries in one list, resuming where the hypervisor stopped. An unknown id costs its
 * own entry; any other failure costs what is left of the list. HVSMP_ERROR_FAULT and
 * HVSMP_ERROR_DENIED: no further call makes sense.
 */
static enum hvsmp_error ask(struct hvsmp_map_walk *w, struct hvsmp_map_entry *e, size_t count)
{
	unsigned int timeouts = 0;
	unsigned int stalls = 0;
	size_t start = 0;

	list_clear(w, count * w->layout.in, count * w->layout.out);
	for (size_t i = 0; i < count; i++)
		put_id(w, i, e[i].hw_id);
	while (start < count) {
		struct hvsmp_result r = issue(w, count, start);
		size_t done = r.reps;

		if (r.err) {
			give_up(e + start, count - start, &r);
			return HVSMP_ERROR_FAULT;
		}
		if (done < start || done > count) /* reps that cannot be: nothing was done */
			done = start;
		for (size_t i = start; i < done; i++)
			judge(w, &e[i], answer_of(w, i));
		if (done > start)
			timeouts = stalls = 0;
		start = done;
		if (start == count)
			break;
		if (is_unknown_id(&r)) {
			e[start].state = HVSMP_MAP_ABSENT;
			e[start].answer = r;
			start++;
			timeouts = stalls = 0;
		} else if (is_spent(&r, &stalls, &timeouts)) {
			give_up(e + start, count - start, &r);
			return is_not_offered(&r) ? HVSMP_ERROR_DENIED : HVSMP_OK;
		}
	}
	return HVSMP_OK;
}

bool hvsmp_map_probe(struct hvsmp_map_walk *w, const uint32_t words[HVSMP_PROBE_WORDS],
		     size_t count, struct hvsmp_result *r)
{
	list_clear(w, HVSMP_PROBE_WORDS * WORD, HVSMP_PROBE_WORDS * WORD);
	__builtin_memcpy(w->in, words, HVSMP_PROBE_WORDS * WORD);
	*r = issue(w, count, 0);
	return !r->err && r->reps == HVSMP_PROBE_KNOWN;
}

bool hvsmp_map_is_unknown_id(const struct hvsmp_result *r)
{
	return is_unknown_id(r);
}

/* One at a time, each a list of its own: an element has 8 bytes, whatever a list would have. */
static const struct hvsmp_map_layout alone = {HVSMP_MAP_PADDED, HVSMP_MAP_PADDED};

/* One element, which every layout reads alike; the BSP's must be what its MSR says. */
static enum hvsmp_error prove_bsp(struct hvsmp_map_walk *w, uint64_t bsp_hw_id)
{
	uint32_t expected = w->caller->hv->bsp_vp_index;
	struct hvsmp_map_entry bsp = {.hw_id = bsp_hw_id, .vp_index = HVSMP_VP_UNKNOWN};
	char *reason = w->info->reason;
	char answer[HVSMP_ANSWER_SIZE];

	w->layout = alone;
	if (ask(w, &bsp, 1) == HVSMP_ERROR_FAULT) {
		hvsmp_format(reason, HVSMP_REASON_SIZE, "HvCallGetVpIndexFromApicId %s",
			     hvsmp_describe(&bsp.answer, answer));
		return HVSMP_ERROR_FAULT;
	}
	w->info->bsp_answer = w->out[0];
	w->info->elements = 0; /* the walk counts the BSP again */
	if (!hvsmp_answers(&bsp.answer, HVSMP_STATUS_SUCCESS)) {
		hvsmp_format(reason, HVSMP_REASON_SIZE, "HvCallGetVpIndexFromApicId %s for the BSP",
			     hvsmp_describe(&bsp.answer, answer));
		return HVSMP_ERROR_DENIED;
	}
	if (w->out[0] == HVSMP_MAP_UNTOUCHED) {
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "HvCallGetVpIndexFromApicId succeeds for the BSP and answers nothing");
		return HVSMP_ERROR_DENIED;
	}
	if (bsp.state != HVSMP_MAP_FOUND || bsp.vp_index != expected) {
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "HvCallGetVpIndexFromApicId says the BSP is VP %u, its VP_INDEX "
			     "register says %u",
			     w->out[0], expected);
		return HVSMP_ERROR_INVALID;
	}
	return HVSMP_OK;
}

/* The BSP is known by its register, and its answer, from here or from hvsmp_setup, agrees. */
static enum hvsmp_error check_bsp(struct hvsmp_map_walk *w, uint64_t bsp_hw_id, uint32_t limit)
{
	const struct hvsmp_interface *hv = w->caller->hv;
	enum hvsmp_error e = HVSMP_OK;

	w->info->bsp_answer = hv->bsp_answer;
	if (!hv->is_proved)
		e = prove_bsp(w, bsp_hw_id);
	if (!e && limit && hv->bsp_vp_index >= limit) {
		hvsmp_format(w->info->reason, HVSMP_REASON_SIZE,
			     "VP index %u of the BSP is not below the limit, %u", hv->bsp_vp_index,
			     limit);
		e = HVSMP_ERROR_DENIED;
	}
	return e;
}

#define CHAIN_END UINT32_MAX

static void refuse(struct hvsmp_map_entry *e, uint64_t bsp_hw_id, struct hvsmp_map_info *info)
{
	if (e->hw_id == bsp_hw_id || e->state != HVSMP_MAP_FOUND)
		return;
	e->state = HVSMP_MAP_REFUSED;
	info->elements--;
}

/*
 * Two processors cannot share a VP: neither answer is believed, but the BSP's own is proved. Equal
 * answers meet in one chain, of which there are as many as entries.
 */
static void refuse_duplicates(struct hvsmp_map_entry *e, size_t count, uint64_t bsp_hw_id,
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
			refuse(&e[i], bsp_hw_id, info);
			refuse(&e[k], bsp_hw_id, info);
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

static enum hvsmp_error ask_list(struct hvsmp_map_walk *w, struct hvsmp_map_entry *entries,
				 size_t count, size_t per_call)
{
	for (size_t i = 0; i < count;) {
		size_t n = count - i < per_call ? count - i : per_call;
		enum hvsmp_error e = ask(w, entries + i, n);

		if (e) {
			hvsmp_format(w->info->reason, HVSMP_REASON_SIZE,
				     "HvCallGetVpIndexFromApicId %s at element %u",
				     e == HVSMP_ERROR_FAULT ? "faulted" : "was refused",
				     (unsigned int)i);
			return e;
		}
		i += n;
	}
	return HVSMP_OK;
}

/* The BSP's answer is known: it stands aside, so that it takes no place in a list and cuts none. */
static enum hvsmp_error ask_all(struct hvsmp_map_walk *w, uint64_t bsp_hw_id,
				struct hvsmp_map_entry *entries, size_t count, size_t per_call)
{
	size_t bsp = 0;
	enum hvsmp_error e;

	while (bsp < count && entries[bsp].hw_id != bsp_hw_id)
		bsp++;
	if (bsp == count)
		return ask_list(w, entries, count, per_call);
	swap(&entries[0], &entries[bsp]);
	judge(w, &entries[0], w->caller->hv->bsp_vp_index);
	e = ask_list(w, entries + 1, count - 1, per_call);
	swap(&entries[0], &entries[bsp]);
	return e;
}

enum hvsmp_error hvsmp_map(const struct hvsmp_caller *caller, uint64_t bsp_hw_id, uint32_t limit,
			   struct hvsmp_map_entry *entries, size_t count,
			   struct hvsmp_map_info *info)
{
	struct hvsmp_map_walk w = {.caller = caller, .info = info};
	size_t per_call = 1;
	enum hvsmp_error e;

	*info = (struct hvsmp_map_info){0};
	for (size_t i = 0; i < count; i++) {
		entries[i].vp_index = HVSMP_VP_UNKNOWN;
		entries[i].state = HVSMP_MAP_UNASKED;
		entries[i].answer = (struct hvsmp_result){.status = {HVSMP_STATUS_SUCCESS}};
	}
	e = check_bsp(&w, bsp_hw_id, limit);
	if (e)
		return e;
	w.limit = limit;
	w.layout = alone;
	if (count > 2 && hvsmp_map_find_layout(&w, bsp_hw_id)) { /* two or more APs: worth a list */
		info->stride = w.layout.out;
		per_call = (HVSMP_PAGE_SIZE - LIST_OFFSET) / w.layout.in;
	}
	e = ask_all(&w, bsp_hw_id, entries, count, per_call);
	refuse_duplicates(entries, count, bsp_hw_id, info);
	return e;
}

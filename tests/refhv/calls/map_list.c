/* SPDX-License-Identifier: MIT */
/* See map_list.h. */
#include "tests/refhv/calls/map_list.h"

static const struct fault *strike(const struct map_list *list, enum fault_effect effect,
				  uint32_t id)
{
	return fault_strike(list->faults, effect, FAULT_ANY, list->caller, id);
}

static uint64_t id_of(const struct map_list *list, uint32_t i)
{
	const uint8_t *at = list->ids + (size_t)i * list->id_step;

	return list->is_wide ? *(const uint64_t *)at : *(const uint32_t *)at;
}

static void log_ids(const struct map_list *list, uint32_t attempted)
{
	for (uint32_t i = list->start; i < attempted; i++) {
		if (list->is_wide)
			line_add(list->line, "%s0x%lx", i == list->start ? " mpidrs=" : ",",
				 id_of(list, i));
		else
			line_add(list->line, "%s%lu", i == list->start ? " apic_ids=" : ",",
				 id_of(list, i));
	}
	for (uint32_t i = list->start; i < list->done; i++)
		line_add(list->line, "%s%u", i == list->start ? " vp_indexes=" : ",",
			 *(const uint32_t *)(list->answers + (size_t)i * list->answer_step));
}

/* One element: false when no VP has this id. An 8-byte element is written as a whole. */
static bool answer(const struct map_list *list, uint32_t i, bool is_untouched)
{
	uint8_t *out = list->answers + (size_t)i * list->answer_step;
	uint64_t id = id_of(list, i);
	uint32_t index;

	if (!list->find(list, id, &index) || strike(list, FAULT_MAP_UNKNOWN, (uint32_t)id))
		return false;
	const struct fault *fault = strike(list, FAULT_MAP_ANSWER, (uint32_t)id);

	if (fault)
		index = (uint32_t)fault->value;
	if (is_untouched)
		return true;
	if (list->answer_step == sizeof(uint64_t))
		*(uint64_t *)out = index;
	else
		*(uint32_t *)out = index;
	return true;
}

enum hv_status map_list_run(struct map_list *list)
{
	const struct fault *fault = strike(list, FAULT_MAP_STATUS, FAULT_ANY);
	uint32_t end = list->one_rep ? list->start + 1 : list->count;
	uint32_t i = list->start;

	list->done = list->start;
	list->raises_ud = strike(list, FAULT_MAP_UD, FAULT_ANY);
	list->garbage = strike(list, FAULT_MAP_GARBAGE, FAULT_ANY) ? HV_RESULT_RESERVED : 0;
	if (fault || list->raises_ud)
		return fault ? (enum hv_status)fault->value : HV_SUCCESS;
	fault = strike(list, FAULT_MAP_REPS, FAULT_ANY);
	if (fault && end - list->start > fault->value)
		end = list->start + (uint32_t)fault->value;
	bool is_untouched = strike(list, FAULT_MAP_UNTOUCHED, FAULT_ANY);

	while (i < end && answer(list, i, is_untouched))
		i++;
	list->done = i;
	log_ids(list, i < end ? i + 1 : i);
	return i < end ? HV_INVALID_PARAMETER : HV_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/*
 * The order of the fan-out: a leader for each NUMA node, and behind it those whom its node starts.
 */
#include "start/internal.h"

static void find_leaders(struct hvsmp_start *s)
{
	for (uint32_t i = 0; i < s->nodes; i++)
		s->memory.node[i] = (struct hvsmp_node){.leader = HVSMP_NO_LEADER};
	s->memory.node[s->bsp->node].leader = s->bsp->index;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct hvsmp_cpu *cpu = s->cpu[i];
		struct hvsmp_node *node = &s->memory.node[cpu->node];

		if (node->leader == HVSMP_NO_LEADER && cpu->prepared)
			node->leader = i;
		else if (!cpu->is_bsp)
			node->end++; /* a count, until it is made a place below */
	}
}

void hvsmp_nodes_build(struct hvsmp_start *s)
{
	uint32_t at = 0;

	find_leaders(s);
	for (uint32_t i = 0; i < s->nodes; i++) {
		struct hvsmp_node *node = &s->memory.node[i];
		uint32_t count = node->end;

		node->begin = node->end = at;
		at += count;
	}
	for (uint32_t i = 0; i < s->count; i++) {
		struct hvsmp_node *node = &s->memory.node[s->cpu[i]->node];

		if (node->leader != i && !s->cpu[i]->is_bsp)
			s->memory.order[node->end++] = i;
	}
}

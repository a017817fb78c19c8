/* SPDX-License-Identifier: MIT */
/* What the files of start/ offer each other. */
#pragma once

#include "start/start.h"

/* nodes.c: leaders and order from the records' node numbers. */
void hvsmp_nodes_build(struct hvsmp_start *start);

/* fanout.c: boot processor alone; begin with the first target once more. */
void hvsmp_fanout_rewind(struct hvsmp_start *start);
/* fanout.c: what is left of a node. */
void hvsmp_fanout_node(struct hvsmp_start *start, struct hvsmp_node *node,
		       struct hvsmp_cpu *starter);
/* fanout.c: is it one that the fan-out has to start? */
bool hvsmp_fanout_is_target(const struct hvsmp_cpu *cpu);
/* fanout.c: boot processor; start one more target whose claim was seen as `seen`. */
void hvsmp_fanout_take_over(struct hvsmp_cpu *target, uint32_t seen);
/* fanout.c: has 0x99 been given up? */
bool hvsmp_fanout_is_stopped(const struct hvsmp_start *start);

/*
 * wait.c: until every target is settled, or its time is over. Undone starts are taken over
 * meanwhile.
 */
enum hvsmp_deadline_end hvsmp_wait(struct hvsmp_start *start);
/* wait.c: start the rest of every node whose leader did not come up. */
void hvsmp_help_nodes(struct hvsmp_start *start);
/* wait.c: as far as its claim tells, it is to be called for, or the call was accepted. */
bool hvsmp_is_coming(const struct hvsmp_cpu *cpu);

/* SPDX-License-Identifier: MIT */
/* See fixture.h. */
#include "tests/host/refhv/fixture.h"

#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/refhv/loader/cfg_parse.h"

uint8_t *ram;
struct partition *partition;
struct hypercall last;

static void *guest_ram(uint64_t gpa, uint64_t bytes)
{
	if (gpa < INPUT || gpa >= RAM_END || bytes > RAM_END - gpa)
		return NULL;
	return ram + (gpa - INPUT);
}

void fixture_begin(void)
{
	ram = aligned_alloc(4096, RAM_END - INPUT);
	memset(ram, 0, RAM_END - INPUT);
	partition = calloc(1, sizeof(*partition));
	partition->limits = (struct cpu_limits){0xD01, 0x7FF, 40};
	partition->guest_ram = guest_ram;
	configure("");
}

int fixture_end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MAX_VP_INDEXES; i++)
		free(partition->by_index[i]);
	free(partition);
	free(ram);
	return 0;
}

void fixture_add(uint32_t index, uint32_t apic_id)
{
	struct vp *new = calloc(1, sizeof(*new));

	new->index = index;
	new->apic_id = apic_id;
	new->state = index ? VP_WAIT : VP_RUNNING;
	partition->by_index[index] = partition->by_apic_id[apic_id] = new;
}

struct vp *vp(uint32_t index)
{
	return partition->by_index[index];
}

void configure(const char *text)
{
	struct cfg_error error = {0};

	cfg_defaults(&partition->cfg);
	if (!cfg_parse(&partition->cfg, text, strlen(text), &error))
		fail_msg("%s", error.reason);
}

uint64_t call_by(uint32_t caller, uint64_t control, uint64_t rdx, uint64_t r8)
{
	struct hypercall call = {.partition = partition,
				 .caller = vp(caller),
				 .control.as_u64 = control,
				 .input_gpa = rdx,
				 .output_gpa = r8};
	uint64_t result = hypercall_dispatch(&call);

	vp(caller)->line.text[vp(caller)->line.length] = '\0';
	last = call;
	return result;
}

bool line_has(const char *text)
{
	return strstr(vp(0)->line.text, text) != NULL;
}

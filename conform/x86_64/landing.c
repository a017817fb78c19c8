/* SPDX-License-Identifier: MIT */
/*
 * Where the started VPs come down. A VP writes into its block what it finds and parks; whatever the
 * registers it was given, it runs nothing but this. A block is never used twice: a second VP that
 * came to it is parked by the entry code before it touches the stack.
 */
#include "conform/internal.h"

#include "arch/x86_64/x86.h"

/* Looks at a clock that may stand still. */
#define MAX_LOOKS 100000000UL

static const struct conform_input *input;
static const void *boot_processor;

static bool ask_vtl(struct landing *self, const struct hvsmp_interface *hv)
{
	const struct hvsmp_caller caller = {
		.hv = hv,
		.input = {self->question, (uint64_t)self->question},
		.output = {self->told, (uint64_t)self->told},
	};
	struct hvsmp_vtl vtl;

	self->vtl_answer = hvsmp_get_vp_vtl(&caller, &vtl);
	self->vtl = vtl.active;
	return self->vtl_answer.err != HVSMP_ERROR_FAULT;
}

static void leave(struct landing *self)
{
	(void)arch_vtl_return(self->leaves_by);
	self->leaves_by = 0; /* it could not, or another VTL has called */
}

/* On the VP itself. */
static void land(void *owner)
{
	struct landing *self = owner;
	struct arch_state found;

	arch_cpu_found(&found);
	input->context(&found, &self->found);
	arch_ipi_init_ap();
	self->apic_id = (uint32_t)arch_hw_id();
	(void)hvsmp_vp_index(input->host, &self->vp_index);
	/* A page is there in its own VTL alone: where the call faults, this may be another one. */
	if (self->asks && !ask_vtl(self, self->asks))
		(void)ask_vtl(self, input->hv);
	if (self->errand)
		self->errand_result =
			hvsmp_call_raw(input->hv, HVSMP_CALL_START_VP, self->errand, 0);
	__atomic_store_n(&self->landed, 1, __ATOMIC_RELEASE);
	if (self->leaves_by)
		leave(self);
	arch_park();
}

static enum arch_fault_action on_fault(void *owner, const struct arch_fault *fault)
{
	struct landing *self = owner;

	if (owner == boot_processor)
		return ARCH_FAULT_PANIC;
	__atomic_store_n(&self->faulted, fault->code + 1U, __ATOMIC_RELEASE);
	return ARCH_FAULT_PARK;
}

void landing_init(const struct conform_input *in)
{
	boot_processor = arch_cpu_owner();
	input = in;
	arch_set_fault_handler(on_fault);
}

enum err landing_renew(struct bench *b)
{
	struct landing *l = pages_alloc(b->in->pages, 1, 0);
	struct arch_cpu *block;
	enum err e;

	_Static_assert(sizeof(struct landing) <= PAGE_SIZE, "a landing is one page");
	if (!l)
		return ERR_NO_MEMORY;
	block = (struct arch_cpu *)l->arch;
	e = arch_cpu_init(block, b->in->pages, land, l);
	if (e)
		return e;
	b->in->context(arch_cpu_wanted(block), &l->wanted);
	b->landing = l;
	return OK;
}

static bool is_down(const struct landing *l)
{
	return __atomic_load_n(&l->landed, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&l->faulted, __ATOMIC_ACQUIRE);
}

bool landing_await(const struct bench *b, const struct landing *l)
{
	uint64_t end = arch_clock_ns() + b->in->deadline_ns;

	for (uint64_t looks = 0; !is_down(l) && arch_clock_ns() < end && looks < MAX_LOOKS; looks++)
		arch_pause();
	return __atomic_load_n(&l->landed, __ATOMIC_ACQUIRE);
}

void landing_pause(uint64_t ns)
{
	uint64_t end = arch_clock_ns() + ns;

	for (uint64_t looks = 0; arch_clock_ns() < end && looks < MAX_LOOKS; looks++)
		arch_pause();
}

/* SPDX-License-Identifier: MIT */
/*
 * How a VTL is told what the one below was kept from: a message in slot 0 of the SynIC's page, an
 * interrupt, the reason of its entry in the VP assist page. Source: TLFS, Virtual Secure Mode and
 * Synthetic Interrupt Controller.
 */
#include "hv/hv.h"
#include "hv/text.h"
#include "hv/x86_64/tlfs.h"

enum { VECTOR_GP = 13 };

/* What counts of the two pages' registers; of SINT0. The rest is reserved, and preserved. */
#define PAGE_BITS (HVSMP_PAGE_MSR_ENABLE | ~(uint64_t)(HVSMP_PAGE_SIZE - 1))
#define SINT_BITS (HVSMP_SINT_MASKED | HVSMP_SINT_AUTO_EOI | 0xFFU)

static bool set(const struct hvsmp_intercepts *i, uint32_t msr, const char *name, uint64_t value,
		uint64_t bits, char *reason)
{
	uint64_t back = 0;

	if (!i->host->msr_write(i->host->ctx, msr, value))
		hvsmp_format(reason, HVSMP_REASON_SIZE, "writing 0x%lx to MSR %s faulted",
			     (unsigned long)value, name);
	else if (!i->host->msr_read(i->host->ctx, msr, &back))
		hvsmp_format(reason, HVSMP_REASON_SIZE, "reading MSR %s faulted", name);
	else if ((back ^ value) & bits)
		hvsmp_format(reason, HVSMP_REASON_SIZE, "%s reads back 0x%lx, not 0x%lx", name,
			     (unsigned long)back, (unsigned long)value);
	else
		return true;
	return false;
}

/* The pages first: what SINT0 raises, is to find them. */
enum hvsmp_error hvsmp_intercepts_open(const struct hvsmp_intercepts *i, uint8_t vector,
				       char reason[HVSMP_REASON_SIZE])
{
	bool good = set(i, HVSMP_MSR_VP_ASSIST_PAGE, "VP_ASSIST_PAGE",
			i->assist.pa | HVSMP_PAGE_MSR_ENABLE, PAGE_BITS, reason) &&
		    set(i, HVSMP_MSR_SCONTROL, "SCONTROL", HVSMP_SCONTROL_ENABLE,
			HVSMP_SCONTROL_ENABLE, reason) &&
		    set(i, HVSMP_MSR_SIMP, "SIMP", i->messages.pa | HVSMP_PAGE_MSR_ENABLE,
			PAGE_BITS, reason) &&
		    set(i, HVSMP_MSR_SINT0, "SINT0", vector, SINT_BITS, reason);

	return good ? HVSMP_OK : HVSMP_ERROR_DENIED;
}

uint32_t hvsmp_entry_reason(const struct hvsmp_intercepts *i)
{
	const struct hvsmp_vp_assist *assist = i->assist.va;

	return __atomic_load_n(&assist->entry_reason, __ATOMIC_RELAXED);
}

void hvsmp_return_with(const struct hvsmp_intercepts *i, uint64_t rax, uint64_t rcx)
{
	struct hvsmp_vp_assist *assist = i->assist.va;

	__atomic_store_n(&assist->return_rax, rax, __ATOMIC_RELAXED);
	__atomic_store_n(&assist->return_rcx, rcx, __ATOMIC_RELAXED);
}

bool hvsmp_intercept_read(const struct hvsmp_intercepts *i, struct hvsmp_intercept *out,
			  uint32_t *type)
{
	const struct hvsmp_memory_intercept *message = i->messages.va;
	uint32_t found = __atomic_load_n(&message->type, __ATOMIC_ACQUIRE);

	if (type)
		*type = found;
	if (found != HVSMP_MESSAGE_GPA)
		return false;
	*out = (struct hvsmp_intercept){
		.vp_index = message->vp_index,
		.access = message->access,
		.length = message->length & HVSMP_LENGTH_MASK,
		.rip = message->rip,
		.gva = message->gva,
		.gpa = message->gpa,
	};
	return true;
}

/* The slot first, and then the look at the flag: the hypervisor does it the other way round. */
void hvsmp_intercept_done(const struct hvsmp_intercepts *i)
{
	struct hvsmp_memory_intercept *message = i->messages.va;

	__atomic_store_n(&message->type, HVSMP_MESSAGE_NONE, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&message->flags, __ATOMIC_SEQ_CST) & HVSMP_MESSAGE_PENDING)
		(void)i->host->msr_write(i->host->ctx, HVSMP_MSR_EOM, 0);
}

struct hvsmp_result hvsmp_intercept_skip(const struct hvsmp_caller *caller, uint8_t vtl,
					 const struct hvsmp_intercept *intercept)
{
	if (intercept->length)
		return hvsmp_set_register_of(caller, vtl, HVSMP_REGISTER_RIP,
					     intercept->rip + intercept->length);
	return hvsmp_set_register_of(caller, vtl, HVSMP_REGISTER_PENDING_EVENT0,
				     HVSMP_EVENT_PENDING | HVSMP_EVENT_ERROR_CODE |
					     (uint64_t)VECTOR_GP << HVSMP_EVENT_VECTOR_SHIFT);
}

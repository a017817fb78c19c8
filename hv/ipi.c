/* SPDX-License-Identifier: MIT */
/*
 * Interrupts between processors by hypercall: HvCallSendSyntheticClusterIpi for VPs below 64, its
 * Ex form for sets. TLFS and its implementations disagree about an empty mask (no VP, or an
 * error), about the set of all VPs (KVM takes it, OpenVMM answers 5) and about the size of the
 * variable header of a set with gaps (the banks that follow). So no call is made for no VP, a set
 * names its banks, and those that follow are counted.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"

struct hvsmp_result hvsmp_send_ipi(const struct hvsmp_caller *caller, uint8_t vector, uint64_t vps)
{
	if (!vps)
		return (struct hvsmp_result){.err = HVSMP_OK};
	/* Fast: the 16 bytes of input are the two registers. */
	return hvsmp_call_raw(caller->hv, HVSMP_CALL_SEND_IPI | HVSMP_CONTROL_FAST, vector, vps);
}

struct hvsmp_result hvsmp_send_ipi_set(const struct hvsmp_caller *caller, uint8_t vector,
				       const struct hvsmp_vp_set *set)
{
	struct hvsmp_send_ipi_ex_input *in = caller->input.va;
	unsigned int banks;

	*in = (struct hvsmp_send_ipi_ex_input){.vector = vector};
	/* The block has room for all banks. */
	(void)hvsmp_vp_set_pack(set, in + 1, HVSMP_IPI_INPUT_SIZE - sizeof(*in), &banks);
	if (!banks)
		return (struct hvsmp_result){.err = HVSMP_OK};
	return hvsmp_call_raw(caller->hv,
			      HVSMP_CALL_SEND_IPI_EX | (uint64_t)banks
							       << HVSMP_CONTROL_VARIABLE_SHIFT,
			      caller->input.pa, 0);
}

/* SPDX-License-Identifier: MIT */
/*
 * Interrupts between processors by hypercall: HvCallSendSyntheticClusterIpi for VPs below 64, its Ex
 * form for sets. TLFS and its implementations disagree about an empty mask (nobody, or an error), about
 * the set of all VPs (KVM takes it, OpenVMM answers 5) and about the size of the variable header of a set
 * with gaps (the banks that follow). So nobody is never asked for, a set names its banks, and those that
 * follow are counted.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"

bool hv_recommends_ipi(const struct hv_features *f)
{
	return f->is_hv1 && f->hints & HV_HINT_CLUSTER_IPI;
}

bool hv_recommends_ipi_set(const struct hv_features *f)
{
	return hv_recommends_ipi(f) && f->hints & HV_HINT_EX_PROCESSOR_MASKS;
}

struct hv_result hv_send_ipi(const struct hv_caller *caller, uint8_t vector, uint64_t vps)
{
	if (!vps)
		return (struct hv_result){.err = OK};
	/* Fast: the 16 bytes of input are the two registers. */
	return hv_call_raw(caller->hv, HV_CALL_SEND_IPI | HV_CONTROL_FAST, vector, vps);
}

struct hv_result hv_send_ipi_set(const struct hv_caller *caller, uint8_t vector,
				 const struct hv_vp_set *set)
{
	struct hv_send_ipi_ex_input *in = caller->input;
	unsigned int banks;

	*in = (struct hv_send_ipi_ex_input){.vector = vector};
	/* The block has room for all banks. */
	(void)hv_vp_set_pack(set, in + 1, HV_IPI_INPUT_SIZE - sizeof(*in), &banks);
	if (!banks)
		return (struct hv_result){.err = OK};
	return hv_call_raw(caller->hv,
			   HV_CALL_SEND_IPI_EX | (uint64_t)banks << HV_CONTROL_VARIABLE_SHIFT,
			   (uint64_t)in, 0);
}

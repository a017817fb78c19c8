/* SPDX-License-Identifier: MIT */
/*
 * HvCallGetVpRegisters and HvCallSetVpRegisters, fast. The input is a block in X1 and up, as it
 * would lie in memory; the output comes back in the last pairs of X1 to X16, as Microsoft's own
 * guests have it (mu_msvm, OpenHCL), and of one value that is the last pair.
 */
#include "hv/aarch64/registers.h"
#include "hv/aarch64/tlfs.h"

enum { X_CONTROL, X_PARTITION, X_TARGET, X_NAME, X_VALUE = 5, X_GOT = 15 };

static struct hvsmp_result call(const struct hvsmp_host *host, uint16_t code, uint32_t name,
				uint64_t x[HVSMP_HVC_REGISTERS])
{
	uint64_t control = hvsmp_control(code, 1, 0) | HVSMP_CONTROL_FAST;
	struct hvsmp_result r = {HVSMP_ERROR_FAULT, {0}, 0};

	x[X_CONTROL] = control;
	x[X_PARTITION] = HVSMP_PARTITION_SELF;
	x[X_TARGET] = HVSMP_VP_INDEX_SELF; /* and the caller's own VTL above it */
	x[X_NAME] = name;
	if (host->hvc(host->ctx, HVSMP_HVC_CALL, x))
		r = hvsmp_decode(x[X_CONTROL]);
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS) && r.reps != 1)
		r.err = HVSMP_ERROR_INVALID;
	if (host->trace)
		host->trace(host->ctx, control, &r);
	return r;
}

struct hvsmp_result hvsmp_register_get(const struct hvsmp_host *host, uint32_t name,
				       uint64_t value[2])
{
	uint64_t x[HVSMP_HVC_REGISTERS] = {0};
	struct hvsmp_result r = call(host, HVSMP_CALL_GET_VP_REGISTERS, name, x);
	bool is_good = hvsmp_answers(&r, HVSMP_STATUS_SUCCESS);

	value[0] = is_good ? x[X_GOT] : 0;
	value[1] = is_good ? x[X_GOT + 1] : 0;
	return r;
}

struct hvsmp_result hvsmp_register_set(const struct hvsmp_host *host, uint32_t name, uint64_t value)
{
	uint64_t x[HVSMP_HVC_REGISTERS] = {[X_VALUE] = value};

	return call(host, HVSMP_CALL_SET_VP_REGISTERS, name, x);
}

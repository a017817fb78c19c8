/* SPDX-License-Identifier: MIT */
/*
 * The guest OS id, which a call with parameters in memory needs, and a call whose answer is known.
 * There is no page: the instruction is the interface.
 */
#include "hv/text.h"
#include "hv/aarch64/registers.h"
#include "hv/aarch64/tlfs.h"

#define FAIL(hv, err, ...) (hvsmp_format((hv)->reason, HVSMP_REASON_SIZE, __VA_ARGS__), (err))

/* What a register's refusal is on this side of the call. */
static enum hvsmp_error failed(struct hvsmp_interface *hv, const struct hvsmp_result *r,
			       const char *call, const char *name)
{
	char answer[HVSMP_ANSWER_SIZE];

	return FAIL(hv, r->err ? r->err : HVSMP_ERROR_DENIED, "%s: %s %s", name, call,
		    hvsmp_describe(r, answer));
}

static enum hvsmp_error get_os_id(struct hvsmp_interface *hv, uint64_t *id)
{
	uint64_t value[2];
	struct hvsmp_result r = hvsmp_register_get(hv->host, HVSMP_REGISTER_GUEST_OS_ID, value);

	*id = value[0];
	return hvsmp_answers(&r, HVSMP_STATUS_SUCCESS)
		       ? HVSMP_OK
		       : failed(hv, &r, "HvCallGetVpRegisters", "GUEST_OS_ID");
}

static enum hvsmp_error set_os_id(struct hvsmp_interface *hv, uint64_t os_id)
{
	struct hvsmp_result r;
	uint64_t id;
	enum hvsmp_error e = get_os_id(hv, &id);

	if (e || id) /* any id will do */
		return e;
	if (!os_id)
		return FAIL(hv, HVSMP_ERROR_DENIED, "GUEST_OS_ID is 0, and none was given");
	r = hvsmp_register_set(hv->host, HVSMP_REGISTER_GUEST_OS_ID, os_id);
	if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return failed(hv, &r, "HvCallSetVpRegisters", "GUEST_OS_ID");
	e = get_os_id(hv, &id);
	hv->os_id_ours = !e && id == os_id;
	if (!e && !hv->os_id_ours)
		return FAIL(hv, HVSMP_ERROR_DENIED, "GUEST_OS_ID reads back 0x%lx, not 0x%lx",
			    (unsigned long)id, (unsigned long)os_id);
	return e;
}

static enum hvsmp_error read_vp_index(struct hvsmp_interface *hv)
{
	uint64_t value[2];
	struct hvsmp_result r = hvsmp_register_get(hv->host, HVSMP_REGISTER_VP_INDEX, value);

	if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return failed(hv, &r, "HvCallGetVpRegisters", "VP_INDEX");
	hv->bsp_vp_index = (uint32_t)value[0];
	return HVSMP_OK;
}

/* The one call whose answer is known beforehand: the boot processor's own VP index. */
static enum hvsmp_error prove(struct hvsmp_interface *hv, const struct hvsmp_setup_config *config)
{
	const struct hvsmp_caller caller = {.hv = hv,
					    .input = config->input,
					    .output = config->output};
	struct hvsmp_map_entry bsp = {.hw_id = config->bsp_hw_id};
	struct hvsmp_map_info info;
	enum hvsmp_error e = hvsmp_map(&caller, config->bsp_hw_id, 0, &bsp, 1, &info);

	hv->is_proved = !e;
	hv->proof_calls = info.calls;
	hv->bsp_answer = info.bsp_answer;
	hvsmp_format(hv->reason, HVSMP_REASON_SIZE, "%s", info.reason);
	return e;
}

enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config)
{
	enum hvsmp_error e;

	*hv = (struct hvsmp_interface){.host = host,
				       .bsp_vp_index = HVSMP_VP_UNKNOWN,
				       .bsp_answer = HVSMP_VP_UNKNOWN};
	e = set_os_id(hv, config->os_id);
	if (!e)
		e = read_vp_index(hv);
	if (!e)
		e = prove(hv, config);
	if (e)
		hvsmp_teardown(hv);
	return e;
}

enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index)
{
	uint64_t value[2];
	struct hvsmp_result r = hvsmp_register_get(host, HVSMP_REGISTER_VP_INDEX, value);

	*vp_index = HVSMP_VP_UNKNOWN;
	if (!hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return HVSMP_ERROR_FAULT;
	*vp_index = (uint32_t)value[0];
	return HVSMP_OK;
}

void hvsmp_teardown(struct hvsmp_interface *hv)
{
	/* Nothing to say if it fails: the interface is being given up. */
	if (hv->os_id_ours)
		(void)hvsmp_register_set(hv->host, HVSMP_REGISTER_GUEST_OS_ID, 0);
	hv->os_id_ours = false;
}

/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor, recognised by the firmware's word. Its registers are read by hypercall on ARM64,
 * so as long as none is made there are none, and each question about them is answered so.
 */
#include "hv/hv.h"
#include "hv/text.h"
#include "hv/aarch64/tlfs.h"

#define NO_CALLS "hypercalls are not made on ARM64 yet"

void hvsmp_detect(struct hvsmp_features *out, uint64_t vendor)
{
	*out = (struct hvsmp_features){.present = vendor == HVSMP_FADT_VENDOR};
	for (unsigned int i = 0; i < sizeof(vendor) && out->present; i++)
		out->vendor[i] = (char)(vendor >> 8 * i);
}

bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	(void)f;
	reason[0] = '\0';
	return false;
}

bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	if (!f->present)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "no hypervisor (the FADT does not say \"MsHyperV\")");
	else
		hvsmp_format(reason, HVSMP_REASON_SIZE, NO_CALLS);
	return false;
}

bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	(void)f;
	hvsmp_format(reason, HVSMP_REASON_SIZE, NO_CALLS);
	return false;
}

bool hvsmp_has_vp_index(const struct hvsmp_features *f)
{
	return f->is_hv1;
}

bool hvsmp_recommends_ipi(const struct hvsmp_features *f)
{
	return f->is_hv1;
}

bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f)
{
	return f->is_hv1;
}

enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config)
{
	(void)config;
	*hv = (struct hvsmp_interface){.host = host,
				       .bsp_vp_index = HVSMP_VP_UNKNOWN,
				       .bsp_answer = HVSMP_VP_UNKNOWN};
	hvsmp_format(hv->reason, HVSMP_REASON_SIZE, NO_CALLS);
	return HVSMP_ERROR_DENIED;
}

enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index)
{
	(void)host;
	*vp_index = HVSMP_VP_UNKNOWN;
	return HVSMP_ERROR_FAULT;
}

void hvsmp_teardown(struct hvsmp_interface *hv)
{
	(void)hv;
}

bool hvsmp_crash_tell(const struct hvsmp_features *f, const struct hvsmp_host *host,
		      const struct hvsmp_crash *crash)
{
	(void)f;
	(void)host;
	(void)crash;
	return false;
}

bool hvsmp_has_reference_counter(const struct hvsmp_features *f)
{
	return f->is_hv1;
}

uint64_t hvsmp_reference_counter(void *ctx)
{
	(void)ctx;
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Detection: the firmware's word, or else the answer to the query for the vendor's UID; then what
 * is granted, by registers that may be read before there is an OS id. That an HVC raised no
 * exception says nothing: firmware and other hypervisors answer it, too.
 */
#include "hv/text.h"
#include "hv/aarch64/registers.h"
#include "hv/aarch64/tlfs.h"

static void put_name(char *out, uint64_t letters)
{
	for (unsigned int i = 0; i < sizeof(letters); i++)
		out[i] = (char)(letters >> 8 * i);
}

static bool has_vendor_uid(const struct hvsmp_host *host)
{
	static const uint32_t uid[] = HVSMP_VENDOR_UID;
	uint64_t x[HVSMP_HVC_REGISTERS] = {HVSMP_SMCCC_VENDOR_UID};

	if (!host->hvc(host->ctx, HVSMP_HVC_SMCCC, x))
		return false;
	for (unsigned int i = 0; i < sizeof(uid) / sizeof(uid[0]); i++) {
		if ((uint32_t)x[i] != uid[i])
			return false;
	}
	return true;
}

static void read_features(struct hvsmp_features *out, const struct hvsmp_host *host)
{
	static const uint32_t names[] = {HVSMP_REGISTER_PRIVILEGES, HVSMP_REGISTER_FEATURES,
					 HVSMP_REGISTER_LIMITS};
	uint64_t value[sizeof(names) / sizeof(names[0])][2];

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		out->unread = names[i];
		out->answer = hvsmp_register_get(host, names[i], value[i]);
		if (!hvsmp_answers(&out->answer, HVSMP_STATUS_SUCCESS))
			return;
	}
	out->unread = 0;
	out->is_hv1 = true;
	out->privileges = value[0][0];
	out->more = (uint32_t)value[0][1];
	out->hints = (uint32_t)value[1][0];
	out->vp_limit = (uint32_t)value[2][0];
	if (out->vp_limit == HVSMP_LIMIT_NONE)
		out->vp_limit = 0;
}

void hvsmp_detect(struct hvsmp_features *out, const struct hvsmp_host *host, uint64_t vendor)
{
	*out = (struct hvsmp_features){.present = vendor == HVSMP_FADT_VENDOR};
	if (!out->present)
		out->by_uid = out->present = has_vendor_uid(host);
	if (!out->present)
		return;
	put_name(out->vendor, HVSMP_FADT_VENDOR);
	read_features(out, host);
}

bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	(void)f;
	reason[0] = '\0';
	return false;
}

static bool withheld(const struct hvsmp_features *f, uint64_t privilege, const char *name,
		     char reason[HVSMP_REASON_SIZE])
{
	if (f->privileges & privilege)
		return false;
	hvsmp_format(reason, HVSMP_REASON_SIZE,
		     "privilege %s is withheld (register 0x%03x is 0x%lx)", name,
		     HVSMP_REGISTER_PRIVILEGES, (unsigned long)f->privileges);
	return true;
}

bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	char answer[HVSMP_ANSWER_SIZE];

	reason[0] = '\0';
	if (!f->present)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "no hypervisor (neither does the FADT say \"MsHyperV\" nor the "
			     "vendor's UID)");
	else if (!f->is_hv1)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "register 0x%03x cannot be read: HvCallGetVpRegisters %s", f->unread,
			     hvsmp_describe(&f->answer, answer));
	else
		return !withheld(f, HVSMP_PRIVILEGE_HYPERCALL_MSRS, "AccessHypercallMsrs",
				 reason) &&
		       !withheld(f, HVSMP_PRIVILEGE_VP_INDEX, "AccessVpIndex", reason) &&
		       !withheld(f, HVSMP_PRIVILEGE_START_VP, "StartVirtualProcessor", reason);
	return false;
}

bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	(void)f;
	hvsmp_format(reason, HVSMP_REASON_SIZE, "VTLs are used on x86-64 alone");
	return false;
}

void hvsmp_version(const struct hvsmp_features *f, const struct hvsmp_host *host, char *out,
		   size_t size)
{
	uint64_t v[2] = {0};

	if (f->is_hv1)
		(void)hvsmp_register_get(host, HVSMP_REGISTER_VERSION, v);
	/* major.minor.build.service number-branch-service pack */
	hvsmp_format(out, size, "%u.%u.%u.%u-%u-%u", (unsigned int)(v[0] >> 48),
		     (unsigned int)(v[0] >> 32 & 0xFFFFU), (unsigned int)v[0],
		     (unsigned int)(v[1] >> 32 & 0xFFFFFFU), (unsigned int)(v[1] >> 56),
		     (unsigned int)v[1]);
}

bool hvsmp_has_vp_index(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_VP_INDEX;
}

/* Which number of a software-generated interrupt a vector is, no document says. */
bool hvsmp_recommends_ipi(const struct hvsmp_features *f)
{
	(void)f;
	return false;
}

bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f)
{
	(void)f;
	return false;
}

/* SPDX-License-Identifier: MIT */
/*
 * Detection by CPUID alone. "Hv#1" is the gate, not the vendor's name: KVM has the one without the
 * other. Each missing condition has its own text, because "INIT-SIPI was used" helps no reader.
 */
#include "hv/hv.h"
#include "hv/text.h"
#include "hv/x86_64/tlfs.h"

static void put_name(char *out, uint32_t part)
{
	for (unsigned int i = 0; i < 4; i++) {
		char c = (char)(part >> 8 * i);

		out[i] = !c || (c >= ' ' && c <= '~') ? c : '.';
	}
}

/*
 * A second hypervisor's leaves follow the first one's in steps of 0x100. Hyper-V's would be of no
 * use there, as the MSRs belong to the first one, but the report should not say that there is none.
 */
static uint32_t find_behind(hvsmp_cpuid_fn cpuid)
{
	for (uint32_t base = HVSMP_CPUID_VENDOR + HVSMP_CPUID_RANGE; base <= HVSMP_CPUID_LAST_RANGE;
	     base += HVSMP_CPUID_RANGE) {
		if (cpuid(base, 0).eax > base && cpuid(base + 1, 0).eax == HVSMP_INTERFACE_HV1)
			return base;
	}
	return 0;
}

static void detect_isolation(struct hvsmp_features *out, hvsmp_cpuid_fn cpuid)
{
	struct hvsmp_cpuid r;

	if (out->highest_leaf < HVSMP_CPUID_ISOLATION) {
		out->isolation = HVSMP_ISOLATION_UNKNOWN;
		return;
	}
	r = cpuid(HVSMP_CPUID_ISOLATION, 0);
	out->isolation = r.ebx & HVSMP_ISOLATION_TYPE_MASK;
	out->paravisor = r.eax & HVSMP_ISOLATION_PARAVISOR;
}

void hvsmp_detect(struct hvsmp_features *out, hvsmp_cpuid_fn cpuid)
{
	struct hvsmp_cpuid r;

	*out = (struct hvsmp_features){0};
	out->present = cpuid(1, 0).ecx & HVSMP_CPUID1_ECX_HYPERVISOR;
	if (!out->present)
		return;
	r = cpuid(HVSMP_CPUID_VENDOR, 0);
	out->highest_leaf = r.eax;
	put_name(out->vendor, r.ebx);
	put_name(out->vendor + 4, r.ecx);
	put_name(out->vendor + 8, r.edx);
	if (out->highest_leaf < HVSMP_CPUID_INTERFACE)
		return;
	r = cpuid(HVSMP_CPUID_INTERFACE, 0);
	out->interface_id = r.eax;
	if (r.eax != HVSMP_INTERFACE_HV1)
		out->behind = find_behind(cpuid);
	put_name(out->interface_name, r.eax);
	out->is_hv1 = r.eax == HVSMP_INTERFACE_HV1 && out->highest_leaf >= HVSMP_CPUID_MIN_LEAF;
	if (!out->is_hv1)
		return;
	r = cpuid(HVSMP_CPUID_FEATURES, 0);
	out->privileges = (uint64_t)r.ebx << 32 | r.eax;
	out->features_edx = r.edx;
	out->hints = cpuid(HVSMP_CPUID_RECOMMENDATIONS, 0).eax;
	r = cpuid(HVSMP_CPUID_LIMITS, 0);
	out->vp_limit = r.eax == HVSMP_LIMIT_NONE ? 0 : r.eax;
	if (out->privileges & HVSMP_PRIVILEGE_ISOLATION)
		detect_isolation(out, cpuid);
}

bool hvsmp_is_isolated(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	reason[0] = '\0';
	if (f->paravisor || f->isolation < HVSMP_ISOLATION_SNP)
		return false;
	if (f->isolation == HVSMP_ISOLATION_SNP)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "isolated VM (SNP, no paravisor): a processor starts from a VMSA page "
			     "there, not from a context");
	else if (f->isolation == HVSMP_ISOLATION_TDX)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "isolated VM (TDX, no paravisor): a processor starts at the reset "
			     "vector there, whatever the context");
	else if (f->isolation == HVSMP_ISOLATION_UNKNOWN)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "isolation unknown: it is announced, and the highest leaf is 0x%08x, "
			     "below 0x%08x, which would say which",
			     f->highest_leaf, HVSMP_CPUID_ISOLATION);
	else
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "isolated VM (type %u, no paravisor): not known", f->isolation);
	return true;
}

static bool withheld(const struct hvsmp_features *f, uint64_t privilege, const char *name,
		     char reason[HVSMP_REASON_SIZE])
{
	if (f->privileges & privilege)
		return false;
	hvsmp_format(reason, HVSMP_REASON_SIZE,
		     "privilege %s is withheld (leaf 0x40000003 EBX:EAX is 0x%08x:0x%08x)", name,
		     (unsigned int)(f->privileges >> 32), (unsigned int)f->privileges);
	return true;
}

bool hvsmp_may_start_vps(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	reason[0] = '\0';
	if (!f->present)
		hvsmp_format(reason, HVSMP_REASON_SIZE, "no hypervisor (CPUID.1:ECX[31] is 0)");
	else if (f->behind)
		hvsmp_format(
			reason, HVSMP_REASON_SIZE,
			"\"Hv#1\" stands at leaf 0x%08x only, behind another hypervisor (\"%s\")",
			f->behind, f->vendor);
	else if (f->interface_id != HVSMP_INTERFACE_HV1)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "the hypervisor's interface is \"%s\" (0x%08x), not \"Hv#1\"",
			     f->interface_name, f->interface_id);
	else if (!f->is_hv1)
		hvsmp_format(reason, HVSMP_REASON_SIZE,
			     "highest hypervisor leaf is 0x%08x, must be at least 0x%08x",
			     f->highest_leaf, HVSMP_CPUID_MIN_LEAF);
	else
		return !hvsmp_is_isolated(f, reason) &&
		       !withheld(f, HVSMP_PRIVILEGE_HYPERCALL_MSRS, "AccessHypercallMsrs",
				 reason) &&
		       !withheld(f, HVSMP_PRIVILEGE_VP_INDEX, "AccessVpIndex", reason) &&
		       !withheld(f, HVSMP_PRIVILEGE_START_VP, "StartVirtualProcessor", reason);
	return false;
}

bool hvsmp_may_use_vtls(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	return hvsmp_may_start_vps(f, reason) &&
	       !withheld(f, HVSMP_PRIVILEGE_VSM, "AccessVsm", reason) &&
	       !withheld(f, HVSMP_PRIVILEGE_VP_REGISTERS, "AccessVpRegisters", reason);
}

bool hvsmp_may_intercept(const struct hvsmp_features *f, char reason[HVSMP_REASON_SIZE])
{
	return !withheld(f, HVSMP_PRIVILEGE_SYNIC, "AccessSynicRegs", reason) &&
	       !withheld(f, HVSMP_PRIVILEGE_APIC_MSRS, "AccessIntrCtrlRegs", reason);
}

void hvsmp_version(const struct hvsmp_features *f, hvsmp_cpuid_fn cpuid, char *out, size_t size)
{
	struct hvsmp_cpuid r = {0};

	if (f->is_hv1)
		r = cpuid(HVSMP_CPUID_VERSION, 0);
	/* major.minor.build.service number-branch-service pack */
	hvsmp_format(out, size, "%u.%u.%u.%u-%u-%u", r.ebx >> 16, r.ebx & 0xFFFFU, r.eax,
		     r.edx & 0xFFFFFFU, r.edx >> 24, r.ecx);
}

bool hvsmp_has_vp_index(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_VP_INDEX;
}

bool hvsmp_recommends_ipi(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->hints & HVSMP_HINT_CLUSTER_IPI;
}

bool hvsmp_recommends_ipi_set(const struct hvsmp_features *f)
{
	return hvsmp_recommends_ipi(f) && f->hints & HVSMP_HINT_EX_PROCESSOR_MASKS;
}

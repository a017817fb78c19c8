/* SPDX-License-Identifier: MIT */
/*
 * HV_STATUS_INVALID_REGISTER_VALUE of HvCallStartVirtualProcessor (0x99): one register a row
 * that no processor can run with. The documents name the status, not the registers; a hypervisor
 * may find out only when the VP is to run. Then the VP is lost, or the machine, so these rows come
 * last.
 */
#include "conform/internal.h"

#include "conform/x86_64/registers.h"

/* Where a register stands in the input block, and how wide it is. */
#define AT(field)                                             \
	offsetof(struct hvsmp_start_vp_input, context.field), \
		sizeof(((struct hvsmp_start_vp_input *)0)->context.field)
#define ALL (~0UL)

struct register_row {
	const char *name;
	struct change change;
};

#define BAD "HV_STATUS_INVALID_REGISTER_VALUE: "
/* What a processor does not look at, and hypervisors need not. */
#define ODD "VpContext (16, 224): "

static const struct register_row rows[] = {
	{BAD "Rip not canonical", {AT(rip), 0, NOT_CANONICAL}},

	{BAD "Rflags bit 1 clear", {AT(rflags), RFLAGS_ONE, 0}},
	{BAD "Rflags bit 3", {AT(rflags), 0, 1UL << 3}},
	{BAD "Rflags bit 5", {AT(rflags), 0, 1UL << 5}},
	{BAD "Rflags bit 15", {AT(rflags), 0, 1UL << 15}},
	{BAD "Rflags bit 17 (VM) in long mode", {AT(rflags), 0, RFLAGS_VM}},
	{BAD "Rflags bit 22", {AT(rflags), 0, 1UL << 22}},
	{BAD "Rflags bit 63", {AT(rflags), 0, 1UL << 63}},

	{BAD "Cs base not canonical", {AT(cs.base), 0, NOT_CANONICAL}},
	{BAD "Cs attributes, reserved bits 11:8", {AT(cs.attributes), 0, SEG_RESERVED}},
	{BAD "Cs not present", {AT(cs.attributes), SEG_PRESENT, 0}},
	{BAD "Cs a system segment", {AT(cs.attributes), SEG_NOT_SYSTEM, 0}},
	{BAD "Cs a data segment", {AT(cs.attributes), SEG_TYPE, TYPE_DATA_RW}},
	{BAD "Cs with DPL 3", {AT(cs.attributes), 0, SEG_DPL}},
	{BAD "Cs with L and D", {AT(cs.attributes), 0, SEG_DEFAULT}},
	{ODD "Cs limit above 1 MiB without G", {AT(cs.attributes), SEG_GRANULAR, 0}},
	{ODD "Cs limit not of whole pages with G", {AT(cs.limit), 0xFFF, 0}},

	{BAD "Ds attributes, reserved bits 11:8", {AT(ds.attributes), 0, SEG_RESERVED}},
	{BAD "Ds a system segment", {AT(ds.attributes), SEG_NOT_SYSTEM, 0}},
	{BAD "Ds code that cannot be read", {AT(ds.attributes), SEG_TYPE, TYPE_CODE_X}},
	{BAD "Ds limit above 1 MiB without G", {AT(ds.attributes), SEG_GRANULAR, 0}},
	{BAD "Ds base not canonical", {AT(ds.base), 0, NOT_CANONICAL}},
	{BAD "Es attributes, reserved bits 11:8", {AT(es.attributes), 0, SEG_RESERVED}},
	{BAD "Es limit not of whole pages with G", {AT(es.limit), 0xFFF, 0}},
	{BAD "Fs base not canonical", {AT(fs.base), 0, NOT_CANONICAL}},
	{BAD "Fs attributes, reserved bits 11:8", {AT(fs.attributes), 0, SEG_RESERVED}},
	{BAD "Gs base not canonical", {AT(gs.base), 0, NOT_CANONICAL}},
	{BAD "Gs attributes, reserved bits 11:8", {AT(gs.attributes), 0, SEG_RESERVED}},
	{BAD "Ss attributes, reserved bits 11:8", {AT(ss.attributes), 0, SEG_RESERVED}},
	{BAD "Ss with DPL 3", {AT(ss.attributes), 0, SEG_DPL}},
	{BAD "Ss a data segment that cannot be written",
	 {AT(ss.attributes), SEG_TYPE, TYPE_DATA_R}},

	{BAD "Tr not present", {AT(tr.attributes), SEG_PRESENT, 0}},
	{BAD "Tr not a system segment", {AT(tr.attributes), 0, SEG_NOT_SYSTEM}},
	{BAD "Tr a TSS that is not busy", {AT(tr.attributes), SEG_TYPE, TYPE_TSS}},
	{BAD "Tr base not canonical", {AT(tr.base), 0, NOT_CANONICAL}},
	{BAD "Tr attributes, reserved bits 11:8", {AT(tr.attributes), 0, SEG_RESERVED}},
	{BAD "Tr limit not of whole pages with G", {AT(tr.attributes), 0, SEG_GRANULAR}},
	{BAD "Ldtr a call gate", {AT(ldtr.attributes), 0, SEG_PRESENT | TYPE_CALL_GATE}},
	{BAD "Ldtr base not canonical", {AT(ldtr.base), 0, NOT_CANONICAL}},
	{BAD "Ldtr attributes, reserved bits 11:8", {AT(ldtr.attributes), 0, SEG_RESERVED}},

	{BAD "Idtr base not canonical", {AT(idtr.base), 0, NOT_CANONICAL}},
	{ODD "Idtr padding not zero", {AT(idtr.pad[0]), 0, 1}},
	{BAD "Gdtr base not canonical", {AT(gdtr.base), 0, NOT_CANONICAL}},
	{ODD "Gdtr padding not zero", {AT(gdtr.pad[2]), 0, 1}},

	{BAD "Efer reserved bit 1", {AT(efer), 0, 1UL << 1}},
	{BAD "Efer reserved bit 63", {AT(efer), 0, 1UL << 63}},
	{BAD "Efer with LMA and without LME", {AT(efer), EFER_LME, 0}},
	{BAD "Cr0 bit 32", {AT(cr0), 0, 1UL << 32}},
	{BAD "Cr0 with PG and without PE", {AT(cr0), CR0_PE, 0}},
	{BAD "Cr0 with NW and without CD", {AT(cr0), CR0_CD, CR0_NW}},
	{BAD "Cr3 beyond the physical address space", {AT(cr3), 0, BEYOND_PHYSICAL}},
	{BAD "Cr3 bit 63", {AT(cr3), 0, 1UL << 63}},
	{BAD "Cr4 reserved bit 15", {AT(cr4), 0, 1UL << 15}},
	{BAD "Cr4 reserved bit 63", {AT(cr4), 0, 1UL << 63}},
	{BAD "Cr4 bit 13 (VMXE)", {AT(cr4), 0, CR4_VMXE}},
	{BAD "Cr4 without PAE in long mode", {AT(cr4), CR4_PAE, 0}},
	{BAD "MsrCrPat entry 0 of the reserved type 2", {AT(pat), PAT_BYTE_0, 2}},
	{BAD "MsrCrPat entry 0 of the reserved type 3", {AT(pat), PAT_BYTE_0, 3}},
	{BAD "MsrCrPat entry 7 of the reserved type 8", {AT(pat), PAT_BYTE_0 << 56, 8UL << 56}},
};

/* Bytes of the header that must be zero. */
static const struct change padding[] = {
	{offsetof(struct hvsmp_start_vp_input, pad), 1, 0, 1},
	{offsetof(struct hvsmp_start_vp_input, pad) + 2, 1, 0, 1},
};
static const char *const padding_names[] = {
	"TargetVtl (12, 1): byte 13, behind it, is 1",
	"TargetVtl (12, 1): byte 15, behind it, is 1",
};

void register_rows(struct bench *b)
{
	struct start_row row = {.target = TARGET_WAITING, .dangerous = true};

	row.allowed = ALLOW_PARAMETER | ALLOW_SUCCESS;
	for (size_t i = 0; i < sizeof(padding) / sizeof(padding[0]); i++) {
		row.name = padding_names[i];
		row.change = padding[i];
		start_row(b, &row);
	}
	row.allowed = ALLOW_REGISTER | ALLOW_SUCCESS;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row.name = rows[i].name;
		row.change = rows[i].change;
		start_row(b, &row);
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * refhv, a reference hypervisor for testing: start reading here. The firmware starts it as an
 * application; it sets itself up, turns the running processor into a guest and, as that guest,
 * starts the image under test.
 */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/calls/partition.h"
#include "tests/refhv/calls/stubs.h"
#include "tests/refhv/loader/cfg_parse.h"
#include "tests/refhv/vmm/begin.h"
#include "tests/refhv/vmm/exits.h"
#include "tests/refhv/vmm/memory.h"
#include "tests/refhv/vmm/state.h"

#define VERSION          1
#define STACK_PAGES      2
#define PAGES(bytes)     (((bytes) + PAGE_SIZE - 1) / PAGE_SIZE)
#define VP_PAGES         (PAGES(sizeof(struct vp)) + 1 /* host save area */ + STACK_PAGES)
#define LEAF_EXTENDED    0x80000001U
#define EXTENDED_ECX_SVM (1U << 2)
#define LEAF_SVM         0x8000000AU
#define SVM_EDX_NESTED   (1U << 0)
#define OPCODE_INT3      0xCC
#define GARBAGE_A        1103515245U /* the C standard's example of a generator */
#define GARBAGE_C        12345U

static struct line line;

static void check_processor(void)
{
	if (!(cpu_cpuid(LEAF_EXTENDED, 0).ecx & EXTENDED_ECX_SVM) ||
	    !(cpu_cpuid(LEAF_SVM, 0).edx & SVM_EDX_NESTED))
		log_fatal("processor_has_no_svm_with_nested_paging");
	if (cpu_rdmsr(MSR_VM_CR) & VM_CR_SVMDIS)
		log_fatal("svm_is_disabled");
}

static void read_configuration(void)
{
	static char text[PAGE_SIZE];
	struct cfg_error error;

	cfg_defaults(&hv.partition.cfg);
	hv.partition.cfg.faults.struck = fault_log_strike;
	if (cfg_parse(&hv.partition.cfg, text, boot_read_configuration(text, sizeof(text)), &error))
		return;
	line_begin(&line, "error");
	line_add(&line, " what=configuration line=%u reason=%s", error.line, error.reason);
	log_end_with_error(&line);
}

static struct vp *create_vp(uint32_t apic_id, uint32_t index)
{
	struct vp *vp = memory_take(PAGES(sizeof(struct vp)));

	cpu_fill(vp, 0, offsetof(struct vp, line));
	vp->processor.host_save = memory_take(1);
	vp->active_vtl = hv.partition.cfg.vtl;
	for (uint32_t vtl = 0; vtl < VTLS; vtl++) {
		if (!hv_has_vtl(vtl))
			continue;
		vp->vtl[vtl].vmcb = memory_take(1);
		cpu_fill(vp->vtl[vtl].vmcb, 0, PAGE_SIZE);
	}
	vp->state = VP_RUNNING;                               /* by the firmware; see take_over */
	vp->higher_vtls = partition_vtls(&hv.partition) >> 1; /* the highest is enabled by 0x0F */
	vp->processor.stack_top = (uint64_t)memory_take(STACK_PAGES) + STACK_PAGES * PAGE_SIZE;
	vp->apic_id = apic_id;
	vp->index = index;
	return vp;
}

static void create_partition(const struct boot_processors *processors)
{
	static uint32_t indexes[MAX_VPS];
	struct partition *partition = &hv.partition;

	cpuid_limits(&partition->limits);
	partition->vp_count = processors->count;
	topology_number(partition->cfg.numbering, processors->apic_ids, processors->count, indexes);
	for (uint32_t i = 0; i < processors->count; i++) {
		struct vp *vp = create_vp(processors->apic_ids[i], indexes[i]);

		partition->vps[i] = vp;
		partition->by_apic_id[vp->apic_id] = vp;
		partition->by_index[vp->index] = vp;
	}
	partition->bsp = partition->by_apic_id[processors->bsp_apic_id];
	partition->bsp->higher_vtls = partition_vtls(partition);
}

/* TLFS, HvCallVtlCall, HvCallVtlReturn: MOV RAX, RCX; MOV ECX, code; VMMCALL; RET. */
static void put_stub(uint8_t *at, uint8_t code)
{
	const uint8_t stub[] = {0x48, 0x89, 0xC8, 0xB9, code, 0, 0, 0, 0x0F, 0x01, 0xD9, 0xC3};

	cpu_copy(at, stub, sizeof(stub));
}

/* The instruction that leaves the guest, RET, and what traps at once. */
static uint8_t *create_hypercall_page(uint32_t vtl)
{
	uint8_t *page = memory_take(1);
	static const uint8_t code[] = {0x0F, 0x01, 0xD9 /* VMMCALL */, 0xC3 /* RET */};

	static const uint8_t undefined[] = {0x0F, 0x0B}; /* UD2 */

	cpu_fill(page, OPCODE_INT3, PAGE_SIZE);
	cpu_copy(page, code, sizeof(code));
	if (!hv.partition.cfg.vtl && partition_maximum_vtl(&hv.partition)) {
		put_stub(page + stubs_of(vtl).vtl_call, HV_CALL_VTL_CALL);
		put_stub(page + stubs_of(vtl).vtl_return, HV_CALL_VTL_RETURN);
	}
	if (hv_fault(FAULT_PAGE_UD, NULL))
		cpu_copy(page, undefined, sizeof(undefined));
	const struct fault *fill = hv_fault(FAULT_PAGE_FILL, NULL);

	/* Garbage of a fixed kind, so that runs can be repeated. */
	for (uint32_t i = 0, x = 1; fill && i < PAGE_SIZE; i++, x = x * GARBAGE_A + GARBAGE_C)
		page[i] = fill->value == FILL_ZERO ? 0 : (uint8_t)(x >> 16);
	return page;
}

static void create_hypercall_pages(void)
{
	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		if (hv_has_vtl(vtl))
			hv.hypercall_pages[vtl] = create_hypercall_page(vtl);
	hv.foreign_page = (uint64_t)memory_take(1);
}

/* VTLs that the guest may come to be in. */
static uint64_t count_vtls(void)
{
	uint64_t count = 0;

	for (uint32_t vtl = 0; vtl < VTLS; vtl++)
		count += hv_has_vtl(vtl);
	return count;
}

static void log_partition(void)
{
	const struct partition *partition = &hv.partition;

	line_begin(&line, "start");
	line_add(&line, " version=%u vps=%u apic_ids=", VERSION, partition->vp_count);
	for (uint32_t i = 0; i < partition->vp_count; i++)
		line_add(&line, "%s%u", i ? "," : "", partition->vps[i]->apic_id);
	line_add(&line, " vp_indexes=");
	for (uint32_t i = 0; i < partition->vp_count; i++)
		line_add(&line, "%s%u", i ? "," : "", partition->vps[i]->index);
	line_add(&line,
		 " vp=%s stride=%u reps=%s privileges=0x%016lx preset=%s vtl=%u vsm=%s image=0x%lx",
		 cfg_numbering_name(partition->cfg.numbering), partition->cfg.stride,
		 partition->cfg.one_rep ? "1" : "all", partition->cfg.privileges,
		 cfg_preset_name(&partition->cfg), partition->cfg.vtl,
		 partition_maximum_vtl(partition) == 1 ? "vtl1" : "off", (uint64_t)hv.image);
	log_emit(&line);
}

/* Copy the image with all its state out of the guest's sight, and go on as the copy's guest. */
static void become_guest(void)
{
	static struct entry entry;

	paging_hide(hv.arena);
	paging_hide(hv.trampoline);
	hv.notify_rip = (uint64_t)loader_notify_site;
	entry.host_cr3 = (uint64_t)hv.host.root;
	entry.host_stack = hv.partition.bsp->processor.stack_top;
	entry.host_function = resident_copy(hv.image, arrive_from_loader);
	loader_enter(&entry);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	struct boot_processors *processors;
	uint64_t pages;

	boot_init(image, system_table);
	check_processor();
	read_configuration();
	processors = boot_find_processors();
	boot_measure_tsc(system_table);
	boot_find_windows(system_table);
	hv.log_ring_size = processors->count * LOG_RING_PER_VP;
	if (hv.log_ring_size < LOG_RING_MIN)
		hv.log_ring_size = LOG_RING_MIN;
	if (hv.partition.cfg.log == CFG_LOG_LATE)
		hv.log_ring_size = LOG_RING_LATE;
	pages = (VP_PAGES + count_vtls() /* VMCBs */) * processors->count +
		PAGES(resident_image_size()) + PAGES(hv.log_ring_size) + PAGES(IOPM_SIZE) +
		PAGES(MSRPM_SIZE) + count_vtls() /* hypercall pages */ +
		1 /* where others have it */;
	boot_allocate(pages + paging_pool(pages));
	paging_init(paging_pool(pages));
	create_partition(processors);
	boot_find_hpet(system_table);
	create_hypercall_pages();
	hv.image = memory_take(PAGES(resident_image_size()));
	hv.log_ring = memory_take(PAGES(hv.log_ring_size));
	hv.io_permissions = memory_take(PAGES(IOPM_SIZE));
	hv.msr_permissions = memory_take(PAGES(MSRPM_SIZE));
	io_init();
	msr_init();
	log_partition();
	boot_change_tables(system_table);
	boot_take_low_memory();
	become_guest();
	/* in the guest from here on */
	return boot_start_guest(hv.partition.cfg.start, hv.partition.cfg.args);
}

/* SPDX-License-Identifier: MIT */
/*
 * The guest OS id and the hypercall page. Nothing is believed that was not read back: an enable bit
 * may silently stay 0, a page may be somebody else's, and the page's content is proved by a call
 * that must fail in one known way. Source: TLFS, establishing the hypercall interface.
 */
#include "hv/hv.h"
#include "hv/tlfs.h"
#include "lib/format.h"
#include "lib/string.h"

#define FAIL(hv, err, ...) (format((hv)->reason, HVSMP_REASON_SIZE, __VA_ARGS__), (err))

static enum err read_msr(struct hvsmp_interface *hv, uint32_t msr, const char *name,
			 uint64_t *value)
{
	if (hv->machine->msr_read(msr, value))
		return FAIL(hv, ERR_FAULT, "reading MSR %s faulted", name);
	return OK;
}

static enum err write_msr(struct hvsmp_interface *hv, uint32_t msr, const char *name,
			  uint64_t value)
{
	if (hv->machine->msr_write(msr, value))
		return FAIL(hv, ERR_FAULT, "writing 0x%lx to MSR %s faulted", (unsigned long)value,
			    name);
	return OK;
}

static enum err set_os_id(struct hvsmp_interface *hv)
{
	uint64_t id;
	enum err e = read_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", &id);

	if (e || id) /* somebody's id is as good as ours: the page needs any */
		return e;
	e = write_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", HVSMP_OUR_OS_ID);
	if (!e)
		e = read_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", &id);
	if (!e && id != HVSMP_OUR_OS_ID)
		return FAIL(hv, ERR_DENIED, "GUEST_OS_ID reads back 0x%lx, not 0x%lx",
			    (unsigned long)id, HVSMP_OUR_OS_ID);
	return e;
}

/* Enable the page at `page`, which is RAM of ours that the hypervisor lays its own page over. */
static enum err enable_page(struct hvsmp_interface *hv, uint64_t old, uint64_t page)
{
	uint64_t value = page | (old & HVSMP_HYPERCALL_PRESERVED) | HVSMP_HYPERCALL_ENABLE;
	uint64_t back;
	enum err e = write_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", value);

	if (!e)
		e = read_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", &back);
	if (e)
		return e;
	if (!(back & HVSMP_HYPERCALL_ENABLE))
		return FAIL(hv, ERR_DENIED,
			    "HYPERCALL reads back 0x%lx: the enable bit does not stay",
			    (unsigned long)back);
	hv->page_ours = true;
	if ((back & HVSMP_HYPERCALL_GPA) != page)
		return FAIL(hv, ERR_DENIED, "HYPERCALL reads back page 0x%lx, not 0x%lx",
			    (unsigned long)(back & HVSMP_HYPERCALL_GPA), (unsigned long)page);
	hv->page = page;
	return OK;
}

static enum err set_page(struct hvsmp_interface *hv, struct pages *pages)
{
	uint64_t old;
	void *page;
	enum err e = read_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", &old);

	if (e)
		return e;
	if (old &
	    HVSMP_HYPERCALL_ENABLE) { /* active already, perhaps locked: keep it where it is */
		hv->page = old & HVSMP_HYPERCALL_GPA;
		return OK;
	}
	if (old & HVSMP_HYPERCALL_LOCKED)
		return FAIL(hv, ERR_DENIED, "HYPERCALL is locked while disabled (0x%lx)",
			    (unsigned long)old);
	page = pages_alloc(pages, 1, 0);
	if (!page)
		return FAIL(hv, ERR_NO_MEMORY, "no memory for the hypercall page");
	return enable_page(hv, old, (uint64_t)page);
}

/* A call that does not exist must answer status 2; anything else is not a hypercall page. */
static enum err probe(struct hvsmp_interface *hv)
{
	struct hvsmp_caller caller = {.hv = hv};
	struct hvsmp_result r;

	if (hv->machine->map_executable(hv->page))
		return FAIL(hv, ERR_NO_MEMORY, "the hypercall page 0x%lx cannot be mapped",
			    (unsigned long)hv->page);
	r = hvsmp_call(&caller, HVSMP_CALL_INVALID, 0, 0);
	if (r.err)
		return FAIL(hv, r.err, "the code in the hypercall page faulted");
	if (!hvsmp_status_is(r.status, HVSMP_STATUS_INVALID_HYPERCALL_CODE))
		return FAIL(hv, ERR_DENIED,
			    "an invalid call answered status 0x%02x (%s), must be 0x02",
			    r.status.code, hvsmp_status_name(r.status));
	return OK;
}

enum err hvsmp_setup_page(struct hvsmp_interface *hv, const struct hvsmp_machine *machine,
			  struct pages *pages)
{
	enum err e;

	memset(hv, 0, sizeof(*hv));
	hv->machine = machine;
	hv->bsp_vp_index = HVSMP_VP_UNKNOWN;
	e = set_os_id(hv);
	if (!e)
		e = set_page(hv, pages);
	if (!e)
		e = probe(hv);
	if (e)
		hvsmp_teardown(hv);
	return e;
}

enum err hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_machine *machine,
		     struct pages *pages)
{
	enum err e = hvsmp_setup_page(hv, machine, pages);

	if (e || !hvsmp_vp_index(machine, &hv->bsp_vp_index))
		return e;
	hvsmp_teardown(hv);
	return FAIL(hv, ERR_FAULT, "reading MSR VP_INDEX faulted");
}

bool hvsmp_has_vp_index(const struct hvsmp_features *f)
{
	return f->is_hv1 && f->privileges & HVSMP_PRIVILEGE_VP_INDEX;
}

enum err hvsmp_vp_index(const struct hvsmp_machine *machine, uint32_t *vp_index)
{
	uint64_t value;

	*vp_index = HVSMP_VP_UNKNOWN;
	if (machine->msr_read(HVSMP_MSR_VP_INDEX, &value))
		return ERR_FAULT;
	*vp_index = (uint32_t)value;
	return OK;
}

void hvsmp_teardown(struct hvsmp_interface *hv)
{
	uint64_t value;

	/* Nothing to say if one of these faults: the interface is being given up. */
	if (hv->page_ours && !hv->machine->msr_read(HVSMP_MSR_HYPERCALL, &value) &&
	    !(value & HVSMP_HYPERCALL_LOCKED))
		(void)hv->machine->msr_write(HVSMP_MSR_HYPERCALL, value & ~HVSMP_HYPERCALL_ENABLE);
	hv->page_ours = false;
	if (!hv->machine->msr_read(HVSMP_MSR_GUEST_OS_ID, &value) && value == HVSMP_OUR_OS_ID)
		(void)hv->machine->msr_write(HVSMP_MSR_GUEST_OS_ID, 0);
}

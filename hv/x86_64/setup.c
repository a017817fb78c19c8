/* SPDX-License-Identifier: MIT */
/*
 * The guest OS id and the hypercall page. Nothing is believed that was not read back: an enable bit
 * may silently stay 0, a page may belong to other software, and the page's content is proved by a
 * call whose answer is known. Source: TLFS, establishing the hypercall interface.
 */
#include "hv/hv.h"
#include "hv/text.h"
#include "hv/x86_64/tlfs.h"

#define FAIL(hv, err, ...) (hvsmp_format((hv)->reason, HVSMP_REASON_SIZE, __VA_ARGS__), (err))

static enum hvsmp_error read_msr(struct hvsmp_interface *hv, uint32_t msr, const char *name,
				 uint64_t *value)
{
	if (!hv->host->msr_read(hv->host->ctx, msr, value))
		return FAIL(hv, HVSMP_ERROR_FAULT, "reading MSR %s faulted", name);
	return HVSMP_OK;
}

static enum hvsmp_error write_msr(struct hvsmp_interface *hv, uint32_t msr, const char *name,
				  uint64_t value)
{
	if (!hv->host->msr_write(hv->host->ctx, msr, value))
		return FAIL(hv, HVSMP_ERROR_FAULT, "writing 0x%lx to MSR %s faulted",
			    (unsigned long)value, name);
	return HVSMP_OK;
}

static enum hvsmp_error set_os_id(struct hvsmp_interface *hv, uint64_t os_id)
{
	uint64_t id;
	enum hvsmp_error e = read_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", &id);

	if (e || id) /* any id will do: the page needs one */
		return e;
	if (!os_id)
		return FAIL(hv, HVSMP_ERROR_DENIED, "GUEST_OS_ID is 0, and none was given");
	e = write_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", os_id);
	if (!e)
		e = read_msr(hv, HVSMP_MSR_GUEST_OS_ID, "GUEST_OS_ID", &id);
	hv->os_id_ours = !e && id == os_id;
	if (!e && !hv->os_id_ours)
		return FAIL(hv, HVSMP_ERROR_DENIED, "GUEST_OS_ID reads back 0x%lx, not 0x%lx",
			    (unsigned long)id, (unsigned long)os_id);
	return e;
}

/* The page is RAM of ours that the hypervisor lays its own page over. */
static enum hvsmp_error enable_page(struct hvsmp_interface *hv, uint64_t old,
				    const struct hvsmp_memory *page)
{
	uint64_t value = page->pa | (old & HVSMP_HYPERCALL_PRESERVED) | HVSMP_HYPERCALL_ENABLE;
	uint64_t back;
	enum hvsmp_error e = write_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", value);

	if (!e)
		e = read_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", &back);
	if (e)
		return e;
	if (!(back & HVSMP_HYPERCALL_ENABLE))
		return FAIL(hv, HVSMP_ERROR_DENIED,
			    "HYPERCALL reads back 0x%lx: the enable bit does not stay",
			    (unsigned long)back);
	hv->page_ours = true;
	if ((back & HVSMP_HYPERCALL_GPA) != page->pa)
		return FAIL(hv, HVSMP_ERROR_DENIED, "HYPERCALL reads back page 0x%lx, not 0x%lx",
			    (unsigned long)(back & HVSMP_HYPERCALL_GPA), (unsigned long)page->pa);
	hv->page = *page;
	return HVSMP_OK;
}

static enum hvsmp_error set_page(struct hvsmp_interface *hv, const struct hvsmp_memory *page)
{
	uint64_t old;
	enum hvsmp_error e = read_msr(hv, HVSMP_MSR_HYPERCALL, "HYPERCALL", &old);

	if (e)
		return e;
	if (old &
	    HVSMP_HYPERCALL_ENABLE) { /* active already, perhaps locked: keep it where it is */
		hv->page = (struct hvsmp_memory){NULL, old & HVSMP_HYPERCALL_GPA};
		return HVSMP_OK;
	}
	if (old & HVSMP_HYPERCALL_LOCKED)
		return FAIL(hv, HVSMP_ERROR_DENIED, "HYPERCALL is locked while disabled (0x%lx)",
			    (unsigned long)old);
	if (!page->pa)
		return FAIL(hv, HVSMP_ERROR_NO_MEMORY, "no memory for the hypercall page");
	return enable_page(hv, old, page);
}

static enum hvsmp_error open_page(struct hvsmp_interface *hv, const struct hvsmp_host *host,
				  const struct hvsmp_setup_config *config)
{
	enum hvsmp_error e;

	*hv = (struct hvsmp_interface){.host = host,
				       .bsp_vp_index = HVSMP_VP_UNKNOWN,
				       .bsp_answer = HVSMP_VP_UNKNOWN};
	e = set_os_id(hv, config->os_id);
	if (!e)
		e = set_page(hv, &config->page);
	if (!e && !host->map_code(host->ctx, &hv->page))
		e = FAIL(hv, HVSMP_ERROR_NO_MEMORY, "the hypercall page 0x%lx cannot be mapped",
			 (unsigned long)hv->page.pa);
	return e;
}

/*
 * A call that does not exist. What status it answers is the hypervisor's affair; only what is no
 * answer at all, or elements done by a call without a list, shows that this is no hypercall page.
 */
static enum hvsmp_error probe(struct hvsmp_interface *hv)
{
	char answer[HVSMP_ANSWER_SIZE];
	struct hvsmp_result r =
		hvsmp_call_raw(hv, hvsmp_control(HVSMP_CALL_UNASSIGNED, 0, 0), 0, 0);

	if (r.err || r.reps)
		return FAIL(hv, r.err ? r.err : HVSMP_ERROR_INVALID,
			    "unassigned call 0x%04x %s, %u elements done: no hypercall page",
			    HVSMP_CALL_UNASSIGNED, hvsmp_describe(&r, answer), r.reps);
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
	if (e == HVSMP_ERROR_FAULT)
		hvsmp_format(hv->reason, HVSMP_REASON_SIZE, "hypercall page at 0x%lx: %s",
			     (unsigned long)hv->page.pa, info.reason);
	else
		hvsmp_format(hv->reason, HVSMP_REASON_SIZE, "%s", info.reason);
	return e;
}

enum hvsmp_error hvsmp_setup_page(struct hvsmp_interface *hv, const struct hvsmp_host *host,
				  const struct hvsmp_setup_config *config)
{
	enum hvsmp_error e = open_page(hv, host, config);

	if (!e)
		e = probe(hv);
	if (e)
		hvsmp_teardown(hv);
	return e;
}

enum hvsmp_error hvsmp_setup(struct hvsmp_interface *hv, const struct hvsmp_host *host,
			     const struct hvsmp_setup_config *config)
{
	enum hvsmp_error e = open_page(hv, host, config);

	if (!e && hvsmp_vp_index(host, &hv->bsp_vp_index))
		e = FAIL(hv, HVSMP_ERROR_FAULT, "reading MSR VP_INDEX faulted");
	if (!e)
		e = prove(hv, config);
	if (e)
		hvsmp_teardown(hv);
	return e;
}

bool hvsmp_setup_read(const struct hvsmp_host *host, uint64_t *os_id, uint64_t *hypercall)
{
	return host->msr_read(host->ctx, HVSMP_MSR_GUEST_OS_ID, os_id) &&
	       host->msr_read(host->ctx, HVSMP_MSR_HYPERCALL, hypercall);
}

enum hvsmp_error hvsmp_vp_index(const struct hvsmp_host *host, uint32_t *vp_index)
{
	uint64_t value;

	*vp_index = HVSMP_VP_UNKNOWN;
	if (!host->msr_read(host->ctx, HVSMP_MSR_VP_INDEX, &value))
		return HVSMP_ERROR_FAULT;
	*vp_index = (uint32_t)value;
	return HVSMP_OK;
}

void hvsmp_teardown(struct hvsmp_interface *hv)
{
	const struct hvsmp_host *host = hv->host;
	uint64_t value;

	/* Nothing to say if one of these faults: the interface is being given up. */
	if (hv->page_ours && host->msr_read(host->ctx, HVSMP_MSR_HYPERCALL, &value) &&
	    !(value & HVSMP_HYPERCALL_LOCKED))
		(void)host->msr_write(host->ctx, HVSMP_MSR_HYPERCALL,
				      value & ~HVSMP_HYPERCALL_ENABLE);
	if (hv->os_id_ours)
		(void)host->msr_write(host->ctx, HVSMP_MSR_GUEST_OS_ID, 0);
	hv->page_ours = hv->os_id_ours = false;
}

/* SPDX-License-Identifier: MIT */
/* The hypervisor of monitor_machine.h. */
#include "tests/host/kernel/monitor_machine.h"

#include <string.h>

#include "hv/x86_64/tlfs.h"

enum { PARTITION_STATUS = 0x000D0004, OFFSETS = 0x000D0002, CONFIG = 0x000D0007 };
enum { RIP = 0x00020010, PENDING_EVENT = 0x00010004 };

__asm__(".data\n.balign 4096\n.globl _text, _etext, _erodata\n"
	"_text: .zero 4096\n_etext: .zero 8192\n_erodata: .byte 0\n.text\n");
uint32_t words[ARCH_TARGETS];

struct script_monitor hv;
struct vp vps[CPUS];
uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
_Thread_local struct vp *self;
_Thread_local unsigned int vtl;
jmp_buf ended, hung;
bool has_ended;

static uint64_t answer(uint16_t status, uint64_t reps)
{
	return status | (status ? 0 : reps << 32);
}

static uint64_t get_register(const uint8_t *input, uint8_t *output)
{
	uint64_t value = 0;
	uint32_t name;

	memcpy(&name, input + 16, 4);
	if (name == PARTITION_STATUS)
		value = 0x10001;
	else if (name == OFFSETS)
		value = CALL | RETURN << 12;
	else
		fail();
	memcpy(output, &value, 8);
	return 1ul << 32;
}

static uint64_t set_register(const uint8_t *input)
{
	uint64_t value;
	uint32_t name;

	assert_int_equal(vtl, 1);
	memcpy(&name, input + 16, 4);
	memcpy(&value, input + 32, 8);
	switch (name) {
	case CONFIG:
		assert_int_equal(input[12], 0);
		if (value & 0x40 ? hv.deny : hv.config)
			return value & 0x40 ? hv.deny : hv.config;
		hv.config_value = value;
		break;
	case RIP:
		assert_int_equal(input[12], 0x10);
		if (hv.set_rip)
			return hv.set_rip;
		self->rip = value;
		break;
	case PENDING_EVENT: self->event = value; break;
	default: fail();
	}
	return 1ul << 32;
}

static uint64_t protect(const uint8_t *input, uint64_t count)
{
	assert_int_equal(vtl, 1);
	assert_int_equal(hv.config_value, 0x1F);
	assert_int_equal(input[12], 0x11);
	memcpy(&hv.protected[hv.protects].may, input + 8, 4);
	memcpy(&hv.protected[hv.protects].first, input + 16, 8);
	hv.protected[hv.protects].pages = count;
	return answer(++hv.protects == hv.protect_at ? 6 : 0, count);
}

static uint64_t enable_vp(const uint8_t *input)
{
	uint32_t vp = input[8];

	assert_int_equal(input[12], 1);
	assert_int_equal(vtl, vp == 0 ? 0 : 1); /* itself from below, the others from VTL 1 */
	assert_int_equal(hv.protects, vp == 0 ? 0 : 3);
	hv.enabled++;
	return answer(hv.enable_vp[vp], 0);
}

enum err arch_hypercall(uint64_t at, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result)
{
	const uint8_t *in = (const uint8_t *)input;

	assert_int_equal(hv.hypercall[vtl], at | 1);
	switch (control & 0xFFFF) {
	case 0x0C: *result = protect(in, control >> 32 & 0xFFF); return OK;
	case 0x0D:
		hv.partition_calls++;
		*result = 0;
		return OK;
	case 0x0F: *result = enable_vp(in); return OK;
	case 0x50: *result = get_register(in, (uint8_t *)output); return OK;
	case 0x51: *result = set_register(in); return OK;
	case 0x7FFF: *result = 2; return OK;
	default: fail();
	}
	return OK;
}

static uint64_t *msr_of(uint32_t msr)
{
	switch (msr) {
	case HVSMP_MSR_GUEST_OS_ID: return &hv.os_id[vtl];
	case HVSMP_MSR_HYPERCALL: return &hv.hypercall[vtl];
	case HVSMP_MSR_VP_ASSIST_PAGE: return &self->assist;
	case HVSMP_MSR_SCONTROL: return &self->scontrol;
	case HVSMP_MSR_SIMP: return &self->simp;
	case HVSMP_MSR_SINT0: return &self->sint;
	default: fail(); return NULL;
	}
}

enum err arch_msr_read(uint32_t msr, uint64_t *value)
{
	*value = *msr_of(msr);
	return OK;
}

enum err arch_msr_write(uint32_t msr, uint64_t value)
{
	if (msr == hv.no_msr && self == &vps[hv.no_msr_on])
		return ERR_FAULT;
	*msr_of(msr) = value;
	return OK;
}

static void *in_vtl1(void *arg)
{
	self = arg;
	vtl = 1;
	monitor_enter(NULL);
	return NULL;
}

void enter(struct vp *vp, uint32_t reason)
{
	if (vp->assist)
		((uint32_t *)(vp->assist & ~1ul))[2] = reason;
	if (vp->has_run)
		sem_post(&vp->up);
	else
		assert_int_equal(pthread_create(&vp->thread, NULL, in_vtl1, vp), 0);
	vp->has_run = true;
	sem_wait(&vp->down);
	if (has_ended)
		longjmp(ended, 1);
}

enum err arch_vtl_call(uint64_t code, struct arch_private *found)
{
	*found = (struct arch_private){0};
	assert_int_equal(code, (uint64_t)page + CALL);
	assert_ptr_equal(self, &vps[0]);
	if (!hv.not_again || !self->has_run)
		enter(self, 1);
	return OK;
}

enum err arch_vtl_serve(uint64_t code, bool fast, struct arch_shared *shared)
{
	const uint64_t *assist = (const uint64_t *)(self->assist & ~1ul);

	assert_int_equal(code, (hv.hypercall[1] & ~0xFFFul) + RETURN);
	if (hv.return_faults)
		return ERR_FAULT;
	if (!fast) {
		assert_int_equal(assist[2], 0xAAAA);
		assert_int_equal(assist[3], 0xCCCC);
		assert_false(self->is_pending);
	}
	self->slow += !fast;
	self->fast += fast;
	sem_post(&self->down);
	sem_wait(&self->up);
	if (hv.is_over)
		pthread_exit(NULL);
	shared->rax = 0xAAAA;
	shared->rcx = 0xCCCC;
	return OK;
}

static void send_message(struct vp *vp, uint64_t address)
{
	struct hvsmp_memory_intercept *m = (void *)(vp->simp & ~1ul);

	assert_int_equal(vp->sint, ARCH_NOTIFY_VECTOR);
	assert_int_equal(m->type, 0); /* the last one is done with */
	*m = (struct hvsmp_memory_intercept){
		.type = 0x80000001,
		.size = 80,
		.length = hv.length | 0xE0,
		.access = HVSMP_ACCESS_WRITE,
		.rip = hv.wrong_rip ? hv.wrong_rip : WRITER,
		.gpa = hv.wrong_address ? hv.wrong_address : address,
	};
	vp->is_pending = true;
	enter(vp, 2);
	assert_int_equal(m->type, 0);
}

enum err arch_target_write(const uint32_t *target, uint32_t value)
{
	assert_int_equal(vtl, 0);
	if (hv.hangs && self != &vps[0])
		longjmp(hung, 1);
	if (hv.unprotected)
		words[target - words] = value;
	else if (!hv.silent)
		send_message(self, (uint64_t)target);
	return OK;
}

uint64_t arch_target_writer(void)
{
	return WRITER;
}

uint32_t arch_interrupts(void)
{
	return self->taken;
}

void arch_interrupts_window(void)
{
	self->taken += self->is_pending;
	self->is_pending = false;
}

void arch_interrupts_prepare(void)
{
	assert_int_equal(vtl, 1);
}

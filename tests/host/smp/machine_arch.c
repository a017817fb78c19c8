/* SPDX-License-Identifier: MIT */
/* The machine of threads as arch/arch.h shows it to smp/; see machine.h. */
#include "tests/host/test.h"

#include <pthread.h>
#include <string.h>

#include "tests/host/smp/machine_private.h"

enum { ENTRY_RIP = 0x1234000 };

enum { NMI = 2 };

static arch_fault_fn fault_handler;
static const struct arch_sipi_target *sipi_targets;
static size_t sipi_count;

_Noreturn void arch_park(void)
{
	pthread_exit(NULL);
}

enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn entry, void *owner)
{
	if (!pages_alloc(pages, 1, 0)) /* the stacks */
		return ERR_NO_MEMORY;
	cpu->entry = entry;
	cpu->owner = owner;
	cpu->wanted = (struct arch_state){.rip = ENTRY_RIP, .cr3 = 0x5000};
	cpu->wanted.gs.base = (uint64_t)cpu;
	return OK;
}

void arch_cpu_want(struct arch_cpu *cpu)
{
	cpu->wanted.cr3 = 0x7000;
}

void *arch_cpu_owner(void)
{
	return my_block->owner;
}

uint64_t arch_cpu_first_ticks(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->first_tsc, __ATOMIC_ACQUIRE);
}

void machine_set_first_tsc(struct cpu *cpu, uint64_t tsc)
{
	((struct arch_cpu *)cpu->arch)->first_tsc = tsc;
}

uint32_t arch_cpu_strays(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->strays, __ATOMIC_ACQUIRE);
}

const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu)
{
	return &cpu->wanted;
}

/* An exception on the calling processor; comes back if the handler lets it go on. */
static void raise_fault(uint8_t code)
{
	const struct arch_fault fault = {.code = code, .is_stop = code == NMI, .pc = ENTRY_RIP};
	enum arch_fault_action action = fault_handler(my_block->owner, &fault);

	assert_int_not_equal(action, ARCH_FAULT_PANIC);
	if (action == ARCH_FAULT_PARK)
		pthread_exit(NULL);
}

void arch_cpu_found(struct arch_state *out)
{
	if (me->faults)
		raise_fault(13);
	if (me->gets_nmi)
		raise_fault(NMI);
	__atomic_fetch_add(&me->proofs, 1, __ATOMIC_RELAXED);
	*out = my_block->wanted;
	if (me->other_cr3)
		out->cr3 = 0x6000;
	if (me->other_everything)
		memset(out, 0x5A, sizeof(*out));
}

void arch_set_fault_handler(arch_fault_fn fn)
{
	fault_handler = fn;
}

uint64_t arch_hw_id(void)
{
	return me->apic_id + (me->other_apic ? 1000 : 0);
}

uint64_t arch_hw_id_claimed(void)
{
	return arch_hw_id();
}

void arch_ipi_init_ap(void)
{
}

static void note_ipi(bool is_init, uint32_t apic_id)
{
	if (machine.ipis < MACHINE_IPIS)
		machine.ipi[machine.ipis++] = (struct machine_ipi){is_init, apic_id, arch_ticks()};
}

/* The thread that was this processor has ended, or will; the next start is another thread. */
static enum err take_init(struct machine_vp *vp)
{
	if (vp->no_apic)
		return ERR_TIMEOUT;
	vp->inits++;
	vp->sipis = 0;
	vp->runs = false;
	return OK;
}

enum err arch_reset(uint64_t hw_id)
{
	uint32_t apic_id = (uint32_t)hw_id;

	note_ipi(true, apic_id);
	return take_init(machine_vp(apic_id));
}

enum err arch_apic_send_init_all(void)
{
	note_ipi(true, MACHINE_ALL);
	for (size_t i = 0; i < machine.count; i++) {
		if (i != machine.bsp)
			(void)take_init(&machine.vp[i]);
	}
	return OK;
}

void arch_cpu_renew(struct arch_cpu *cpu)
{
	cpu->first_tsc = 0;
	cpu->entered = cpu->strays = 0;
}

enum err arch_notify(uint64_t hw_id)
{
	uint32_t apic_id = (uint32_t)hw_id;

	__atomic_fetch_add(&machine.ipi_messages, 1, __ATOMIC_RELAXED);
	interrupt_vp(machine_vp(apic_id));
	return OK;
}

void arch_interrupts_prepare(void)
{
}

uint32_t arch_interrupts(void)
{
	return my_block->interrupts;
}

void arch_interrupts_wait(void)
{
	sleep_until_interrupt();
}

void arch_interrupts_window(void)
{
	look_for_interrupt();
}

/* To a processor that is parked: its handler runs here, as if on it. */
enum err arch_stop(uint64_t hw_id)
{
	uint32_t apic_id = (uint32_t)hw_id;
	const struct arch_fault fault = {.code = NMI, .is_stop = true};
	bool stops = __atomic_load_n(&bringup.stopped_by, __ATOMIC_ACQUIRE);

	machine_vp(apic_id)->nmis++;
	if (machine_vp(apic_id)->no_apic)
		return ERR_INVALID;
	for (size_t i = 0; i < bringup.count; i++) {
		if (bringup.record[i]->hw_id == apic_id && !machine_vp(apic_id)->ignores_nmi)
			assert_int_equal(fault_handler(smp_cpu(&bringup, i), &fault),
					 stops ? ARCH_FAULT_PARK : ARCH_FAULT_IGNORE);
	}
	return OK;
}

static void take_startup(struct machine_vp *vp)
{
	assert_true(vp->inits > 0);
	if (vp->sipis++ > 0 || vp->ignores_sipi) /* the second one finds it running */
		return;
	for (size_t i = 0; i < sipi_count; i++) {
		if (sipi_targets[i].apic_id == vp->apic_id)
			send_on_its_way(vp, sipi_targets[i].cpu);
	}
}

enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector)
{
	assert_int_equal(vector, LOW_PAGE >> 12);
	note_ipi(false, apic_id);
	take_startup(machine_vp(apic_id));
	return OK;
}

enum err arch_apic_send_startup_all(uint8_t vector)
{
	assert_int_equal(vector, LOW_PAGE >> 12);
	note_ipi(false, MACHINE_ALL);
	for (size_t i = 0; i < machine.count; i++) {
		if (i != machine.bsp)
			take_startup(&machine.vp[i]);
	}
	return OK;
}

enum err arch_sipi_prepare(uint64_t low_page, struct pages *pages,
			   const struct arch_sipi_target *targets, size_t count)
{
	(void)pages;
	assert_int_equal(low_page, LOW_PAGE);
	sipi_targets = targets;
	sipi_count = count;
	return OK;
}

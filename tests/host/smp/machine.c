/* SPDX-License-Identifier: MIT */
/* The machine of threads; see machine.h. */
#include "tests/host/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "tests/host/smp/machine.h"

enum { THREADS = 4 * MACHINE_VPS, ARENA_PAGES = 4 * MACHINE_VPS, MSR_VP_INDEX = 0x40000002 };
enum { GS_BASE_IN_BLOCK = 104, VP_INDEX_IN_BLOCK = 8 }; /* of the start block */
enum { ENTRY_RIP = 0x1234000, LOW_PAGE = 0x9F000 };

/* What arch.h calls opaque. */
struct arch_cpu {
	arch_ap_fn entry;
	void *owner;
	uint64_t first_tsc;
	uint32_t entered, strays;
};
_Static_assert(sizeof(struct arch_cpu) <= ARCH_CPU_SIZE, "fits where smp/ keeps it");

struct machine machine;

static struct smp smp;
static struct hv hv;
static struct pages memory;
static uint8_t *arena;
static struct topology topology;
static struct topology_cpu topology_cpus[MACHINE_VPS];

static pthread_t thread[THREADS];
static uint32_t threads, joined;
static pthread_mutex_t thread_lock = PTHREAD_MUTEX_INITIALIZER;

static arch_fault_fn fault_handler;
static const struct arch_sipi_target *sipi_targets;
static size_t sipi_count;

/* The processor that a thread is. */
static _Thread_local struct machine_vp *me;
static _Thread_local struct arch_cpu *my_block;

/* --- threads ------------------------------------------------------------------------------------ */

struct start {
	struct machine_vp *vp;
	struct arch_cpu *block;
};

static void *processor(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	me = start.vp;
	my_block = start.block;
	if (me->delay_ms) {
		struct timespec t = {me->delay_ms / 1000, me->delay_ms % 1000 * 1000000L};

		nanosleep(&t, NULL);
	}
	/* As the entry code does: the first one comes in, any other is counted and stops. */
	if (__atomic_fetch_add(&my_block->entered, 1, __ATOMIC_ACQ_REL) > 0) {
		__atomic_fetch_add(&my_block->strays, 1, __ATOMIC_RELEASE);
		return NULL;
	}
	__atomic_store_n(&my_block->first_tsc, arch_tsc(), __ATOMIC_RELEASE);
	my_block->entry(my_block->owner);
	return NULL;
}

static void send_on_its_way(struct machine_vp *vp, struct arch_cpu *block)
{
	uint32_t entries = vp->entries ? vp->entries : 1;

	__atomic_fetch_add(&vp->starts, 1, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < entries; i++) {
		struct start *start = malloc(sizeof(*start));

		*start = (struct start){vp, block};
		pthread_mutex_lock(&thread_lock);
		assert_true(threads < THREADS);
		assert_int_equal(pthread_create(&thread[threads++], NULL, processor, start), 0);
		pthread_mutex_unlock(&thread_lock);
	}
}

/* --- the hypervisor ----------------------------------------------------------------------------- */

struct machine_vp *machine_vp(uint32_t apic_id)
{
	for (size_t i = 0; i < machine.count; i++) {
		if (machine.vp[i].apic_id == apic_id)
			return &machine.vp[i];
	}
	return NULL;
}

static struct machine_vp *by_index(uint32_t vp_index)
{
	for (size_t i = 0; i < machine.count; i++) {
		if (machine.vp[i].vp_index == vp_index)
			return &machine.vp[i];
	}
	return NULL;
}

static uint64_t map_call(uint64_t control, const uint8_t *input, uint8_t *output)
{
	uint32_t count = control >> 32 & 0xFFF;

	if (machine.map_status)
		return machine.map_status;
	for (uint32_t i = control >> 48 & 0xFFF; i < count; i++) {
		const struct machine_vp *vp;
		uint32_t id;

		memcpy(&id, input + 16 + 4 * i, 4);
		vp = machine_vp(id);
		if (!vp || (machine.unknown_id && id == machine.unknown_id))
			return 5 | (uint64_t)i << 32;
		memcpy(output + 4 * i, &vp->vp_index, 4);
	}
	return (uint64_t)count << 32;
}

static enum err start_call(const uint8_t *input, uint64_t *rax)
{
	struct machine_vp *vp;
	struct arch_cpu *block;
	uint32_t vp_index, n;

	memcpy(&vp_index, input + VP_INDEX_IN_BLOCK, 4);
	memcpy(&block, input + GS_BASE_IN_BLOCK, 8);
	vp = by_index(vp_index);
	assert_non_null(vp);
	n = __atomic_fetch_add(&vp->calls_for, 1, __ATOMIC_RELAXED);
	if (me->dies_in_call)
		pthread_exit(NULL);
	if (vp->call_faults)
		return ERR_FAULT;
	*rax = machine.start_status ? machine.start_status : me->caller_status;
	if (*rax)
		return OK;
	if (vp->status && (!vp->times || n < vp->times)) {
		*rax = vp->status;
		if (!vp->starts_anyway)
			return OK;
	}
	if (!vp->never)
		send_on_its_way(vp, block);
	return OK;
}

static enum err hypercall(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
			  uint64_t *rax)
{
	(void)page;
	*rax = 0;
	if ((control & 0xFFFF) == 0x99)
		return start_call((const uint8_t *)input, rax);
	assert_int_equal(control & 0xFFFF, 0x9A);
	*rax = map_call(control, (const uint8_t *)input, (uint8_t *)output);
	return OK;
}

static enum err msr_read(uint32_t msr, uint64_t *value)
{
	assert_int_equal(msr, MSR_VP_INDEX);
	*value = me->vp_index + (me->other_vp ? 1000 : 0);
	return OK;
}

static enum err msr_write(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return ERR_FAULT;
}

static const struct hv_machine hypervisor = {msr_read, msr_write, hypercall, NULL};

/* --- arch/arch.h -------------------------------------------------------------------------------- */

uint64_t arch_tsc(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t arch_clock_ns(void)
{
	return machine.clock_stands ? 1 : arch_tsc();
}

/* One time stamp is one nanosecond here. */
uint64_t arch_clock_from_tsc(uint64_t tsc)
{
	return tsc;
}

/* Threads outnumber the cores, but giving way each time would make a back-off last for seconds. */
void arch_pause(void)
{
	static _Thread_local uint32_t pauses;

	__builtin_ia32_pause();
	if (++pauses % 256 == 0)
		sched_yield();
}

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
	return OK;
}

void *arch_cpu_owner(void)
{
	return my_block->owner;
}

uint64_t arch_cpu_first_tsc(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->first_tsc, __ATOMIC_ACQUIRE);
}

uint32_t arch_cpu_strays(const struct arch_cpu *cpu)
{
	return __atomic_load_n(&cpu->strays, __ATOMIC_ACQUIRE);
}

void arch_cpu_wanted(const struct arch_cpu *cpu, struct arch_state *out)
{
	memset(out, 0, sizeof(*out));
	out->rip = ENTRY_RIP;
	out->gs.base = (uint64_t)cpu;
	out->cr3 = 0x5000;
}

/* An exception on the calling processor; comes back if the handler lets it go on. */
static void raise_fault(uint8_t vector)
{
	const struct arch_fault fault = {.vector = vector, .rip = ENTRY_RIP};
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
		raise_fault(ARCH_VECTOR_NMI);
	__atomic_fetch_add(&me->proofs, 1, __ATOMIC_RELAXED);
	arch_cpu_wanted(my_block, out);
	if (me->other_cr3)
		out->cr3 = 0x6000;
}

void arch_set_fault_handler(arch_fault_fn fn)
{
	fault_handler = fn;
}

uint32_t arch_apic_id(void)
{
	return me->apic_id + (me->other_apic ? 1000 : 0);
}

void arch_apic_init_ap(void)
{
}

enum err arch_apic_send_init(uint32_t apic_id)
{
	struct machine_vp *vp = machine_vp(apic_id);

	if (vp->no_apic)
		return ERR_TIMEOUT;
	vp->inits++;
	return OK;
}

/* To a processor that is parked: its handler runs here, as if on it. */
enum err arch_apic_send_nmi(uint32_t apic_id)
{
	const struct arch_fault fault = {.vector = ARCH_VECTOR_NMI};

	machine_vp(apic_id)->nmis++;
	for (size_t i = 0; i < smp.count; i++) {
		if (smp.cpu[i]->apic_id == apic_id && !machine_vp(apic_id)->ignores_nmi)
			assert_int_equal(fault_handler(smp.cpu[i], &fault), ARCH_FAULT_PARK);
	}
	return OK;
}

enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector)
{
	struct machine_vp *vp = machine_vp(apic_id);

	assert_int_equal(vector, LOW_PAGE >> 12);
	assert_int_equal(vp->inits, 1);
	if (vp->sipis++ > 0 || vp->ignores_sipi) /* the second one finds it running */
		return OK;
	for (size_t i = 0; i < sipi_count; i++) {
		if (sipi_targets[i].apic_id == apic_id)
			send_on_its_way(vp, sipi_targets[i].cpu);
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

/* --- for the tests ------------------------------------------------------------------------------ */

void machine_reset(size_t count, size_t bsp)
{
	log_reset();
	memset(&machine, 0, sizeof(machine));
	machine.count = count;
	machine.bsp = bsp;
	for (uint32_t i = 0; i < count; i++) {
		machine.vp[i].apic_id = i;
		machine.vp[i].vp_index = (uint32_t)((i + 1 + count / 2) % count);
	}
	threads = joined = 0;
	sipi_count = 0;
}

struct smp *machine_prepare(void)
{
	const struct smp_config config = {
		.use_hv = true,
		.use_sipi = true,
		.fanout = true,
		.deadline_ns = MACHINE_DEADLINE_MS * 1000000UL,
		.cap_ns = 20 * MACHINE_DEADLINE_MS * 1000000UL,
		.has_vp_index = true,
		.hv = &hv,
		.machine = &hypervisor,
		.low_page = LOW_PAGE,
	};
	struct page_range range = {.size = ARENA_PAGES * PAGE_SIZE};

	arena = aligned_alloc(PAGE_SIZE, ARENA_PAGES * PAGE_SIZE);
	range.base = (uintptr_t)arena;
	pages_init(&memory, &range, 1);
	for (size_t i = 0; i < machine.count; i++)
		topology_cpus[i] = (struct topology_cpu){.apic_id = machine.vp[i].apic_id,
							 .uid = (uint32_t)i + 1,
							 .numa = SMP_NUMA_UNKNOWN};
	topology = (struct topology){.cpu = topology_cpus,
				     .capacity = MACHINE_VPS,
				     .count = machine.count,
				     .bsp = machine.bsp};
	hv = (struct hv){.machine = &hypervisor, .bsp_vp_index = machine.vp[machine.bsp].vp_index};
	assert_int_equal(smp_prepare(&smp, &config, &topology, &memory), OK);
	me = &machine.vp[machine.bsp];
	my_block = (struct arch_cpu *)smp.bsp->arch;
	return &smp;
}

void machine_run(void)
{
	smp_start_all(&smp);
}

void machine_settle(void)
{
	/* Threads start threads, so the number may still grow while the first ones are joined. */
	for (;;) {
		pthread_t next;
		bool done;

		pthread_mutex_lock(&thread_lock);
		done = joined == threads;
		next = done ? pthread_self() : thread[joined++];
		pthread_mutex_unlock(&thread_lock);
		if (done)
			return;
		pthread_join(next, NULL);
	}
}

void machine_set_first_tsc(struct cpu *cpu, uint64_t tsc)
{
	((struct arch_cpu *)cpu->arch)->first_tsc = tsc;
}

void machine_free(void)
{
	machine_settle();
	free(arena);
	arena = NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * Panics on purpose (panic=, panic_by=), to see what a crash looks like on this machine, from the
 * serial port to the host's event log, and to test that no kind of crash is silent.
 */
#include "kernel/provoke.h"

#include "lib/assert.h"
#include "lib/log.h"

extern char _text[];

/* How long the boot processor waits for the AP's panic: it comes at once or not at all. */
#define AP_PATIENCE_NS 2000000000UL

static enum option_panic_by how;
static bool is_for_ap;

static _Alignas(8) volatile uint8_t data_with_code[] = {0xC3}; /* RET of x86 */

static void overrun(volatile char *array, size_t count)
{
	for (size_t i = 0; i < count; i++)
		array[i] = 'x';
}

/* A function of its own: it must return for its canary to be checked. */
__attribute__((noinline)) static void smash(void)
{
	char array[16];

	overrun(array, 64);
}

static unsigned int exhaust(volatile unsigned int depth)
{
	volatile char frame[1024]; /* the backtrace is to reach the bottom of the stack */

	overrun(frame, sizeof(frame));
	return depth == 0 ? 0 : exhaust(depth - 1) + (unsigned int)frame[0];
}

static void provoke(void)
{
	volatile uint64_t address = 0;

	switch (how) {
	case PANIC_PLAIN: break;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): that is the point */
	case PANIC_NULL_READ: address = *(volatile uint64_t *)address; break;
	case PANIC_TEXT_WRITE: *(volatile char *)_text = 0; break;
	case PANIC_DATA_EXEC:
		address = (uint64_t)data_with_code;
		((void (*)(void))address)();
		break;
	case PANIC_OVERRUN: smash(); break;
	case PANIC_STACK: address = exhaust(1000000); break;
	case PANIC_NMI:
		(void)arch_stop(arch_hw_id());
		for (int i = 0; i < 1000000; i++) /* until it arrives */
			arch_pause();
		break;
	}
	panic("on purpose (panic_by=%s)", options_panic_by_name(how));
}

void provoke_on_ap(struct cpu *cpu)
{
	uint32_t first = cpu->smp->bsp->start.index == 0 ? 1 : 0; /* AP of the ledger */

	if (!is_for_ap || cpu->start.index != first)
		return;
	while (__atomic_load_n(&cpu->smp->starting, __ATOMIC_ACQUIRE)) /* bring-up is bounded */
		arch_pause();
	provoke();
}

void provoke_prepare(const struct options *options)
{
	how = options->panic_by;
	is_for_ap = options->panic == PANIC_AP;
}

void provoke_run(const struct options *options)
{
	uint64_t end = arch_clock_ns() + AP_PATIENCE_NS;

	if (options->panic == PANIC_BSP)
		provoke();
	if (options->panic != PANIC_AP)
		return;
	for (uint64_t looks = 0; arch_clock_ns() < end && looks < AP_PATIENCE_NS; looks++)
		arch_pause();
	log_warn("panic=ap: no AP has panicked");
}

/* SPDX-License-Identifier: MIT */
/*
 * What happens at an exception: a safe access that was waiting for one goes on; an AP may be given
 * up (the handler above decides); anything else is a panic with the registers and a backtrace.
 */
#include "arch/aarch64/cpu.h"
#include "arch/backtrace.h"
#include "lib/assert.h"
#include "lib/log.h"

/* As exceptions.S pushes it. */
struct frame {
	uint64_t x[31];
	uint64_t sp, pc, pstate, esr, far, kind;
	uint64_t pad;
};
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "frame does not match exceptions.S");
_Static_assert(offsetof(struct frame, sp) == FRAME_SP, "sp");
_Static_assert(offsetof(struct frame, pc) == FRAME_PC, "pc");
_Static_assert(offsetof(struct frame, pstate) == FRAME_PSTATE, "pstate");
_Static_assert(offsetof(struct frame, esr) == FRAME_ESR, "esr");
_Static_assert(offsetof(struct frame, far) == FRAME_FAR, "far");
_Static_assert(offsetof(struct frame, kind) == FRAME_KIND, "kind");

/* Of four entries: synchronous, IRQ, FIQ, SError. */
enum { KIND_SYNCHRONOUS, KIND_IRQ, KIND_FIQ, KIND_SERROR, KINDS = 4 };

/* Fault codes: of a synchronous exception its class (ESR_EL1.EC, 6 bits); others behind them. */
enum { CODE_STOP = 0x40, CODE_KINDS = 0x40 };
#define ESR_CLASS(esr) ((uint8_t)((esr) >> 26 & 0x3F))

static arch_fault_fn fault_handler;

static const struct {
	uint8_t code;
	char name[31]; /* in place: a pointer would have to be relocated */
} names[] = {
	{0x00, "undefined instruction"},
	{0x01, "trapped WFI or WFE"},
	{0x07, "trapped FP or SIMD"},
	{0x0E, "illegal execution state"},
	{0x15, "SVC"},
	{0x16, "HVC"},
	{0x17, "SMC"},
	{0x18, "trapped system register"},
	{0x20, "instruction abort of EL0"},
	{0x21, "instruction abort"},
	{0x22, "misaligned PC"},
	{0x24, "data abort of EL0"},
	{0x25, "data abort"},
	{0x26, "misaligned SP"},
	{0x2F, "SError"},
	{0x31, "breakpoint"},
	{0x33, "step"},
	{0x35, "watchpoint"},
	{0x3C, "BRK"},
	{CODE_STOP, "stop interrupt"},
	{CODE_KINDS + KIND_IRQ, "unexpected interrupt"},
	{CODE_KINDS + KIND_FIQ, "fast interrupt"},
	{CODE_KINDS + KIND_SERROR, "SError"},
};

const char *arch_fault_name(uint8_t code)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code)
			return names[i].name;
	}
	return "exception of an unknown class";
}

void arch_set_fault_handler(arch_fault_fn fn)
{
	fault_handler = fn;
}

static void dump(const struct frame *f, uint8_t code)
{
	log_print("\nexception %s (class 0x%02lx, syndrome 0x%lx) at pc 0x%016lx\n",
		  arch_fault_name(code), (unsigned long)ESR_CLASS(f->esr), (unsigned long)f->esr,
		  (unsigned long)f->pc);
	for (unsigned int i = 0; i < 28; i += 4)
		log_print("  x%-2u %016lx x%-2u %016lx x%-2u %016lx x%-2u %016lx\n", i, f->x[i],
			  i + 1, f->x[i + 1], i + 2, f->x[i + 2], i + 3, f->x[i + 3]);
	log_print("  x28 %016lx x29 %016lx x30 %016lx sp  %016lx\n", f->x[28], f->x[29], f->x[30],
		  f->sp);
	log_print("  pstate %08lx address %016lx sctlr %08lx ttbr0 %010lx tcr %010lx\n", f->pstate,
		  f->far, READ_SYSREG(sctlr_el1), READ_SYSREG(ttbr0_el1), READ_SYSREG(tcr_el1));
}

/*
 * All of it the first time. What comes on top while that one is told, or the machine ends, is a
 * line, and if even a line faults nothing.
 */
static void tell(const struct frame *f, uint8_t code)
{
	static unsigned int told;
	unsigned int before = __atomic_fetch_add(&told, 1, __ATOMIC_RELAXED);

	if (before == 0 && !panic_is_under_way()) {
		dump(f, code);
		backtrace_from(f->pc, f->x[29]);
	} else if (before < 2) {
		log_print("\nexception %s at pc 0x%016lx, address 0x%016lx, in the middle of it\n",
			  arch_fault_name(code), (unsigned long)f->pc, (unsigned long)f->far);
	}
}

static uint8_t code_of(const struct frame *f, enum gic_taken taken)
{
	unsigned int kind = f->kind % KINDS;

	if (kind == KIND_SYNCHRONOUS)
		return ESR_CLASS(f->esr);
	return (uint8_t)(taken == GIC_TOOK_STOP ? CODE_STOP : CODE_KINDS + kind);
}

void exception(struct frame *frame);

/* Called by every entry of exceptions.S. */
void exception(struct frame *frame)
{
	struct arch_cpu *cpu = this_cpu();
	unsigned int kind = frame->kind % KINDS;
	enum gic_taken taken = kind == KIND_IRQ ? gic_take(cpu) : GIC_TOOK_UNKNOWN;
	struct arch_fault fault = {
		.code = code_of(frame, taken),
		.is_stop = taken == GIC_TOOK_STOP,
		.pc = frame->pc,
	};
	enum arch_fault_action action = ARCH_FAULT_PANIC;

	if (taken == GIC_TOOK_ALL)
		return;
	if (cpu->recover_pc && kind == KIND_SYNCHRONOUS) {
		frame->pc = cpu->recover_pc;
		cpu->recover_pc = 0;
		return;
	}
	if (fault_handler && cpu->owner)
		action = fault_handler(cpu->owner, &fault);
	switch (action) {
	case ARCH_FAULT_PARK: arch_park();
	case ARCH_FAULT_IGNORE: return;
	case ARCH_FAULT_PANIC: break;
	}
	tell(frame, fault.code);
	panic("%s at 0x%lx", arch_fault_name(fault.code), (unsigned long)fault.pc);
}

/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table and what happens at an exception: a safe access that was waiting
 * for one goes on; an AP may be given up (the handler above decides); anything else is a panic with
 * the registers and a backtrace.
 */
#include "arch/backtrace.h"
#include "arch/x86_64/cpu.h"
#include "lib/assert.h"
#include "lib/log.h"
#include "lib/string.h"

/* As exceptions.asm pushes it; the processor pushed the last five (SDM 6.14.2). */
struct frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};
_Static_assert(sizeof(struct frame) == 22 * 8, "frame does not match exceptions.asm");

struct gate { /* SDM figure 6-8 */
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "64-bit gate is 16 bytes");

#define VECTORS        256
#define GATE_INTERRUPT 0x8E /* present, 64-bit interrupt gate */

enum {
	VECTOR_NMI = 2,
	VECTOR_DF = 8,
	VECTOR_PF = 14,
	VECTOR_MC = 18,
	VECTOR_EXCEPTIONS = 32,
	VECTOR_SPURIOUS = 0xFF
};

extern void (*const exception_stubs[VECTORS])(void);
int msr_read_safe(uint32_t msr, uint64_t *value);
int msr_write_safe(uint32_t msr, uint64_t value);
int hypercall_safe(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
		   uint64_t *result);
void exception(struct frame *frame);

static struct gate idt[VECTORS] __attribute__((aligned(16)));
static struct gate *vectors = idt; /* what processors are given */
_Static_assert(sizeof(idt) == PAGE_SIZE, "a copy is one page");
static arch_fault_fn fault_handler;

static const char *const names[] = {
	"#DE divide error",
	"#DB debug",
	"NMI",
	"#BP breakpoint",
	"#OF overflow",
	"#BR bound range",
	"#UD invalid opcode",
	"#NM no FPU",
	"#DF double fault",
	"vector 9",
	"#TS invalid TSS",
	"#NP segment not present",
	"#SS stack fault",
	"#GP general protection",
	"#PF page fault",
	"vector 15",
	"#MF x87 error",
	"#AC alignment check",
	"#MC machine check",
	"#XM SIMD error",
	"#VE virtualization",
	"#CP control protection",
};

const char *arch_fault_name(uint8_t code)
{
	if (code < sizeof(names) / sizeof(names[0]))
		return names[code];
	return code < VECTOR_EXCEPTIONS ? "reserved exception" : "unexpected interrupt";
}

void arch_set_fault_handler(arch_fault_fn fn)
{
	fault_handler = fn;
}

static uint8_t ist_of(unsigned int vector)
{
	switch (vector) {
	case VECTOR_NMI: return IST_NMI;
	case VECTOR_DF: return IST_DOUBLE_FAULT;
	case VECTOR_MC: return IST_MACHINE_CHECK;
	default: return 0;
	}
}

void idt_init(bool with_stacks)
{
	for (unsigned int i = 0; i < VECTORS; i++) {
		uint64_t stub = (uint64_t)exception_stubs[i];

		idt[i] = (struct gate){
			.offset_low = (uint16_t)stub,
			.selector = SEL_CODE,
			.ist = with_stacks ? ist_of(i) : 0,
			.type = GATE_INTERRUPT,
			.offset_middle = (uint16_t)(stub >> 16),
			.offset_high = (uint32_t)(stub >> 32),
		};
	}
}

struct table_register idt_register(void)
{
	return (struct table_register){sizeof(idt) - 1, (uint64_t)vectors};
}

void idt_use(uint64_t other)
{
	vectors = (struct gate *)other;
}

uint64_t idt_copy(struct pages *pages)
{
	void *copy = pages_alloc(pages, 1, 0);

	if (copy)
		memcpy(copy, vectors, sizeof(idt));
	return (uint64_t)copy;
}

static void dump(const struct frame *f)
{
	log_print("\nexception %s (vector %lu, error 0x%lx) at rip 0x%016lx\n",
		  arch_fault_name((uint8_t)f->vector), f->vector, f->error, f->rip);
	log_print("  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx,
		  f->rdx);
	log_print("  rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", f->rsi, f->rdi, f->rbp,
		  f->rsp);
	log_print("  r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9, f->r10, f->r11);
	log_print("  r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13, f->r14,
		  f->r15);
	log_print("  rflags %08lx cs %04lx ss %04lx cr0 %08lx cr2 %016lx cr3 %08lx cr4 %08lx\n",
		  f->rflags, f->cs, f->ss, read_cr0(), read_cr2(), read_cr3(), read_cr4());
}

/*
 * All of it the first time. What comes on top while that one is told, or the machine ends, is a
 * line, and if even a line faults nothing.
 */
static void tell(const struct frame *f)
{
	static unsigned int told;
	unsigned int before = __atomic_fetch_add(&told, 1, __ATOMIC_RELAXED);

	if (before == 0 && !panic_is_under_way()) {
		dump(f);
		backtrace_from(f->rip, f->rbp);
	} else if (before < 2) {
		log_print("\nexception %s at rip 0x%016lx, address 0x%016lx, in the middle of it\n",
			  arch_fault_name((uint8_t)f->vector), f->rip, read_cr2());
	}
}

/* Called by every stub of exceptions.asm. */
void exception(struct frame *frame)
{
	struct arch_cpu *cpu = (struct arch_cpu *)rdmsr(MSR_GS_BASE);
	struct arch_fault fault = {
		.code = (uint8_t)frame->vector,
		.is_stop = frame->vector == VECTOR_NMI,
		.pc = frame->rip,
	};
	enum arch_fault_action action = ARCH_FAULT_PANIC;

	if (frame->vector == ARCH_NOTIFY_VECTOR) {
		__atomic_store_n(&cpu->interrupts, cpu->interrupts + 1, __ATOMIC_RELAXED);
		apic_end_interrupt();
		return;
	}
	if (frame->vector == VECTOR_SPURIOUS) /* nothing is in service, and nothing to be done */
		return;
	if (cpu->recover_rip && frame->vector != VECTOR_NMI && frame->vector != VECTOR_MC &&
	    frame->vector != VECTOR_DF) {
		frame->rip = cpu->recover_rip;
		frame->rsp = cpu->recover_rsp;
		cpu->recover_rip = 0;
		return;
	}
	if (fault_handler && cpu->owner)
		action = fault_handler(cpu->owner, &fault);
	switch (action) {
	case ARCH_FAULT_PARK: arch_park();
	case ARCH_FAULT_IGNORE: return;
	case ARCH_FAULT_PANIC: break;
	}
	tell(frame);
	panic("%s at 0x%lx", arch_fault_name(fault.code), fault.pc);
}

enum err arch_msr_read(uint32_t msr, uint64_t *value)
{
	*value = 0;
	return msr_read_safe(msr, value) ? ERR_FAULT : OK;
}

enum err arch_msr_write(uint32_t msr, uint64_t value)
{
	return msr_write_safe(msr, value) ? ERR_FAULT : OK;
}

enum err arch_hypercall(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result)
{
	return hypercall_safe(page, control, input, output, result) ? ERR_FAULT : OK;
}

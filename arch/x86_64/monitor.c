/* SPDX-License-Identifier: MIT */
/*
 * A higher trust level that watches the lower one (monitor.asm), and the write that it is shown
 * with: to words of code that nobody runs, by the lower level itself.
 */
#include "arch/x86_64/cpu.h"

#define ASSERT_SHARED(field, offset) \
	_Static_assert(offsetof(struct arch_shared, field) == (offset), #field " moved")

ASSERT_SHARED(rax, SHARED_RAX);
ASSERT_SHARED(rcx, SHARED_RCX);
ASSERT_SHARED(rdx, SHARED_RDX);
ASSERT_SHARED(rbx, SHARED_RBX);
ASSERT_SHARED(rbp, SHARED_RBP);
ASSERT_SHARED(rsi, SHARED_RSI);
ASSERT_SHARED(rdi, SHARED_RDI);
ASSERT_SHARED(r8, SHARED_R8);
ASSERT_SHARED(r9, SHARED_R9);
ASSERT_SHARED(r10, SHARED_R10);
ASSERT_SHARED(r11, SHARED_R11);
ASSERT_SHARED(r12, SHARED_R12);
ASSERT_SHARED(r13, SHARED_R13);
ASSERT_SHARED(r14, SHARED_R14);
ASSERT_SHARED(r15, SHARED_R15);
_Static_assert((uint64_t)CR0_WP_BIT == CR0_WP, "as cpu.h says");

/* monitor.asm: 0, or 1 after a fault. */
int vtl_serve_safe(struct arch_shared *shared, uint64_t code, uint64_t fast);
int target_write_safe(const uint32_t *target, uint32_t value);
void target_writer(void);

enum err arch_vtl_serve(uint64_t code, bool fast, struct arch_shared *shared)
{
	return vtl_serve_safe(shared, code, fast) ? ERR_FAULT : OK;
}

enum err arch_target_write(const uint32_t *target, uint32_t value)
{
	return target_write_safe(target, value) ? ERR_FAULT : OK;
}

uint64_t arch_target_writer(void)
{
	return (uint64_t)target_writer;
}

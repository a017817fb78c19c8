/* SPDX-License-Identifier: MIT */
/*
 * What this library needs of the system that it is built into, and the plain types that both speak.
 * It allocates nothing, prints nothing and keeps no state of its own: memory is handed in, and
 * every failure leaves a text. C11 and C++17.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong on this side of a call; a hypercall's own status is struct hvsmp_status. */
enum hvsmp_error {
	HVSMP_OK,
	HVSMP_ERROR_FAULT,      /* the access or the call raised an exception */
	HVSMP_ERROR_UNANSWERED, /* the call was made and has not come back */
	HVSMP_ERROR_DENIED,     /* the hypervisor refuses, or does not offer it */
	HVSMP_ERROR_INVALID,    /* an answer contradicts what is known, or is none */
	HVSMP_ERROR_NO_MEMORY,  /* the host could not provide or map a page */
};

/* Memory as the processor reaches it, and as the hypervisor does. */
struct hvsmp_memory {
	void *va;    /* NULL: not mapped, or none at all */
	uint64_t pa; /* guest-physical address */
};

struct hvsmp_result;

enum { HVSMP_HVC_REGISTERS = 18 };

/* The host's functions. Any processor that makes calls calls them; ctx is handed through. */
struct hvsmp_host {
	void *ctx;
	/* x64: a model-specific register; false if the access raised an exception. */
	bool (*msr_read)(void *ctx, uint32_t msr, uint64_t *value);
	bool (*msr_write)(void *ctx, uint32_t msr, uint64_t value);
	/*
	 * CALL the page with RCX, RDX and R8 as given, and RAX as *rax has it; *rax is what came
	 * back. On ARM64 HVC #1 with X0 to X2 as given, and X0 is what came back. False: it raised
	 * an exception.
	 */
	bool (*hypercall)(void *ctx, void *page, uint64_t control, uint64_t input, uint64_t output,
			  uint64_t *rax);
	/*
	 * x64, the boot processor alone. Make page->pa readable and executable, not writable, on
	 * every processor that is to make calls; page->va says where, and may be set here. False:
	 * impossible.
	 */
	bool (*map_code)(void *ctx, struct hvsmp_memory *page);
	/* May be NULL. Told of every call after it has come back; any processor. */
	void (*trace)(void *ctx, uint64_t control, const struct hvsmp_result *result);
	/*
	 * ARM64: DSB ISH, then HVC with this immediate, 0 or 1, and X0 to X17 as given, which hold
	 * what came back. False: it raised an exception.
	 */
	bool (*hvc)(void *ctx, uint16_t immediate, uint64_t x[HVSMP_HVC_REGISTERS]);
};

#ifdef __cplusplus
}
#endif

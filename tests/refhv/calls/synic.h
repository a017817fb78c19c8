/* SPDX-License-Identifier: MIT */
/*
 * A VP's synthetic interrupt controller and its four synthetic timers. Pure: time comes in as the
 * reference counter's, interrupts go out as sets of vectors. Under the lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/refhv/tlfs.h"

#define SYNIC_NEVER UINT64_MAX

struct vectors {
	uint64_t bits[4];
};

struct stimer {
	uint64_t config;
	uint64_t count;
	uint64_t due;    /* when it expires; 0: it does not run */
	bool is_waiting; /* it has expired, and there is no room for its message */
};

/* Where the guest's memory is: struct partition has it. */
typedef void *synic_ram(uint64_t gpa, uint64_t bytes);

struct synic {
	uint64_t control;
	uint64_t siefp;
	uint64_t simp;
	uint64_t sints[HV_SINTS];
	struct stimer timers[HV_STIMERS];
	struct hv_message queued; /* for SINT queued_sint, while its type says that there is one */
	uint32_t queued_sint;
	synic_ram *ram;
	struct vectors apic;    /* to be raised by the local APIC */
	struct vectors without; /* to be raised without it: auto-EOI */
};

/* As after INIT. */
void synic_reset(struct synic *s, synic_ram *ram);

/* MSRs of SynIC and timers. False: #GP. */
bool synic_read(const struct synic *s, uint32_t msr, uint64_t *value);
bool synic_write(struct synic *s, uint32_t msr, uint64_t value, uint64_t now);

/* Deliver what has waited, expire what is due. Whenever time has passed or something changed. */
void synic_run(struct synic *s, uint64_t now);

/* When it should be run next. */
uint64_t synic_next(const struct synic *s);

/* Has the VP any of it on, so that it may be interrupted? */
bool synic_is_on(const struct synic *s);

/* Raise a SINT's interrupt. */
void synic_raise(struct synic *s, uint32_t sint);

/* Put a message in its SINT's slot and raise it. False: the slot is taken, or not there. */
bool synic_post(struct synic *s, uint32_t sint, const struct hv_message *message);

/* The same, but a message without room waits. False: another one waits already. */
bool synic_send(struct synic *s, uint32_t sint, const struct hv_message *message);

/* Set an event flag and raise its SINT if it was clear. False: there are no flags. */
bool synic_signal(struct synic *s, uint32_t sint, uint32_t flag);

/* Take the highest vector out of a set; 0: it is empty. */
uint8_t vectors_take(struct vectors *v);
bool vectors_any(const struct vectors *v);

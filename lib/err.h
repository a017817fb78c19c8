/* SPDX-License-Identifier: MIT */
/*
 * The project's one error enum. Hypercall statuses are a type of their own (hv/) and never mix
 * with it.
 */
#pragma once

enum err {
	OK = 0,
	ERR_INVALID = -1,     /* an argument or an input is malformed */
	ERR_NOT_FOUND = -2,   /* what was asked for is not there */
	ERR_NO_MEMORY = -3,   /* an allocation failed */
	ERR_TIMEOUT = -4,     /* a bounded wait ended without its event */
	ERR_UNSUPPORTED = -5, /* the machine does not offer it */
	ERR_FAULT = -6,       /* the processor raised an exception */
	ERR_TRUNCATED = -7,   /* data ends before its own length says */
	ERR_DENIED = -8,      /* it is there and refuses */
	ERR_FULL = -9,        /* a table has no room left */
};

/* Name of an error for people, "unknown error" for any other value. */
const char *err_name(enum err e);

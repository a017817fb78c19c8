/* SPDX-License-Identifier: MIT */
/* Names of the project's errors, for messages and for the report. */
#include "lib/err.h"

const char *err_name(enum err e)
{
	switch (e) {
	case OK: return "ok";
	case ERR_INVALID: return "invalid";
	case ERR_NOT_FOUND: return "not found";
	case ERR_NO_MEMORY: return "no memory";
	case ERR_TIMEOUT: return "timeout";
	case ERR_UNSUPPORTED: return "unsupported";
	case ERR_FAULT: return "fault";
	case ERR_TRUNCATED: return "truncated";
	case ERR_DENIED: return "denied";
	case ERR_FULL: return "full";
	}
	return "unknown error";
}

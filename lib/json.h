/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON straight to the log's sinks. Nothing is allocated; all it remembers is whether the
 * next value needs a comma before it. The caller closes what it opens. Values in an object have a
 * name, those in an array have none (NULL).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct json {
	bool comma; /* the next value is not its container's first */
};

void json_object(struct json *j, const char *name);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *name);
void json_array_end(struct json *j);

void json_number(struct json *j, const char *name, uint64_t value);
void json_signed(struct json *j, const char *name, int64_t value);
void json_bool(struct json *j, const char *name, bool value);
void json_null(struct json *j, const char *name);
/* The number if it is known, else null. */
void json_known(struct json *j, const char *name, uint64_t value, bool known);
/* Bytes outside printable ASCII become \u00XX, so any text makes one line of valid JSON. */
void json_string(struct json *j, const char *name, const char *value);

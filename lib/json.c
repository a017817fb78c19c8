/* SPDX-License-Identifier: MIT */
/* JSON as text: commas, names, escapes. */
#include "lib/json.h"

#include "lib/log.h"

static void begin(struct json *j, const char *name)
{
	if (j->comma)
		log_text(",", 1);
	if (name)
		log_print("\"%s\":", name);
	j->comma = true;
}

static void enter(struct json *j, const char *name, const char *bracket)
{
	begin(j, name);
	log_text(bracket, 1);
	j->comma = false;
}

static void leave(struct json *j, const char *bracket)
{
	log_text(bracket, 1);
	j->comma = true;
}

void json_object(struct json *j, const char *name)
{
	enter(j, name, "{");
}

void json_object_end(struct json *j)
{
	leave(j, "}");
}

void json_array(struct json *j, const char *name)
{
	enter(j, name, "[");
}

void json_array_end(struct json *j)
{
	leave(j, "]");
}

void json_known(struct json *j, const char *name, uint64_t value, bool known)
{
	begin(j, name);
	if (known)
		log_print("%lu", (unsigned long)value);
	else
		log_print("null");
}

void json_number(struct json *j, const char *name, uint64_t value)
{
	json_known(j, name, value, true);
}

void json_signed(struct json *j, const char *name, int64_t value)
{
	begin(j, name);
	log_print("%ld", (long)value);
}

void json_null(struct json *j, const char *name)
{
	json_known(j, name, 0, false);
}

void json_bool(struct json *j, const char *name, bool value)
{
	begin(j, name);
	log_print(value ? "true" : "false");
}

void json_string(struct json *j, const char *name, const char *value)
{
	begin(j, name);
	log_text("\"", 1);
	for (const char *s = value; *s; s++) {
		if (*s == '"' || *s == '\\')
			log_print("\\%c", *s);
		else if (*s < ' ' || *s > '~')
			log_print("\\u%04x", (unsigned int)(unsigned char)*s);
		else
			log_text(s, 1);
	}
	log_text("\"", 1);
}

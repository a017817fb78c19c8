/* SPDX-License-Identifier: MIT */
/* Options from their text. One table says what there is; a mistake costs that one word. */
#include "kernel/options.h"

#include "lib/string.h"

enum { MAX_NUMBER = 600000, MAX_ROUNDS = 1000, MAX_INIT_DELAY_MS = 1000, SHOWN = 48 };

struct choice {
	const char *name;
	unsigned int value;
};

static const struct choice mode_choices[] = {{"normal", MODE_NORMAL},
					     {"selftest", MODE_SELFTEST},
					     {"conformance", MODE_CONFORMANCE},
					     {"bench", MODE_BENCH},
					     {0}};
static const struct choice method_choices[] = {{"hv-serial", OPTION_METHOD(SMP_HV_SERIAL)},
					       {"hv-fanout", OPTION_METHOD(SMP_HV_FANOUT)},
					       {"sipi-serial", OPTION_METHOD(SMP_SIPI_SERIAL)},
					       {"sipi-parallel", OPTION_METHOD(SMP_SIPI_PARALLEL)},
					       {"sipi-broadcast",
						OPTION_METHOD(SMP_SIPI_BROADCAST)},
					       {0}};
static const struct choice start_choices[] = {{"auto", START_AUTO},
					      {"hv", START_HV},
					      {"sipi", START_SIPI},
					      {0}};
static const struct choice switch_choices[] = {{"on", true}, {"off", false}, {0}};
static const struct choice delay_choices[] = {{"auto", INIT_DELAY_AUTO}, {0}};
static const struct choice exit_choices[] = {{"qemu", EXIT_QEMU},
					     {"halt", EXIT_HALT},
					     {"reset", EXIT_RESET},
					     {"poweroff", EXIT_POWEROFF},
					     {0}};
static const struct choice log_choices[] = {{"quiet", LOG_ERROR},
					    {"info", LOG_INFO},
					    {"verbose", LOG_DEBUG},
					    {0}};
static const struct choice report_choices[] = {{"table", REPORT_TABLE},
					       {"json", REPORT_JSON},
					       {"tap", REPORT_TAP},
					       {0}};

static const struct choice panic_choices[] = {{"off", PANIC_OFF},
					      {"bsp", PANIC_BSP},
					      {"ap", PANIC_AP},
					      {0}};
static const struct choice panic_by_choices[] = {{"plain", PANIC_PLAIN},
						 {"null-read", PANIC_NULL_READ},
						 {"text-write", PANIC_TEXT_WRITE},
						 {"data-exec", PANIC_DATA_EXEC},
						 {"overrun", PANIC_OVERRUN},
						 {"stack", PANIC_STACK},
						 {"nmi", PANIC_NMI},
						 {0}};

enum kind { KIND_CHOICE, KIND_SET, KIND_NUMBER, KIND_CHOICE_OR_NUMBER };
enum field {
	FIELD_MODE,
	FIELD_ROUNDS,
	FIELD_METHODS,
	FIELD_START,
	FIELD_FANOUT,
	FIELD_INIT_DELAY,
	FIELD_DEADLINE,
	FIELD_CAP,
	FIELD_EXIT,
	FIELD_LOG,
	FIELD_REPORT,
	FIELD_SCREEN,
	FIELD_SELFTEST,
	FIELD_FAIL_ALLOC,
	FIELD_PANIC,
	FIELD_PANIC_BY
};

static const struct option {
	const char *name;
	enum field field;
	enum kind kind;
	const struct choice *choices;
	const char *values; /* for people */
} known[] = {
	{"mode", FIELD_MODE, KIND_CHOICE, mode_choices, "normal, selftest, conformance or bench"},
	{"rounds", FIELD_ROUNDS, KIND_NUMBER, NULL, "1..1000"},
	{"methods", FIELD_METHODS, KIND_SET, method_choices,
	 "hv-serial, hv-fanout, sipi-serial, sipi-parallel, sipi-broadcast (comma-separated)"},
	{"start", FIELD_START, KIND_CHOICE, start_choices, "auto, hv or sipi"},
	{"fanout", FIELD_FANOUT, KIND_CHOICE, switch_choices, "on or off"},
	{"init_delay", FIELD_INIT_DELAY, KIND_CHOICE_OR_NUMBER, delay_choices,
	 "auto or 0..1000 (ms)"},
	{"deadline", FIELD_DEADLINE, KIND_NUMBER, NULL, "1..600000 (ms)"},
	{"cap", FIELD_CAP, KIND_NUMBER, NULL, "1..600000 (ms)"},
	{"exit", FIELD_EXIT, KIND_CHOICE, exit_choices, "qemu, halt, reset or poweroff"},
	{"log", FIELD_LOG, KIND_CHOICE, log_choices, "quiet, info or verbose"},
	{"report", FIELD_REPORT, KIND_SET, report_choices, "table, json, tap (comma-separated)"},
	{"screen", FIELD_SCREEN, KIND_CHOICE, switch_choices, "on or off"},
	{"selftest", FIELD_SELFTEST, KIND_CHOICE, switch_choices, "on or off"},
	{"fail_alloc", FIELD_FAIL_ALLOC, KIND_NUMBER, NULL, "1..600000"},
	{"panic", FIELD_PANIC, KIND_CHOICE, panic_choices, "off, bsp or ap"},
	{"panic_by", FIELD_PANIC_BY, KIND_CHOICE, panic_by_choices,
	 "plain, null-read, text-write, data-exec, overrun, stack or nmi"},
};

struct word {
	const char *text;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool equals(struct word w, const char *name)
{
	return str_len(name) == w.len && !memcmp(w.text, name, w.len);
}

static int shown(struct word w)
{
	return w.len < SHOWN ? (int)w.len : SHOWN;
}

static bool choose(struct word w, const struct choice *choices, unsigned int *out)
{
	for (; choices->name; choices++) {
		if (equals(w, choices->name)) {
			*out = choices->value;
			return true;
		}
	}
	return false;
}

/* Comma-separated names, at least one. */
static bool choose_set(struct word w, const struct choice *choices, unsigned int *out)
{
	unsigned int set = 0;
	size_t from = 0;

	for (size_t i = 0; i <= w.len; i++) {
		unsigned int bit;

		if (i < w.len && w.text[i] != ',')
			continue;
		if (!choose((struct word){w.text + from, i - from}, choices, &bit))
			return false;
		set |= bit;
		from = i + 1;
	}
	*out = set;
	return true;
}

static unsigned int highest(enum field field)
{
	switch (field) {
	case FIELD_ROUNDS: return MAX_ROUNDS;
	case FIELD_INIT_DELAY: return MAX_INIT_DELAY_MS;
	default: return MAX_NUMBER;
	}
}

static bool whole_number(struct word w, unsigned int max, unsigned int *out)
{
	unsigned int value = 0;

	if (!w.len)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		if (w.text[i] < '0' || w.text[i] > '9')
			return false;
		value = value * 10 + (unsigned int)(w.text[i] - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return true;
}

static void store(struct options *o, enum field field, unsigned int value)
{
	switch (field) {
	case FIELD_MODE: o->mode = (enum option_mode)value; break;
	case FIELD_ROUNDS: o->rounds = value; break;
	case FIELD_METHODS: o->methods = value; break;
	case FIELD_START: o->start = (enum option_start)value; break;
	case FIELD_FANOUT: o->fanout = value; break;
	case FIELD_INIT_DELAY: o->init_delay_ms = value; break;
	case FIELD_DEADLINE: o->deadline_ms = value; break;
	case FIELD_CAP: o->cap_ms = value; break;
	case FIELD_EXIT: o->exit = (enum option_exit)value; break;
	case FIELD_LOG: o->log = (enum log_level)value; break;
	case FIELD_REPORT: o->report = value; break;
	case FIELD_SCREEN: o->screen = value; break;
	case FIELD_SELFTEST: o->selftest = value; break;
	case FIELD_FAIL_ALLOC: o->fail_alloc = value; break;
	case FIELD_PANIC: o->panic = (enum option_panic)value; break;
	case FIELD_PANIC_BY: o->panic_by = (enum option_panic_by)value; break;
	}
}

static void warn_unknown(struct word key)
{
	const struct option *nearest = &known[0];
	size_t best = (size_t)-1;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t distance = str_distance(key.text, (size_t)shown(key), known[i].name);

		if (distance < best) {
			best = distance;
			nearest = &known[i];
		}
	}
	log_warn("unknown option \"%.*s\", the nearest is \"%s\"", shown(key), key.text,
		 nearest->name);
}

static void parse_word(struct word w, struct options *out)
{
	struct word key = {w.text, 0};
	struct word value;
	unsigned int number = 0;

	while (key.len < w.len && w.text[key.len] != '=')
		key.len++;
	value.text = w.text + key.len + (key.len < w.len);
	value.len = (size_t)(w.text + w.len - value.text);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct option *o = &known[i];
		unsigned int max = highest(o->field);
		bool good = false;

		if (!equals(key, o->name))
			continue;
		switch (o->kind) {
		case KIND_CHOICE: good = choose(value, o->choices, &number); break;
		case KIND_SET: good = choose_set(value, o->choices, &number); break;
		case KIND_NUMBER: good = whole_number(value, max, &number) && number; break;
		case KIND_CHOICE_OR_NUMBER:
			good = choose(value, o->choices, &number) ||
			       whole_number(value, max, &number);
			break;
		}
		if (good)
			store(out, o->field, number);
		else
			log_warn("option %s=\"%.*s\": must be %s", o->name, shown(value),
				 value.text, o->values);
		return;
	}
	warn_unknown(key.len ? key : w);
}

void options_parse(const char *text, struct options *out)
{
	*out = (struct options){
		.start = START_AUTO,
		.rounds = 10,
		.methods = OPTION_METHOD(SMP_METHODS) - 1,
		.fanout = true,
		.init_delay_ms = INIT_DELAY_AUTO,
		.deadline_ms = 5000,
		.cap_ms = 60000,
		.exit = EXIT_HALT,
		.log = LOG_INFO,
		.screen = true,
		.report = REPORT_TABLE | REPORT_JSON | REPORT_TAP,
	};
	while (*text) {
		struct word w = {text, 0};

		if (*text == '#') {
			while (*text && *text != '\n')
				text++;
			continue;
		}
		while (text[w.len] && !is_blank(text[w.len]))
			w.len++;
		if (w.len)
			parse_word(w, out);
		text += w.len ? w.len : 1;
	}
}

const char *options_panic_by_name(enum option_panic_by by)
{
	return panic_by_choices[by].name;
}

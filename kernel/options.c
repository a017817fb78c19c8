/* SPDX-License-Identifier: MIT */
/* Options from their text, by one table. A mistake costs only the word it is in. */
#include "kernel/options.h"

#include "kernel/words.h"
#include "lib/format.h"
#include "lib/string.h"
#include "smp/rounds.h"

enum { MAX_NUMBER = 600000, SHOWN = 48, VALUES_SIZE = 128 };

struct choice {
	const char *name;
	unsigned int value;
};

#define MODE_CHOICE(id, name, run, after) {name, id},
static const struct choice mode_choices[] = {MODES(MODE_CHOICE){0}};
static const struct choice method_choices[] = {{"hv-serial", OPTION_METHOD(SMP_HV_SERIAL)},
					       {"hv-fanout", OPTION_METHOD(SMP_HV_FANOUT)},
					       {"sipi-serial", OPTION_METHOD(SMP_SIPI_SERIAL)},
					       {"sipi-parallel", OPTION_METHOD(SMP_SIPI_PARALLEL)},
					       {"sipi-broadcast",
						OPTION_METHOD(SMP_SIPI_BROADCAST)},
					       {"vtl1", OPTION_METHOD_VTL1},
					       {0}};
static const struct choice start_choices[] = {{"auto", START_AUTO},
					      {"hv", START_HV},
					      {ARCH_SECOND_WORD, START_SECOND},
					      {0}};
static const struct choice switch_choices[] = {{"on", true}, {"off", false}, {0}};
static const struct choice vtl_choices[] = {{"off", OPTION_VTL_OFF},
					    {"1", OPTION_VTL_1},
					    {"monitor", OPTION_VTL_MONITOR},
					    {0}};
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
static const struct choice repeat_choices[] = {{"off", 0}, {0}};

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

#define FIELD(name) offsetof(struct options, name), sizeof(((struct options *)0)->name)

/* One row an option: a value of its choices, a set of them, a number in its range, or a text. */
struct option {
	const char *name;
	uint16_t offset, size; /* of the field in struct options: 1 or 4 bytes, or a text's */
	bool is_set;           /* of choices */
	unsigned int initial;
	const struct choice *choices; /* NULL: none */
	unsigned int min, max;        /* max 0: no numbers */
	const char *unit;             /* "", or " (ms)" */
};

#define CHOICE(name, field, choices, initial) name, FIELD(field), false, initial, choices, 0, 0, ""
#define SET(name, field, choices, initial)    name, FIELD(field), true, initial, choices, 0, 0, ""
#define NUMBER(name, field, min, max, unit, initial) \
	name, FIELD(field), false, initial, NULL, min, max, unit
#define TEXT(name, field) name, FIELD(field), false, 0, NULL, 0, 0, ""
#define CHOICE_OR_NUMBER(name, field, choices, min, max, unit, initial) \
	name, FIELD(field), false, initial, choices, min, max, unit

static const struct option known[] = {
	{CHOICE("mode", mode, mode_choices, MODE_NORMAL)},
	{NUMBER("rounds", rounds, 1, 1000, "", 10)},
	{SET("methods", methods, method_choices, OPTION_METHOD(SMP_METHODS + 1) - 1)},
	{CHOICE("start", start, start_choices, START_AUTO)},
	{CHOICE("fanout", fanout, switch_choices, true)},
	{CHOICE("vtl", vtl, vtl_choices, OPTION_VTL_OFF)},
	{CHOICE_OR_NUMBER("init_delay", init_delay_ms, delay_choices, 0, 1000, " (ms)",
			  INIT_DELAY_AUTO)},
	{NUMBER("deadline", deadline_ms, 1, MAX_NUMBER, " (ms)", 5000)},
	{NUMBER("cap", cap_ms, 1, MAX_NUMBER, " (ms)", 60000)},
	{CHOICE("exit", exit, exit_choices, EXIT_HALT)},
	{CHOICE("log", log, log_choices, LOG_INFO)},
	{SET("report", report, report_choices, REPORT_TABLE | REPORT_JSON | REPORT_TAP)},
	{CHOICE("screen", screen, switch_choices, true)},
	{CHOICE("audit", audit, switch_choices, false)},
	{NUMBER("fail_alloc", fail_alloc, 1, MAX_NUMBER, "", 0)},
	{CHOICE("panic", panic, panic_choices, PANIC_OFF)},
	{CHOICE("panic_by", panic_by, panic_by_choices, PANIC_PLAIN)},
	{TEXT("payload", payload)},
	{TEXT("args", args)},
	{CHOICE_OR_NUMBER("repeat", repeat_s, repeat_choices, 1, 600, " (s)", 0)},
};
enum { OPTIONS = sizeof(known) / sizeof(known[0]) };

/* Old names, which still work. */
static const struct {
	const char *old, *name;
} renamed[] = {{"selftest", "audit"}};

struct word {
	const char *text;
	size_t len;
};

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

static bool whole_number(struct word w, unsigned int min, unsigned int max, unsigned int *out)
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
	return value >= min;
}

static void store(struct options *out, const struct option *o, unsigned int value)
{
	uint8_t byte = (uint8_t)value;

	memcpy((uint8_t *)out + o->offset, o->size == 1 ? (void *)&byte : &value, o->size);
}

/* "a, b or c", "a, b (comma-separated)", "auto or 0..9 (ms)" */
static void list_values(const struct option *o, char *out, size_t size)
{
	size_t len = 0;

	for (const struct choice *c = o->choices; c && c->name && len < size; c++) {
		const char *before = c[1].name || o->is_set ? ", " : " or ";

		len += format(out + len, size - len, "%s%s", c == o->choices ? "" : before,
			      c->name);
	}
	if (len >= size)
		return;
	if (o->is_set)
		format(out + len, size - len, " (comma-separated)");
	else if (o->max)
		format(out + len, size - len, "%s%u..%u%s", len ? " or " : "", o->min, o->max,
		       o->unit);
}

static void warn_unknown(struct word key)
{
	const struct option *nearest = &known[0];
	size_t best = (size_t)-1;

	for (size_t i = 0; i < OPTIONS; i++) {
		size_t distance = str_distance(key.text, (size_t)shown(key), known[i].name);

		if (distance < best) {
			best = distance;
			nearest = &known[i];
		}
	}
	log_warn("unknown option \"%.*s\", the nearest is \"%s\"", shown(key), key.text,
		 nearest->name);
}

static const struct option *find(struct word key)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++) {
		if (!equals(key, renamed[i].old))
			continue;
		log_warn("option \"%s\" is called \"%s\" now", renamed[i].old, renamed[i].name);
		key = (struct word){renamed[i].name, str_len(renamed[i].name)};
	}
	for (size_t i = 0; i < OPTIONS; i++) {
		if (equals(key, known[i].name))
			return &known[i];
	}
	return NULL;
}

/* Numbers, choices and sets of them are at most as long as a number. */
static bool is_text(const struct option *o)
{
	return o->size > sizeof(unsigned int);
}

static void store_text(struct options *out, const struct option *o, struct word w)
{
	char *text = (char *)out + o->offset;

	if (str_copy(text, o->size, w.text, w.len))
		return;
	*text = '\0';
	log_warn("option %s: must be at most %u bytes long, is %lu", o->name, o->size - 1U,
		 (unsigned long)w.len);
}

static bool read_value(const struct option *o, struct word w, unsigned int *out)
{
	if (o->is_set)
		return choose_set(w, o->choices, out);
	return (o->choices && choose(w, o->choices, out)) ||
	       (o->max && whole_number(w, o->min, o->max, out));
}

static void parse_word(struct word w, struct options *out)
{
	struct word key = {w.text, 0};
	struct word value;
	const struct option *o;
	unsigned int number = 0;
	char values[VALUES_SIZE];

	while (key.len < w.len && w.text[key.len] != '=')
		key.len++;
	value.text = w.text + key.len + (key.len < w.len);
	value.len = (size_t)(w.text + w.len - value.text);
	o = find(key);
	if (!o) {
		warn_unknown(key.len ? key : w);
	} else if (is_text(o)) {
		store_text(out, o, value);
	} else if (read_value(o, value, &number)) {
		store(out, o, number);
	} else {
		list_values(o, values, sizeof(values));
		log_warn("option %s=\"%.*s\": must be %s", o->name, shown(value), value.text,
			 values);
	}
}

/* For people: what cannot be printed is a '?'. */
static void keep(struct word w, struct options *out)
{
	size_t len = str_len(out->text);

	if (len > sizeof(out->text) - 3) /* no room for a blank and a letter */
		return;
	if (len)
		out->text[len++] = ' ';
	for (size_t i = 0; i < w.len && len < sizeof(out->text) - 1; i++)
		out->text[len++] = w.text[i] >= ' ' && w.text[i] <= '~' ? w.text[i] : '?';
	out->text[len] = '\0';
}

static void take_word(const struct words *w, struct options *out)
{
	keep((struct word){w->raw, w->raw_len}, out);
	if (w->is_open)
		log_warn("option %.*s: its last quote is not closed",
			 shown((struct word){w->word, w->len}), w->word);
	if (w->is_cut)
		log_warn("option %.*s: longer than %d bytes: not used", SHOWN, w->word, WORDS_MAX);
	else
		parse_word((struct word){w->word, w->len}, out);
}

void options_parse(const char *text, struct options *out)
{
	struct words w;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < OPTIONS; i++) {
		if (!is_text(&known[i]))
			store(out, &known[i], known[i].initial);
	}
	words_begin(&w, text);
	while (words_next(&w))
		take_word(&w, out);
	if (out->vtl && out->mode != MODE_NORMAL) {
		log_warn("option vtl=%s goes with mode=normal: it is not used",
			 vtl_choices[out->vtl].name);
		out->vtl = OPTION_VTL_OFF;
	}
}

const char *options_panic_by_name(enum option_panic_by by)
{
	return panic_by_choices[by].name;
}

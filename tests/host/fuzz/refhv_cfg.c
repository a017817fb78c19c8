/* SPDX-License-Identifier: MIT */
/* refhv.cfg, any bytes: it is read, or a line and a reason say why not. */
#include "tests/host/fuzz/fuzz.h"
#include "tests/refhv/loader/cfg_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = (char *)fuzz_copy(data, size);
	struct cfg_error error = {0};
	static struct cfg cfg;
	uint32_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	cfg_defaults(&cfg);
	if (cfg_parse(&cfg, text, size, &error)) {
		ENSURE(cfg.stride == 4 || cfg.stride == 8);
		ENSURE(cfg.faults.count <= sizeof(cfg.faults.list) / sizeof(cfg.faults.list[0]));
		ENSURE(memchr(cfg.start, 0, sizeof(cfg.start)));
		ENSURE(memchr(cfg.args, 0, sizeof(cfg.args)));
		ENSURE(cfg_preset_name(&cfg) && cfg_numbering_name(cfg.numbering));
	} else {
		ENSURE(error.reason && *error.reason);
		ENSURE(error.line >= 1 && error.line <= lines);
	}
	free(text);
	return 0;
}

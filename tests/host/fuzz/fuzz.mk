# SPDX-License-Identifier: MIT
# Fuzzing: `make fuzz SECONDS=60` lets libFuzzer (clang) look for inputs that break a target, with
# the time shared among the targets; `make host-test` gives each target the inputs of its corpus
# once, with the compiler of the host tests. Included after host.mk.
#
# One line a target: its name here and under corpus/, and the sources that it tests or stands on.

FUZZ        = $(BUILD)/fuzz
FUZZ_DIR    = tests/host/fuzz
FUZZ_CC     = clang
FUZZ_CFLAGS = $(HOST_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_LINK   = -fsanitize=fuzzer,address,undefined
SECONDS    ?= 60

define fuzz_target
FUZZ_TARGETS += $(strip $(1))
FUZZ_PROGRAMS += $(FUZZ)/$(strip $(1))
FUZZ_REPLAYS += $(HOST)/fuzz/$(strip $(1))
$(FUZZ)/$(strip $(1)): $(patsubst %,$(FUZZ)/obj/%.o,$(FUZZ_DIR)/$(strip $(1)).c $(2))
$(HOST)/fuzz/$(strip $(1)): $(patsubst %,$(HOST)/obj/%.o,$(FUZZ_DIR)/$(strip $(1)).c $(2)) \
	$(HOST)/fuzz/obj/replay-$(strip $(1)).o
endef

$(eval $(call fuzz_target, tables,   $(addprefix acpi/,tables.c madt.c srat.c fadt.c s5.c) \
	$(ADDRESS)))
$(eval $(call fuzz_target, madt,     acpi/madt.c acpi/tables.c))
$(eval $(call fuzz_target, gic,      acpi/aarch64/gic.c acpi/tables.c))
$(eval $(call fuzz_target, spcr,     acpi/aarch64/spcr.c))
$(eval $(call fuzz_target, srat,     acpi/srat.c acpi/tables.c))
$(eval $(call fuzz_target, fadt,     acpi/fadt.c))
$(eval $(call fuzz_target, s5,       acpi/s5.c))
$(eval $(call fuzz_target, topology, smp/topology.c $(SMP_TOPOLOGY)))
$(eval $(call fuzz_target, topology_arm64, smp/topology.c smp/aarch64/tables.c \
	acpi/aarch64/gic.c $(filter-out smp/x86_64/%,$(SMP_TOPOLOGY))))
$(eval $(call fuzz_target, options,  $(OPTIONS)))
$(eval $(call fuzz_target, options_text, $(TEXT)))
$(eval $(call fuzz_target, hv_map,   hv/vp_map.c hv/x86_64/map_layout.c hv/call.c \
	hv/result.c hv/text.c))
$(eval $(call fuzz_target, memory_map, kernel/memory.c lib/pages.c lib/tally.c \
	lib/log.c lib/format.c lib/string.c lib/err.c))
$(eval $(call fuzz_target, refhv_cfg, tests/refhv/loader/cfg_parse.c $(REFHV_FAULTS)))
$(eval $(call fuzz_target, refhv_decode, tests/refhv/calls/decode.c))
$(eval $(call fuzz_target, refhv_calls, $(REFHV_CALLS)))

# libFuzzer watches the memory functions of libc; ours are tested under other names, as in host.mk.
$(FUZZ)/obj/lib/string.c.o: HOST_DEFS = -Dmemcpy=our_memcpy -Dmemmove=our_memmove \
	-Dmemset=our_memset -Dmemcmp=our_memcmp

$(FUZZ)/obj/%.c.o: %.c $(FUZZ_DIR)/fuzz.mk | fuzz-deps
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (fuzz)")
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(HOST_DEFS) -I. -MMD -MP -c $< -o $@

$(FUZZ_PROGRAMS):
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_LINK) $^ -o $@

$(HOST)/fuzz/obj/replay-%.o: $(FUZZ_DIR)/replay.c $(FUZZ_DIR)/fuzz.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_ASAN) -DFUZZ_CORPUS='"$(FUZZ_DIR)/corpus/$*"' -I. -MMD -MP \
		-c $< -o $@

$(FUZZ_REPLAYS):
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_ASAN) $^ -o $@

host-test: $(FUZZ_REPLAYS)

fuzz: $(FUZZ_PROGRAMS) ## fuzz the readers of tables, options and answers (SECONDS=60 altogether)
	@$(FUZZ_DIR)/run.sh $(FUZZ) $(FUZZ_DIR)/corpus '$(SECONDS)' $(FUZZ_TARGETS)

fuzz-deps:
	@echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(FUZZ_CC) $(FUZZ_LINK) -x c - -o /dev/null 2>/dev/null || \
		{ echo "Fuzzing lacks clang with libFuzzer; run: make deps" >&2; exit 1; }

.PHONY: fuzz fuzz-deps

-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)

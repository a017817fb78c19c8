# SPDX-License-Identifier: MIT
# The benchmark: `make bench` measures this kernel and its peers in one run and writes build/bench/.

BENCH       = $(BUILD)/bench
# The most of plan.toml.
BENCH_ROUNDS = 10
BENCH_FILES = $(BENCH)/floor.bin $(BENCH)/mp.efi $(NESTED)/tsc
MP_OBJS     = $(BUILD)/obj/tests/lab/bench/mp.c.o

bench: all $(BENCH_FILES) ## measure bring-up against its peers, in one run; build/bench/bench.md
	@$(MAKE) --no-print-directory deps-scale || \
		echo "bench: what needs a newer QEMU is left out"
	@$(PYTHON) -m lab.bench.measure --build $(BUILD) --n '$(N)' --boots '$(BOOTS)' \
		--minutes '$(MINUTES)' --qemu '$(QEMU)' --only '$(ONLY)' \
		$(if $(filter command environment,$(origin HV)),--hv '$(HV)') \
		$(if $(QUICK),--quick) $(if $(FULL),--full) $(if $(RESUME),--resume)

bench-docs: ## put tables and plots of the last benchmark into docs/performance.md
	@$(PYTHON) -m lab.bench.measure --build $(BUILD) --docs

$(BENCH)/floor.bin: tests/lab/bench/floor.asm tests/lab/bench/bench.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "NASM  $<")
	$(Q)$(NASM) -f bin -Werror -DROUNDS=$(BENCH_ROUNDS) -o $@ $<

$(BUILD)/obj/tests/lab/bench/%.o: DIR_CFLAGS = -DGNU_EFI_USE_MS_ABI -DROUNDS=$(BENCH_ROUNDS) \
	-isystem $(EFI_INCLUDE) -isystem $(EFI_INCLUDE)/x86_64

$(BENCH)/mp.so: $(MP_OBJS)

-include $(MP_OBJS:.o=.d)
.PHONY: bench bench-docs

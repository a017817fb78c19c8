# SPDX-License-Identifier: MIT
# Host tests: the project's own sources, unchanged, under ASan and UBSan. `make host-test` runs all.
#
# One line a program: its name under tests/host/, and the sources that it tests or stands on.

HOST        = $(BUILD)/host
HOST_CFLAGS = -std=gnu17 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing $(WARNINGS) \
	$(THIS_ARCH)
HOST_ASAN   = -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_TSAN   = -fsanitize=thread

define host_test
HOST_PROGRAMS += $(HOST)/$(strip $(1))
$(HOST)/$(strip $(1)): $(patsubst %,$(HOST)/obj/%.o,tests/host/$(strip $(1)).c $(2))
endef

# The same once more under ThreadSanitizer, for what processors do side by side.
define host_test_threads
$(call host_test, $(1), $(2))
HOST_TSAN_PROGRAMS += $(HOST)/tsan/$(strip $(1))
$(HOST)/tsan/$(strip $(1)): $(patsubst %,$(HOST)/tsan/obj/%.o,tests/host/$(strip $(1)).c $(2))
endef

# What is ARM64's, on this machine: compiled as if it were one.
define host_test_arm64
HOST_PROGRAMS += $(HOST)/$(strip $(1))
$(HOST)/$(strip $(1)): $(patsubst %,$(HOST)/arm64/obj/%.o,tests/host/$(strip $(1)).c $(2))
endef

LIB_FORMAT = lib/format.c lib/string.c
$(eval $(call host_test, lib/test_err,    lib/err.c))
$(eval $(call host_test, lib/test_string, lib/string.c))
$(eval $(call host_test, lib/test_format, $(LIB_FORMAT)))
$(eval $(call host_test, lib/test_log,    lib/log.c $(LIB_FORMAT)))
$(eval $(call host_test, lib/test_tally,  lib/tally.c $(LIB_FORMAT)))
$(eval $(call host_test, lib/test_json,   lib/json.c lib/log.c $(LIB_FORMAT)))
$(eval $(call host_test, lib/test_pages,  lib/pages.c lib/string.c))
$(eval $(call host_test, lib/test_assert, lib/assert.c $(LIB_FORMAT)))

TEXT = boot/text.c lib/log.c $(LIB_FORMAT)
$(eval $(call host_test, boot/test_text, $(TEXT)))

ACPI_BUILD = tests/host/acpi/build.c
$(eval $(call host_test, acpi/test_tables, acpi/tables.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/test_madt,   acpi/madt.c acpi/tables.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/test_wakeup, acpi/wakeup.c acpi/tables.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/test_srat,   acpi/srat.c acpi/tables.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/test_fadt,   acpi/fadt.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/aarch64/test_gic, acpi/aarch64/gic.c acpi/tables.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/aarch64/test_spcr, acpi/aarch64/spcr.c $(ACPI_BUILD)))
$(eval $(call host_test, acpi/test_s5,     acpi/s5.c $(ACPI_BUILD)))

HV_SCRIPTED = hv/call.c hv/result.c hv/text.c tests/host/hv/scripted.c
$(eval $(call host_test, hv/test_tlfs,   hv/start_vp.c hv/x86_64/context.c $(HV_SCRIPTED)))
HV_VP_MAP = hv/vp_map.c hv/x86_64/map_layout.c
HV_MAP = $(HV_VP_MAP) $(HV_SCRIPTED) tests/host/hv/map_fixture.c
$(eval $(call host_test, hv/test_vp_map,         $(HV_MAP)))
$(eval $(call host_test, hv/test_vp_map_answers, $(HV_MAP)))
$(eval $(call host_test, hv/test_setup,  hv/x86_64/setup.c $(HV_VP_MAP) $(HV_SCRIPTED)))
$(eval $(call host_test, hv/test_detect, hv/x86_64/detect.c hv/text.c))
$(eval $(call host_test, hv/test_result, hv/result.c hv/text.c))
$(eval $(call host_test, hv/test_text,   hv/text.c))
$(eval $(call host_test, hv/test_vp_set, hv/vp_set.c))
$(eval $(call host_test, hv/test_ipi,    hv/ipi.c hv/x86_64/detect.c hv/vp_set.c $(HV_SCRIPTED)))
$(eval $(call host_test, hv/test_vtl,    hv/vtl.c hv/x86_64/context.c $(HV_SCRIPTED)))
$(eval $(call host_test, hv/test_protect, hv/protect.c $(HV_SCRIPTED)))
$(eval $(call host_test, hv/test_intercept, hv/x86_64/intercept.c hv/protect.c $(HV_SCRIPTED)))
$(eval $(call host_test, hv/test_clock,  hv/x86_64/clock.c))
$(eval $(call host_test, hv/test_crash,  hv/crash.c hv/x86_64/crash.c))
HV_ARM64 = $(addprefix hv/,call.c result.c start_vp.c text.c vp_map.c) \
	hv/crash.c $(wildcard hv/aarch64/*.c) tests/host/hv/aarch64/scripted.c
$(eval $(call host_test_arm64, hv/aarch64/test_calls, $(HV_ARM64)))
$(eval $(call host_test_arm64, hv/aarch64/test_setup, $(HV_ARM64)))
$(eval $(call host_test_arm64, hv/aarch64/test_crash, $(HV_ARM64)))

$(eval $(call host_test, arch/x86_64/test_clock, arch/clock.c arch/x86_64/clock.c lib/string.c))
$(eval $(call host_test, arch/x86_64/test_cr3))
$(eval $(call host_test, arch/x86_64/test_features, arch/x86_64/features.c))
$(eval $(call host_test, arch/x86_64/test_address, arch/x86_64/address.c))
$(eval $(call host_test, arch/x86_64/test_init_delay, arch/x86_64/init_delay.c))
$(eval $(call host_test, arch/x86_64/test_registers, arch/x86_64/registers.c lib/string.c))
$(eval $(call host_test, arch/x86_64/test_sipi, arch/x86_64/sipi.c lib/pages.c))
ADDRESS = arch/x86_64/address.c tests/host/arch/x86_64/width.c
$(eval $(call host_test, arch/x86_64/test_paging, arch/x86_64/paging.c arch/mapped.c lib/pages.c \
	$(ADDRESS) tests/host/arch/x86_64/privileged.c))
$(eval $(call host_test, arch/x86_64/test_apic, arch/x86_64/apic.c arch/x86_64/xapic.c \
	arch/x86_64/x2apic.c arch/x86_64/init_delay.c tests/host/arch/x86_64/privileged.c))

$(eval $(call host_test, arch/aarch64/test_affinity))

LIBRARY = $(wildcard start/*.c start/x86_64/*.c hv/*.c hv/x86_64/*.c)
SMP_TOPOLOGY = smp/x86_64/tables.c acpi/madt.c acpi/srat.c acpi/tables.c lib/err.c lib/log.c \
	lib/tally.c $(LIB_FORMAT) $(ADDRESS)
TOPOLOGY = smp/topology.c $(SMP_TOPOLOGY) $(ACPI_BUILD) tests/host/smp/topology_fixture.c
$(eval $(call host_test, smp/test_topology,  $(TOPOLOGY)))
$(eval $(call host_test, smp/test_affinity,  $(TOPOLOGY)))
$(eval $(call host_test, smp/test_shapes,    $(TOPOLOGY) acpi/fadt.c))
$(eval $(call host_test, smp/aarch64/test_topology, smp/aarch64/tables.c acpi/aarch64/gic.c \
	$(filter-out smp/x86_64/%,$(TOPOLOGY))))
$(eval $(call host_test_threads, start/test_handshake))
$(eval $(call host_test, start/aarch64/test_psci, start/aarch64/psci.c $(wildcard start/*.c) \
	hv/x86_64/context.c $(HV_VP_MAP) $(addprefix hv/,call.c result.c start_vp.c text.c vtl.c)))
$(eval $(call host_test, start/test_deadline))
# A client of the library: hv/'s calls, start/ without INIT-SIPI, and nothing else of the kernel.
$(eval $(call host_test_threads, start/test_client, tests/host/start/client.c \
	$(wildcard start/*.c) \
	hv/x86_64/context.c $(HV_VP_MAP) \
	$(addprefix hv/,call.c result.c start_vp.c text.c vtl.c)))
SMP_START = $(filter-out smp/topology.c %/tables.c,$(wildcard smp/*.c smp/x86_64/*.c)) $(LIBRARY) \
	lib/err.c lib/log.c lib/pages.c lib/tally.c $(LIB_FORMAT) arch/x86_64/registers.c \
	$(addprefix tests/host/smp/,machine.c machine_arch.c machine_ipi.c)
SMP_BRINGUP = tests/host/smp/bringup.c $(SMP_START)
$(eval $(call host_test_threads, smp/test_start,  $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_arrive, $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_fanout, $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_progress, $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_scale,  $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_round, $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_call,  $(SMP_BRINGUP)))
$(eval $(call host_test_threads, smp/test_vtl,   $(SMP_BRINGUP)))

$(eval $(call host_test, kernel/test_hypervisor, kernel/hypervisor.c kernel/x86_64/host.c \
	$(LIBRARY) lib/log.c lib/pages.c $(LIB_FORMAT)))
$(eval $(call host_test, kernel/test_vtl, tests/host/kernel/vtl_world.c \
	kernel/x86_64/vtl.c kernel/x86_64/vtl_steps.c kernel/x86_64/host.c \
	smp/x86_64/context.c \
	$(LIBRARY) lib/log.c lib/pages.c $(LIB_FORMAT)))
$(eval $(call host_test, kernel/test_monitor, $(addprefix kernel/x86_64/,vtl.c vtl_steps.c \
	monitor.c monitored.c host.c) smp/x86_64/context.c \
	tests/host/kernel/monitor_hypervisor.c tests/host/kernel/monitor_machine.c \
	$(LIBRARY) lib/err.c lib/log.c lib/pages.c $(LIB_FORMAT)))
$(eval $(call host_test, kernel/test_tables, kernel/tables.c acpi/fadt.c acpi/s5.c \
	$(SMP_TOPOLOGY) $(ACPI_BUILD)))
$(eval $(call host_test, kernel/test_memory, kernel/memory.c lib/err.c lib/log.c lib/pages.c \
	lib/tally.c $(LIB_FORMAT) $(ADDRESS)))
$(eval $(call host_test, kernel/test_panic, kernel/panic.c lib/assert.c lib/log.c $(LIB_FORMAT)))
$(eval $(call host_test, kernel/test_repeat, lib/pages.c lib/log.c $(LIB_FORMAT)))
OPTIONS = kernel/options.c kernel/words.c lib/log.c $(LIB_FORMAT)
$(eval $(call host_test, kernel/test_options, $(OPTIONS)))
$(eval $(call host_test, kernel/test_options_doc, $(filter-out %/options.c,$(OPTIONS))))
REPORT = $(addprefix kernel/,report.c report_json.c report_tap.c report_vsm.c times.c \
	version.c) lib/json.c
REPORT_FIXTURE = tests/host/kernel/report_fixture.c $(REPORT) $(SMP_START)
$(eval $(call host_test, kernel/test_report, $(REPORT_FIXTURE)))
$(eval $(call host_test, kernel/test_report_vsm, $(REPORT_FIXTURE)))
BENCH = $(addprefix kernel/,stats.c bench_stats.c bench_table.c bench_json.c)
$(eval $(call host_test, kernel/test_bench, $(BENCH) $(REPORT) $(SMP_START)))

SELFTEST = kernel/selftest.c kernel/stats.c
$(eval $(call host_test_threads, kernel/test_selftest, $(SELFTEST) $(SMP_BRINGUP)))

SCREEN = $(wildcard screen/*.c) lib/err.c lib/log.c $(LIB_FORMAT)
$(eval $(call host_test, kernel/test_framebuffer, kernel/framebuffer.c lib/pages.c $(SCREEN)))
CANVAS = $(SCREEN) tests/host/screen/canvas.c
$(eval $(call host_test, screen/test_screen, $(CANVAS)))
$(eval $(call host_test, screen/test_grid,   $(CANVAS)))
$(eval $(call host_test, screen/test_grid_layout, screen/grid_layout.c lib/string.c))

REFHV_FAULTS = $(addprefix tests/refhv/,faults/parse.c faults/strike.c faults/table.c span.c)
REFHV_SYNIC = $(addprefix tests/refhv/calls/,synic.c stimer.c)
REFHV_CALLS = $(addprefix tests/refhv/calls/,checks.c context.c dispatch.c enable_vtl.c \
	map_list.c map_vp.c message.c protect.c registers.c send_ipi.c start_vp.c) $(REFHV_SYNIC) \
	$(addprefix tests/refhv/,faults/start.c loader/cfg_parse.c line.c) $(REFHV_FAULTS)
$(eval $(call host_test, refhv/test_tlfs))
$(eval $(call host_test, refhv/test_cfg,       tests/refhv/loader/cfg_parse.c $(REFHV_FAULTS)))
REFHV_ARM64 = $(wildcard tests/refhv/aarch64/calls/*.c) tests/refhv/calls/map_list.c \
	tests/refhv/line.c tests/refhv/aarch64/loader/cfg.c $(REFHV_FAULTS)
$(eval $(call host_test, refhv/aarch64/test_registers, $(REFHV_ARM64)))
$(eval $(call host_test, refhv/aarch64/test_hypercall, $(REFHV_ARM64)))
$(eval $(call host_test, refhv/aarch64/test_context,   $(REFHV_ARM64)))
$(eval $(call host_test, refhv/aarch64/test_cfg,       $(REFHV_ARM64)))
$(eval $(call host_test, refhv/aarch64/test_madt, tests/refhv/aarch64/madt.c $(ACPI_BUILD)))
$(eval $(call host_test, refhv/test_faults,    $(REFHV_FAULTS)))
$(eval $(call host_test, refhv/test_acpi_fault, tests/refhv/faults/acpi.c $(REFHV_FAULTS)))
$(eval $(call host_test, refhv/test_topology,  tests/refhv/calls/topology.c))
$(eval $(call host_test, refhv/test_line,      tests/refhv/line.c))
$(eval $(call host_test, refhv/test_synic,     $(REFHV_SYNIC) tests/refhv/calls/reference.c))
$(eval $(call host_test, refhv/test_decode,    tests/refhv/calls/decode.c))
$(eval $(call host_test, refhv/test_context,   tests/refhv/calls/context.c))
$(eval $(call host_test, refhv/test_hypercall, $(REFHV_CALLS)))
$(eval $(call host_test, refhv/test_overlay,   tests/refhv/vmm/overlay.c \
	tests/refhv/loader/cfg_parse.c $(REFHV_FAULTS)))
$(eval $(call host_test, refhv/test_send_ipi,  $(REFHV_CALLS)))
REFHV_FIXTURE = $(REFHV_CALLS) tests/host/refhv/fixture.c
$(eval $(call host_test, refhv/test_call_faults, $(REFHV_FIXTURE)))
$(eval $(call host_test, refhv/test_vtl,       $(REFHV_FIXTURE)))
$(eval $(call host_test, refhv/test_vsm,       $(REFHV_FIXTURE)))
$(eval $(call host_test, refhv/test_protect,   tests/refhv/calls/intercept.c $(REFHV_CALLS)))

# The memory functions stay libc's, which the sanitizers watch; ours are tested under other names.
$(HOST)/obj/lib/string.c.o $(HOST)/tsan/obj/lib/string.c.o: HOST_DEFS = -Dmemcpy=our_memcpy \
	-Dmemmove=our_memmove -Dmemset=our_memset -Dmemcmp=our_memcmp

$(HOST)/obj/%.c.o: %.c tests/host/host.mk | host-deps
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (host)")
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_ASAN) $(HOST_DEFS) -I. -I$(BUILD)/gen -MMD -MP -c $< -o $@

$(HOST)/arm64/obj/%.c.o: %.c tests/host/host.mk | host-deps
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (host, as ARM64)")
	$(Q)$(CC) $(subst /x86_64,/aarch64,$(HOST_CFLAGS)) $(HOST_ASAN) \
		-include tests/host/arm64.h -I. -MMD -MP -c $< -o $@

$(HOST)/tsan/obj/%.c.o: %.c tests/host/host.mk | host-deps
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (host, threads)")
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_TSAN) $(HOST_DEFS) -I. -MMD -MP -c $< -o $@

$(HOST)/obj/screen/font.c.o: $(BUILD)/gen/font.inc

# Not a test: the screen of a machine that is not there, to be looked at.
$(HOST)/screen/draw_grid: $(patsubst %,$(HOST)/obj/%.o,tests/host/screen/draw_grid.c $(CANVAS))

picture: $(HOST)/screen/draw_grid ## the screen with SMP= processors, drawn here; SCREEN_SIZE=
	@$< $(subst x, ,$(or $(SCREEN_SIZE),800x600)) $(SMP) $(STATE) >$(BUILD)/picture.ppm
	@$(PYTHON) -m tools.screen.picture $(BUILD)/picture.ppm $(BUILD)/picture.png
	@echo $(BUILD)/picture.png

$(HOST_PROGRAMS) $(HOST)/screen/draw_grid:
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_ASAN) $^ -lcmocka -lpthread -o $@

$(HOST_TSAN_PROGRAMS):
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_TSAN) $^ -lcmocka -lpthread -o $@

host-test: $(HOST_PROGRAMS) $(HOST_TSAN_PROGRAMS) ## the host tests alone
	@tests/host/run.sh $(HOST) $^

host-deps:
	@test -e /usr/include/cmocka.h || \
		{ echo "The host tests lack cmocka: install libcmocka-dev, or run: make deps" >&2; \
		exit 1; }

.PHONY: host-test host-deps picture

# Dependencies are written beside the objects, never made for their own sake.
$(HOST)/%.d: ;
-include $(shell find $(HOST) -name '*.d' 2>/dev/null)

# SPDX-License-Identifier: MIT
# hvsmp: `make help` lists what can be made here.

ifneq ($(filter deps,$(MAKECMDGOALS)),)
# `make deps run`: install first and read this file anew for the rest, in one order under -j too,
# so that nothing below looks for a tool or file before it is there.
REST = $(filter-out deps,$(MAKECMDGOALS))
.PHONY: deps $(REST)
deps:
	@ARCH='$(ARCH)' scripts/deps.sh
	$(if $(REST),@$(MAKE) --no-print-directory $(REST))
$(REST): deps ; @:
else

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.PHONY: all run debug test test-kvm-nested check compile_commands.json fault-rows refhv-faults \
	test-bare deps-scale deps-guests clean help FORCE

# What the kernel is built for: x86_64, or aarch64 (docs/arm64.md).
ARCH ?= x86_64
include scripts/arch/$(ARCH).mk
NASM   = nasm
PYTHON = $(firstword $(wildcard /usr/bin/python3) python3)
# The tools are a package, tests/tools.
export PYTHONPATH = $(CURDIR)/tests
export PYTHONDONTWRITEBYTECODE = 1

# --- the two EFI images -------------------------------------------------------------------------
# Where a room's common files find what their architecture adds to them.
THIS_ARCH = $(addprefix -iquote ,$(addsuffix /$(ARCH),arch hv smp kernel))
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wwrite-strings -Wvla
EFI_CFLAGS = -std=gnu17 -O2 -g -ffreestanding -fno-builtin -fpic -fvisibility=hidden -fshort-wchar \
	-fno-stack-protector -fno-strict-aliasing -fno-asynchronous-unwind-tables \
	-fno-omit-frame-pointer -fno-jump-tables -mgeneral-regs-only $(ARCH_CFLAGS) $(WARNINGS) \
	$(THIS_ARCH)

include efi/efi.mk
include $(ARCH_MAKEFILES)

ROOMS = boot kernel screen conform smp start hv arch acpi lib
KERNEL_SRCS = $(filter-out $(ARCH_WITHOUT),$(foreach room,$(ROOMS),$(wildcard $(room)/*.c \
	$(room)/$(ARCH)/*.c $(room)/$(ARCH)/*.asm $(room)/$(ARCH)/*.S)))
KERNEL_OBJS = $(addprefix $(BUILD)/obj/,$(addsuffix .o,$(KERNEL_SRCS)))
REFHV_OBJS  = $(addprefix $(BUILD)/obj/,$(addsuffix .o,$(REFHV_SRCS)))

all: $(ARCH_IMAGES) ## build the kernel and the reference hypervisor

# `make V=1` shows the commands.
Q = $(if $(V),,@)

# Asked once: says which packages the build lacks.
$(BUILD)/.tools: scripts/deps.sh
	@ARCH='$(ARCH)' scripts/deps.sh --check
	@mkdir -p $(@D)
	@touch $@

$(BUILD)/obj/%.c.o: %.c Makefile | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $<")
	$(Q)$(CC) $(EFI_CFLAGS) $(SIZE_CFLAGS) $(GUARD_CFLAGS) $(DIR_CFLAGS) -I. -I$(BUILD)/gen \
		-MMD -MP -c $< -o $@

# The kernel's frames are guarded; the canary is canary.c's.
$(KERNEL_OBJS): GUARD_CFLAGS = $(GUARD_CFLAGS_KERNEL)

# Where a tenth of a millisecond means nothing, code is made small: whole rooms, and single files.
SMALL = $(addsuffix /%,acpi boot conform kernel screen) \
	$(addsuffix .c,$(addprefix lib/,format json log tally) \
	$(addprefix smp/,ledger nodes prepare topology) \
	$(addprefix arch/x86_64/,exceptions features init_delay parking serial vtl way_back) \
	$(addprefix hv/x86_64/,crash detect intercept setup))
$(patsubst %,$(BUILD)/obj/%.o,$(SMALL)): SIZE_CFLAGS = -Os

# Only the UEFI stub, the reference hypervisor's loader and some of the tests' programs see GNU-EFI.
$(BUILD)/obj/boot/%.o $(BUILD)/obj/tests/refhv/loader/%.o \
$(BUILD)/obj/tests/refhv/aarch64/loader/%.o $(BUILD)/obj/tests/spoil/%.o \
$(BUILD)/obj/tests/guests/%.o $(BUILD)/obj/tests/lab/kvm_nested/%.o: \
	DIR_CFLAGS = $(EFI_CPPFLAGS)

# The version is git's; the file changes only when that does. Without git: VERSION=, or the file's.
VERSION ?= $(or $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null), \
	v$(or $(shell cat VERSION 2>/dev/null),0))
$(BUILD)/gen/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@
FORCE:
$(BUILD)/obj/kernel/version.c.o $(BUILD)/obj/boot/sbat.c.o: $(BUILD)/gen/version
$(BUILD)/obj/kernel/version.c.o: DIR_CFLAGS = -DHVSMP_VERSION='"$(VERSION)"'
$(BUILD)/obj/boot/sbat.c.o: DIR_CFLAGS = -DHVSMP_VERSION='"$(VERSION)"' \
	$(if $(SBAT_URL),-DHVSMP_URL='"$(SBAT_URL)"')

# One truth for offsets that C and NASM share.
$(BUILD)/gen/offsets.inc: arch/x86_64/offsets.h
	@mkdir -p $(@D)
	$(Q)sed -n 's|^#define \([A-Z0-9_]*\) *\([0-9A-Fx]*\).*|\1 equ \2|p' $< > $@

# The screen's glyphs, from a console font of the distribution.
$(BUILD)/gen/font.inc: tests/tools/screen/font.py | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -m tools.screen.font $@

$(BUILD)/obj/screen/font.c.o: $(BUILD)/gen/font.inc

$(BUILD)/obj/%.asm.o: %.asm $(BUILD)/gen/offsets.inc Makefile | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "NASM  $<")
	$(Q)$(NASM) -f elf64 -g -F dwarf -Werror -I $(<D)/ -I $(BUILD)/gen/ -MD $(@:.o=.d) -MP \
		-o $@ $<

$(BUILD)/obj/%.S.o: %.S Makefile | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(if $(V),,@echo "AS    $<")
	$(Q)$(CC) $(ARCH_CFLAGS) -g -I. -MMD -MP -c $< -o $@

$(BUILD)/$(KERNEL).so: $(KERNEL_OBJS)
$(BUILD)/$(HYPERVISOR).so: $(REFHV_OBJS)

-include $(KERNEL_OBJS:.o=.d) $(REFHV_OBJS:.o=.d)

# --- what people call ---------------------------------------------------------------------------
HV  ?= $(if $(SECURE),none,$(ARCH_HV))
SMP ?= $(if $(SECURE),2,4)
MEM ?= 1G
JOBS ?= 2

# DISPLAY usually comes from X: it means QEMU's display only on make's own command line.
QEMU_DISPLAY = $(if $(filter command,$(origin DISPLAY)),$(DISPLAY),none)
MACHINE = --build $(BUILD) --arch $(ARCH) --hv '$(HV)' \
	--smp '$(SMP)' --mem '$(MEM)' --cmdline '$(CMDLINE)' \
	--refhv '$(REFHV)' --display '$(QEMU_DISPLAY)' --screen '$(SCREEN_SIZE)' --qemu '$(QEMU)' \
	--code '$(OVMF_CODE)' --vars '$(or $(OVMF_VARS),$(if $(SECURE),$(BUILD)/secure-vars.fd))' \
	$(if $(SECURE),--secure)
RUN_GUEST = $(if $(GUEST),--guest '$(GUEST)' --args '$(ARGS)' --initrd '$(INITRD)') \
	$(if $(PAYLOAD),--payload '$(PAYLOAD)' --args '$(ARGS)' --initrd '$(INITRD)') \
	$(if $(EXTRA),--extra '$(EXTRA)') $(if $(TIMEOUT),--timeout '$(TIMEOUT)')

IMAGES = $(BUILD)/$(KERNEL).efi \
	$(if $(SECURE),$(addprefix $(BUILD)/,hvsmp-signed.efi secure-vars.fd)) \
	$(if $(filter ref,$(HV)),$(BUILD)/$(HYPERVISOR).efi)

run: $(IMAGES) ## boot the kernel (CMDLINE=vtl=monitor) and show what it says; logs in build/run/
	@$(PYTHON) scripts/run.py $(MACHINE) $(RUN_GUEST)

debug: $(IMAGES) ## boot to the first instruction and wait for gdb (DEBUG=refhv: that of refhv.efi)
	@$(PYTHON) -m tools.machine.debug $(MACHINE) --image '$(or $(DEBUG),hvsmp)'

# Only the boot cases of the media need the media.
MEDIA_TESTS = $(filter all media,$(or $(GROUP),$(TEST_GROUP),all))

# And those of ARM64 are run where there is a compiler for it.
ARM64_TESTS = $(and $(filter x86_64,$(ARCH)),$(filter all arm64 counts guests,$(or $(GROUP),all)), \
	$(shell command -v aarch64-linux-gnu-gcc))
arm64: FORCE
	@$(MAKE) --no-print-directory ARCH=aarch64 BUILD=$(BUILD)/aarch64 all azure

test: $(if $(MEDIA_TESTS),images) $(if $(ARM64_TESTS),arm64) $(if $(filter aarch64,$(ARCH)),azure)
test: all ## all tests, or some (GROUP=host|unit|hyperv|counts|a boot group, JOBS=2)
	@$(PYTHON) tests/all.py --build $(TEST_BUILD) --make '$(MAKE)' \
		--group '$(or $(GROUP),$(TEST_GROUP))' \
		--jobs '$(JOBS)'

test-kvm-nested: ## boot cases under the real KVM in an emulated machine (GROUP=all: these as well)
	@$(MAKE) --no-print-directory test GROUP=kvm-nested

BARE ?= $(BUILD)/bare/$(SUITE)
BARE_RUN ?= make deps run && make deps test
test-bare: ## both commands in a bare root of a release (SUITE=trixie, BARE=, BARE_RUN=)
	@scripts/test-bare.sh '$(SUITE)' '$(BARE)' '$(or $(MINUTES),120)' '$(BARE_RUN)'

check: ## formatting, static analysis, a build with clang, the schema, the rules of the house
	@scripts/check.sh $(BUILD)/check '$(MAKE)' '$(EFI_CFLAGS)' '$(EFI_INCLUDE)'

# What scripts/check.sh asks of the other architecture.
print-%:
	@echo '$($*)'

compile_commands.json: ## how each file is compiled, for clangd and editors
	@$(PYTHON) -m tools.compile_commands '$(MAKE)'

fault-rows: ## write docs/faults.md anew, from the names of the tests
	@$(PYTHON) -m tools.check.fault_rows

refhv-faults: ## write the tables of docs/refhv-faults.md anew, from tests/refhv/faults/faults.def
	@$(PYTHON) -m tools.check.refhv_faults

deps-scale: ## put a QEMU for over 255 processors beside the system's own, in build/qemu-scale/
	@scripts/deps-scale.sh $(BUILD)/qemu-scale

clean: ## remove everything that was built
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile \
		$(wildcard scripts/*.mk tests/*/*.mk tests/*/*/*.mk) | expand -t 32
	@echo "  make deps                     install what is missing; may stand before others:" \
		"make deps run"
	@sed -n 's/^# | \{0,1\}//p' Makefile

# | Variables of run and debug:
# |   HV=ref|kvm|none   reference hypervisor (default); KVM with Hyper-V enlightenments (run.py
# |                     ends with 77 where that cannot be, make with its own 2); no hypervisor
# |   SMP=4 MEM=1G      processors (any text for QEMU's -smp) and memory; more than 255 want
# |                     QEMU 9 or later (make deps-scale), and over 512 a newer OVMF (the same)
# |   CMDLINE="..."     kernel options, see docs/options.md
# |   REFHV="..."       lines for refhv.cfg, such as REFHV="vp=sparse stride=8"
# |   GUEST=path.efi    of run: any UEFI program instead of the kernel (docs/guests.md)
# |   PAYLOAD=path.efi  of run: what the kernel hands all processors to (docs/hand-off.md)
# |   ARGS="..." INITRD=file  its load options, and a file they name; EXTRA="..." words for QEMU
# |   TIMEOUT=seconds   of run (a minute for the kernel, ten for a guest)
# |   SECURE=1          the signed kernel under firmware with Secure Boot on; HV=none, SMP=2 then
# |   DISPLAY=none|gtk  gtk: a window with the machine's screen, until it is closed
# |   SCREEN_SIZE=      its size, such as 800x600 (1024x768); without DISPLAY nobody sees it
# |   QEMU=, OVMF_CODE=, OVMF_VARS= other programs and firmware
# | Variables of test-bare:
# |   SUITE=trixie        bookworm, trixie, forky, sid, jammy, noble; BARE=build/bare/SUITE: where
# |   BARE_RUN="..."      what is run (make deps run && make deps test); MINUTES=120: for how long
# | Variables of bench:
# |   N="2 4 8" BOOTS=3   numbers of processors, boots of each subject
# |   HV=ref|none         this kernel only with or only without the reference hypervisor (both)
# |   ONLY="floor none"   some of the subjects in tests/lab/bench/plan.toml
# |   MINUTES=24          begin no run that would end later; QUICK=1, FULL=1: other plans; RESUME=1

include scripts/secure.mk
-include tests/lab/azure/azure.mk tests/lab/bench/bench.mk tests/lab/campaign/campaign.mk \
	 tests/lab/guests/guests.mk \
	 tests/lab/mutants/mutants.mk tests/host/host.mk tests/host/coverage.mk \
	 tests/host/fuzz/fuzz.mk tests/model/model.mk
include scripts/images.mk
include scripts/dist.mk
endif

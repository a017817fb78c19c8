# SPDX-License-Identifier: MIT
# What this folder needs beside the kernel: the waiting boot loader, two things for the host.

NESTED = $(BUILD)/kvm-nested
NESTED_FILES = $(NESTED)/wait.efi $(NESTED)/bqlfix.so $(NESTED)/tsc
WAIT_OBJS = $(BUILD)/obj/tests/lab/kvm_nested/wait.c.o

test: $(if $(filter all kvm-nested,$(GROUP)),$(NESTED_FILES))

$(NESTED)/wait.so: $(WAIT_OBJS)

$(NESTED)/bqlfix.so: tests/lab/kvm_nested/bqlfix.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (host)")
	$(Q)$(CC) -std=gnu17 -O2 -shared -fPIC $(WARNINGS) -o $@ $< -ldl

$(NESTED)/tsc: tests/lab/kvm_nested/tsc.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "CC    $< (host)")
	$(Q)$(CC) -std=gnu17 -O2 $(WARNINGS) -o $@ $<

-include $(WAIT_OBJS:.o=.d)

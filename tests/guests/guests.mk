# SPDX-License-Identifier: MIT
# Small guests for the reference hypervisor: build/guest-NAME.efi of tests/guests/NAME.c, each.
GUESTS = holes apic window clock synic vtl vtl_start vtl_protect vtl_fast opentmk
GUEST_OBJ = $(BUILD)/obj/tests/guests/$(1).c.o

all: $(GUESTS:%=$(BUILD)/guest-%.efi)

$(foreach g,$(GUESTS),$(eval \
	$(BUILD)/guest-$(g).so: $(call GUEST_OBJ,$(g)) $(call GUEST_OBJ,common)))
$(patsubst %,$(BUILD)/guest-%.so,opentmk $(filter vtl%,$(GUESTS))): $(call GUEST_OBJ,vtl_common)

-include $(wildcard $(BUILD)/obj/tests/guests/*.d)

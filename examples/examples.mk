# SPDX-License-Identifier: MIT
# Programs for those who build on this one; the boot cases run them (docs/hand-off.md).
EXAMPLES = mailbox

all: $(EXAMPLES:%=$(BUILD)/example-%.efi)

$(BUILD)/obj/examples/%.o: DIR_CFLAGS = $(EFI_CPPFLAGS)
$(BUILD)/example-mailbox.so: $(BUILD)/obj/examples/mailbox/mailbox.c.o

-include $(wildcard $(BUILD)/obj/examples/*/*.d)

# SPDX-License-Identifier: MIT
# The program that changes a machine before the kernel starts: every source in tests/spoil, and
# what is of the architecture.
SPOIL_SRCS = $(wildcard tests/spoil/*.c tests/spoil/$(ARCH)/*.c tests/spoil/$(ARCH)/*.asm)
SPOIL_OBJS = $(addprefix $(BUILD)/obj/,$(addsuffix .o,$(SPOIL_SRCS)))

all: $(BUILD)/spoil.efi

$(BUILD)/spoil.so: $(SPOIL_OBJS)

-include $(SPOIL_OBJS:.o=.d)

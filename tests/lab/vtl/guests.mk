# SPDX-License-Identifier: MIT
# Linux in VTL mode, for `make test GROUP=guests`; and as many exits as one has patience for.

deps-guests: deps-linux-vtl ## bring the guests of `make test GROUP=guests` (Debian; minutes, once)

deps-linux-vtl:
	@$(PYTHON) -m lab.vtl.linux --build $(BUILD)

soak: all ## ten million exits of a Linux in VTL mode, or EXITS= on each of two processors
	@$(PYTHON) -m lab.vtl.vtl --build $(BUILD) --exits $(or $(EXITS),5000000) \
		linux-vtl-million-exits

.PHONY: deps-guests deps-linux-vtl soak

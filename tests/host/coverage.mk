# SPDX-License-Identifier: MIT
# Coverage: `make coverage` builds the host tests once more, without sanitizers, into its own
# directory, runs them and says which lines they reach; the pages are in build/coverage/. It fails
# if a room that is judged reaches less than COVERAGE_MIN per cent. The fuzz corpus does not count:
# it asserts too little. Included after host.mk.

COVERAGE       = $(BUILD)/coverage
COVERAGE_MIN  ?= 90
COVERAGE_ROOMS = acpi hv start smp
COVERAGE_SHOWN = $(COVERAGE_ROOMS) arch kernel lib screen
# Threads count in the same counters.
COVERAGE_FLAGS = -O0 --coverage -fprofile-update=atomic

coverage: | coverage-deps ## lines that the host tests reach; fails below 90 % of a room
	@find $(COVERAGE) -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory HOST=$(COVERAGE)/host HOST_ASAN='$(COVERAGE_FLAGS)' \
		coverage-run
	@gcovr --root . --object-directory $(COVERAGE)/host $(COVERAGE)/host \
		$(COVERAGE_SHOWN:%=--filter '%/') --json $(COVERAGE)/lines.json
	@gcovr --root . --add-tracefile $(COVERAGE)/lines.json --txt $(COVERAGE)/table.txt \
		--html-details $(COVERAGE)/index.html --html-title 'hvsmp: host tests'
	@cat $(COVERAGE)/table.txt
	@failed=; for room in $(COVERAGE_ROOMS); do \
		printf '%-5s ' $$room; \
		gcovr --root . --add-tracefile $(COVERAGE)/lines.json --filter "$$room/" \
			--print-summary --output $(COVERAGE)/$$room.lines \
			--fail-under-line $(COVERAGE_MIN) \
			2>$(COVERAGE)/$$room.log >$(COVERAGE)/$$room.txt || \
			failed="$$failed $$room"; \
		grep '^lines' $(COVERAGE)/$$room.txt || cat $(COVERAGE)/$$room.log; \
	done; \
	if [ -n "$$failed" ]; then \
		echo "coverage: below $(COVERAGE_MIN) % of lines:$$failed;" \
			"see $(COVERAGE)/index.html" >&2; \
		exit 1; \
	fi

coverage-run: $(HOST_PROGRAMS)
	@tests/host/run.sh $(HOST) $^ >$(COVERAGE)/tests.log || \
		{ grep '^not ok' $(COVERAGE)/tests.log; exit 1; }

coverage-deps:
	@command -v gcovr >/dev/null || \
		{ echo "Coverage lacks gcovr: install it, or run: make deps" >&2; exit 1; }

.PHONY: coverage coverage-run coverage-deps

# SPDX-License-Identifier: MIT
# Guests that nobody here wrote. Those of both architectures lie in one directory.

deps-guests: ## bring the guests of others that make test GROUP=guests runs, to build/guests/
	@$(PYTHON) -m lab.guests.bring $(TEST_BUILD)/guests '$(MAKE)' '$(ARCH)'

# SPDX-License-Identifier: MIT
# The models: `make model` searches them with Spin, README.md says for what.

MODEL = tests/model/run.sh $(BUILD)/model

model: | model-deps ## search the models with Spin (MODEL_ALL=1: the long searches, too)
	@$(MODEL) $(if $(MODEL_ALL),all,searches)

model-mutants: | model-deps ## break the model on purpose: each property must notice
	@$(MODEL) mutants

model-deps:
	@command -v spin >/dev/null || \
		{ echo "The model lacks spin: install it, or run: make deps" >&2; exit 1; }

.PHONY: model model-mutants model-deps

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
UV_VERSION := 0.13.9
TORCH := $(shell sed -n 's/^train = \["\(torch==[0-9.]*\)"\]/\1/p' pyproject.toml)
UV := .uv/bin/uv
BIN := .venv/bin
TRAIN_BIN := .venv-train/bin
SHARED ?= $(wildcard ../shared)
export PORT ?= 8000

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- install -----------------------------------------------------------------------------------

.PHONY: setup
setup: .venv/.ready ## Install everything into .venv (quick when there is nothing to do)

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) \
	  else "Python 3.11 to 3.13 is needed, this is %d.%d: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: requirements/dev.txt pyproject.toml | .uv/bin/uv
	@test -d .venv || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python .venv --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch $@

.venv/.browser: .venv/.ready requirements/browser.txt
	$(UV) pip install --quiet --python .venv --require-hashes -r requirements/browser.txt
	@touch $@

# torch is left to pip, which knows where this machine's build comes from.
.venv-train/.ready: requirements/dev.txt pyproject.toml | .uv/bin/uv
	@test -d .venv-train || $(UV) venv --quiet --seed --python $(PYTHON) .venv-train
	$(UV) pip install --quiet --python .venv-train --require-hashes -r requirements/dev.txt
	$(UV) pip install --quiet --python .venv-train --no-deps --editable .
	$(TRAIN_BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	@touch $@

.venv-train/.bench: .venv-train/.ready requirements/bench.txt
	$(UV) pip install --quiet --python .venv-train --require-hashes -r requirements/bench.txt
	@touch $@

.PHONY: hooks
hooks: .venv/.browser ## Check each commit as `make check` does (installs git's hooks)
	$(BIN)/pre-commit install

COMPILE = $(UV) pip compile --quiet --generate-hashes --upgrade --no-annotate \
  --custom-compile-command "make lock"
FUNCTIONS = $(COMPILE) --universal --python-version 3.11 pyproject.toml

.PHONY: lock
lock: | .uv/bin/uv ## Resolve dependencies anew and write the hashed locks
	$(FUNCTIONS) --extra inference -o functions/inference/requirements.txt
	$(FUNCTIONS) --extra inference --extra insightface \
	  -o functions/inference/requirements-insightface.txt
	$(FUNCTIONS) --extra web -o functions/web/requirements.txt
	$(FUNCTIONS) --extra inference --extra local --extra metrics --extra otel --extra scale \
	  --extra web -o functions/local/requirements.txt
	$(FUNCTIONS) --extra metrics --extra otel --extra scale --extra serve --extra web \
	  -o deploy/compose/requirements-web.txt
	$(FUNCTIONS) --extra inference --extra local --extra metrics --extra otel --extra scale \
	  --extra web --group gpu --no-emit-package onnxruntime -o deploy/compose/requirements-gpu.txt
	$(FUNCTIONS) --extra scale -c functions/local/requirements.txt -o requirements/scale.txt
	$(FUNCTIONS) --extra inference --extra insightface --extra local --extra metrics --extra otel \
	  --extra scale --extra web --group dev -o requirements/dev.txt
	$(COMPILE) --universal --python-version 3.11 --group browser -c requirements/dev.txt \
	  -o requirements/browser.txt
	$(COMPILE) --universal --python-version 3.11 --group bench -c requirements/dev.txt \
	  -o requirements/bench.txt
	$(COMPILE) --universal --python-version 3.11 --group fuzz -c requirements/dev.txt \
	  -o requirements/fuzz.txt
	$(COMPILE) --universal --python-version 3.11 --group mutants -c requirements/dev.txt \
	  -o requirements/mutants.txt
	$(COMPILE) --universal --python-version 3.11 --group audit -o requirements/audit.txt
	$(COMPILE) --universal --python-version 3.12 --group sam -o requirements/sam.txt
	$(COMPILE) --universal --python-version 3.12 --group runtime -o requirements/runtime.txt
	$(COMPILE) --python-version 3.13 --group emulator -o requirements/emulator.txt

# --- use ---------------------------------------------------------------------------------------

.PHONY: run
run: .venv/.ready ## Start the app on http://127.0.0.1:8000 (PORT=... overrides)
	@$(BIN)/animegan serve --try-photo docs/pictures/photo.jpg

.PHONY: photo
photo: .venv/.ready ## Turn one photo into anime: make photo IN=me.jpg OUT=anime.png
	@test -n "$(IN)" -a -n "$(OUT)" || { echo "usage: make photo IN=me.jpg OUT=anime.png" >&2; exit 2; }
	@$(BIN)/animegan transform --overwrite "$(IN)" "$(OUT)"

.PHONY: docs
docs: .venv/.ready ## Write what the code knows (settings, metrics, API, commands) into the documents
	@$(BIN)/python -m scripts.openapi
	@$(BIN)/python -m scripts.document
	@$(BIN)/python -m scripts.dashboard

.PHONY: samples
samples: .venv/.ready ## Make the page's samples anew, one for each bundled style
	@$(BIN)/python -m scripts.samples

.PHONY: golden
golden: .venv/.ready ## Keep today's golden pictures of the tests, and show what changed
	@$(BIN)/python -m scripts.golden

.PHONY: pictures
pictures: .venv/.ready ## Make the pictures of the README anew
	@$(BIN)/animegan transform --overwrite --compare docs/pictures/photo.jpg docs/pictures/photo_anime.jpg
	@$(BIN)/animegan transform --overwrite --compare docs/pictures/coffee.jpg docs/pictures/coffee_anime.jpg

.PHONY: page-picture
page-picture: browser-test ## Make the README's picture of the page anew
	@$(BIN)/python -c "from PIL import Image; \
	  Image.open('.browser/screenshots/flow-3-done.png').convert('RGB') \
	  .save('docs/pictures/page.jpg', quality=88, optimize=True)"

# --- check -------------------------------------------------------------------------------------

.PHONY: check
check: .venv/.browser ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: test
test: .venv/.ready ## The tests that need neither torch nor a network
	ANIME_TEST_SHARED="$(SHARED)" $(BIN)/pytest -n 2 -m "not torch and not measures"
	ANIME_TEST_SHARED="$(SHARED)" $(BIN)/pytest -m "not torch and measures"

.PHONY: test-fast
test-fast: .venv/.ready ## Logic, documents, template: what to run while working
	$(BIN)/pytest -n 2 -m "not measures and not slow" tests/unit tests/golden tests/template

# What runs the logic; other tiers, and tests that start processes, would add nothing but time.
COVER = tests/attacks tests/unit tests/web tests/contract/test_ledger.py
COVERS_NOTHING = $(foreach name,architecture cli documents faces_detectors http_cache import_budget \
  install observability,--ignore=tests/unit/test_$(name).py) \
  $(foreach name,connection processes schemathesis,--ignore=tests/web/test_$(name).py)

.PHONY: coverage
coverage: .venv/.ready ## How many of the logic's branches its tests run; fails under 95 %
	$(BIN)/pytest -n 2 -q -m "not torch and not measures and not slow" $(COVER) $(COVERS_NOTHING) \
	  --cov --cov-report=term --cov-report=json:.cover/report.json
	@$(BIN)/python -m scripts.coverage .cover/report.json

.PHONY: prometheus
prometheus: .venv/.ready ## What checks the alerts: promtool (as root on Debian, installs it)
	@$(BIN)/python -m scripts.prometheus

.PHONY: test-torch
test-torch: .venv-train/.bench ## The tests that need torch: parity, training, benchmarks (installs it)
	ANIME_TEST_SHARED="$(SHARED)" $(TRAIN_BIN)/pytest -m torch

.PHONY: browser-test
browser-test: .venv/.browser ## The tests of the page in Chromium (as root on Debian, installs it)
	$(BIN)/python -m scripts.browser
	ANIME_TEST_SHARED="$(SHARED)" $(BIN)/pytest tests/browser

.PHONY: servers
servers: .venv/.ready ## Have RabbitMQ and Redis for the tests (as root on Debian, installs them)
	$(BIN)/python -m scripts.servers

.PHONY: scale-test
scale-test: servers ## Workers on one RabbitMQ and Redis: they share the work, killed ones lose none
	$(BIN)/pytest tests/scale

FUZZ_SECONDS ?= 120
FUZZED = $(if $(TARGET),$(TARGET),decode multipart json)

.venv/.fuzz: .venv/.ready requirements/fuzz.txt
	$(UV) pip install --quiet --python .venv --require-hashes -r requirements/fuzz.txt
	@touch $@

.PHONY: fuzz
fuzz: .venv/.fuzz ## Fuzz decoding, forms, JSON: FUZZ_SECONDS=120 each (TARGET=, REPLAY=file)
	@for target in $(FUZZED); do $(BIN)/python -m tests.fuzz $$target \
	  --seconds $(FUZZ_SECONDS) $(if $(REPLAY),--replay $(REPLAY)); done

MUTANT_DIGITS ?= 37
MUTANT_MINUTES ?= 10

.venv/.mutants: .venv/.ready requirements/mutants.txt
	$(UV) pip install --quiet --python .venv --require-hashes -r requirements/mutants.txt
	@touch $@

.PHONY: mutants
mutants: .venv/.mutants ## Whether tests notice changes of logic: every fifth (MUTANT_DIGITS=0123456789: all)
	@MUTANT_DIGITS=$(MUTANT_DIGITS) MUTANT_MINUTES=$(MUTANT_MINUTES) $(BIN)/python -m tests.mutants

.PHONY: attacks
attacks: .venv/.ready ## Attack a served product in every known way, and report (QUICK=1: some of it)
	@$(BIN)/python -m tests.attacks $(if $(QUICK),--quick)

.venv-audit/.ready: requirements/audit.txt | .uv/bin/uv
	@test -d .venv-audit || $(UV) venv --quiet --python $(PYTHON) .venv-audit
	$(UV) pip sync --quiet --python .venv-audit --require-hashes requirements/audit.txt
	@touch $@

.PHONY: audit
audit: .venv/.ready .venv-audit/.ready ## Known vulnerabilities of all locks (UNASKED=warn: pass if nobody answers)
	@$(BIN)/python -m scripts.audit $(if $(UNASKED),--unasked $(UNASKED))

.PHONY: sbom
sbom: .venv/.ready .venv-audit/.ready ## What each function is made of, as CycloneDX, in .sbom
	@$(BIN)/python -m scripts.sbom

.PHONY: format
format: .venv/.ready ## Format, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- cloud -------------------------------------------------------------------------------------

ENV ?= default
SAM ?= sam
STACK = $(BIN)/python -m scripts.stack
RELEASE = .aws-sam/samconfig.yaml

.PHONY: build
build: ## Build both functions and the layer (needs sam, python3.12, Docker)
	$(SAM) build --config-env $(ENV)

.PHONY: deploy
deploy: build .venv/.ready ## Deploy to AWS: make deploy ENV=prod (an environment of samconfig.toml)
	@$(STACK) release $(ENV) $(RELEASE)
	$(SAM) deploy --config-file $(RELEASE) --config-env $(ENV)

.PHONY: site
site: .venv/.ready ## Publish the page, with the address of the API written in
	@$(BIN)/python -m scripts.site --bucket "$$($(STACK) output $(ENV) SiteBucketName)" \
	  --api-url "$$($(STACK) output $(ENV) ApiUrl)" \
	  --docs-url "$$($(STACK) output $(ENV) DocsUrl)" \
	  --storage "$$($(STACK) output $(ENV) StorageOrigins)"

.PHONY: destroy
destroy: .venv/.ready ## Remove everything that was deployed, pictures included (asks first)
	@$(STACK) empty $(ENV)
	$(SAM) delete --config-env $(ENV)

.PHONY: cloud-test
cloud-test: .venv/.browser ## Deploy to an emulator in containers, and test it (EMULATOR=, KEEP=1)
	@$(BIN)/python -m scripts.cloud test

.PHONY: sam-local
sam-local: .venv/.ready ## Test both functions under sam local
	@$(BIN)/python -m scripts.cloud local

.PHONY: cloud-down
cloud-down: .venv/.ready ## End what cloud-test left running
	@$(BIN)/python -m scripts.cloud down

# --- measure -----------------------------------------------------------------------------------

.PHONY: bench
bench: .venv-train/.bench ## This app against torch, ONNX Runtime, OpenVINO, ncnn (WEIGHTS= SCENES= QUICK=1)
	$(TRAIN_BIN)/python -m bench $(if $(WEIGHTS),--weights $(WEIGHTS)) \
	  $(if $(SCENES),--scenes $(SCENES)) $(if $(QUICK),--quick)

.PHONY: bench-engine
bench-engine: .venv/.ready ## Session options of the engine: threads, arena, graph level, spinning
	$(BIN)/python -m bench.engine

.PHONY: bench-faces
bench-faces: .venv/.ready ## Time of each stage for a portrait and a group (PACK=folder: both detectors)
	$(BIN)/python -m bench.faces $(PACK)

.PHONY: bench-pipeline
bench-pipeline: .venv/.ready ## What a photo costs around the network: decoding, encoders, their settings
	$(BIN)/python -m bench.pipeline

.PHONY: bench-memory
bench-memory: .venv/.ready ## Memory foretold and measured, and what tiles change (WEIGHTS= SCENES=)
	$(BIN)/python -m bench.memory $(WEIGHTS) $(SCENES)

.PHONY: bench-clip
bench-clip: .venv/.ready ## Animated pictures: time of whole frames and of changes, and flicker
	$(BIN)/python -m bench.clip

.PHONY: bench-load
bench-load: .venv-train/.ready ## 30 clients for a minute: a monolith with torch, and this app (13 GB)
	$(TRAIN_BIN)/python -m bench.load

.PHONY: soak
soak: .venv/.ready ## Load, and faults under load: 20 minutes (SECONDS= of each load, QUICK=1, ONLY=fault)
	$(BIN)/python -m bench.soak $(if $(SECONDS),--seconds $(SECONDS)) $(if $(QUICK),--quick) \
	  $(if $(ONLY),--only "$(ONLY)") $(if $(QUICK)$(ONLY),,--document docs/reliability.md)

.PHONY: bench-lambda
bench-lambda: .venv/.ready ## Cold starts, warm calls, memory and cost of both functions (15 minutes)
	$(BIN)/python -m bench.aws_lambda

.PHONY: contact-sheet
contact-sheet: .venv/.ready ## Every face photo of FACES=folder before and after, and how its seams show
	$(BIN)/python -m bench.contact_sheet $(FACES) .bench/faces

.PHONY: bench-skin
bench-skin: .venv/.ready ## How much lighter or darker skin becomes (FACES=folder: of its photos, too)
	$(BIN)/python -m bench.skin $(FACES)

# --- compose -----------------------------------------------------------------------------------

N ?= 1
COMPOSE = $$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
  --file deploy/compose/compose.yaml

.PHONY: compose-env
compose-env: ## Write the settings of Docker Compose, with passwords made up anew
	@$(PYTHON) -m scripts.compose.environment

.PHONY: compose-up
compose-up: compose-env ## Start everything in containers, N=2 of those that paint
	$(COMPOSE) up --build --detach --scale inference=$(N)

.PHONY: compose-down
compose-down: ## End it; what was painted, and all settings, stay
	$(COMPOSE) down

.PHONY: compose-test
compose-test: .venv/.ready ## Start it in containers of its own, and test it (as root on Debian; KEEP=1)
	@$(BIN)/python -m scripts.compose

# --- train -------------------------------------------------------------------------------------

PHOTOS ?= ../shared/photos
TEACHERS ?= ../shared/models
STYLE ?= hayao
TEACHER_hayao := $(TEACHERS)/animegan2/hayao.npz
TEACHER_shinkai := $(TEACHERS)/animegan3/shinkai_37.onnx

.PHONY: student-sheet
student-sheet: .venv-train/.ready ## 60 held-out photos, teacher, student: sheets (PHOTOS= TEACHERS= STYLE=)
	$(TRAIN_BIN)/python -m training evaluate --photos $(PHOTOS) --style $(STYLE) --most 60 \
	  --teacher $(TEACHER_$(STYLE)) --sheets .bench/$(STYLE)

.PHONY: students
students: .venv-train/.ready ## Label, train and export the bundled styles (a night; resumable)
	$(TRAIN_BIN)/python -m training label --photos $(PHOTOS) \
	  --teacher $(TEACHER_hayao)
	$(TRAIN_BIN)/python -m training train --photos $(PHOTOS)
	$(TRAIN_BIN)/python -m training round --photos $(PHOTOS)
	$(TRAIN_BIN)/python -m training export
	$(TRAIN_BIN)/python -m training evaluate --photos $(PHOTOS)
	$(TRAIN_BIN)/python -m training label --style shinkai --photos $(PHOTOS) \
	  --teacher $(TEACHER_shinkai)
	$(TRAIN_BIN)/python -m training train --style shinkai --photos $(PHOTOS) \
	  --start functions/inference/anime_inference/models/hayao.onnx
	$(TRAIN_BIN)/python -m training round --style shinkai --photos $(PHOTOS)
	$(TRAIN_BIN)/python -m training export --style shinkai
	$(TRAIN_BIN)/python -m training evaluate --style shinkai --photos $(PHOTOS)
	$(TRAIN_BIN)/python -m training portrait label --photos $(PHOTOS) \
	  --teacher $(TEACHERS)/animegan3/tiny_cute.onnx
	$(TRAIN_BIN)/python -m training portrait train
	$(TRAIN_BIN)/python -m training portrait export
	$(TRAIN_BIN)/python -m training portrait evaluate --photos $(PHOTOS)

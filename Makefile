# The targets that people use. `make help` lists them.

BIN := $(CURDIR)/.bin
export PATH := $(BIN):$(PATH)
# Without the folder's name in it, what was compiled in one clone is good for the next.
export GOFLAGS := $(shell go env GOFLAGS) -trimpath
# CDK's runtime warns of each Node but the newest ones at length.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1

.DEFAULT_GOAL := help
.PHONY: help dev build web generate test test-go test-cdk test-web test-browser verify lint bench mutate fuzz clean tools

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: build ## Build everything and start it on a private Postgres; SHAPE=aws on emulators of AWS.
	@scripts/install postgres $(if $(filter aws,$(SHAPE)),redis dynoxide fauxqs versitygw)
	@exec bin/throng dev $(if $(SHAPE),--shape=$(SHAPE))

build: ## Build the binary with the web app in it.
	@$(MAKE) --no-print-directory -j2 compiled web/dist/.built
	@go build -o bin/throng ./cmd/throng

# Go's packages are compiled while the web app is built; linking comes after.
.PHONY: compiled
compiled:
	@go build -o /dev/null ./cmd/throng

node_modules/.installed: package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

WEB_SOURCES := $(shell find web sdk/ts gen/ts -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

web/dist/.built: $(WEB_SOURCES) node_modules/.installed
	@npm run --silent build -w web
	@rm -rf internal/webapp/dist/* && cp -R web/dist/. internal/webapp/dist/ && touch $@

tools: $(BIN)/.installed ## Build the pinned tools into .bin.

$(BIN)/.installed: tools/go.mod tools/go.sum
	@mkdir -p $(BIN) && GOBIN=$(BIN) go install -modfile=tools/go.mod tool && touch $@

generate: tools node_modules/.installed ## Write all generated code anew.
	@buf format -w proto && buf generate && rm -rf gen/db && sqlc generate && go test ./internal/app -run TestSettingsReference -update
	@cd cdk/stack && go run .

test: test-go test-cdk test-web test-browser ## Run every test: Go with -race, the stack, web, and a real browser.

# Large worlds run without the race detector, small ones with it.
test-go: tools
	@scripts/install postgres redis dynoxide fauxqs versitygw compiler
	@gotestsum --format=pkgname-and-test-fails -- -race -vet=off -timeout=30m ./...
	@gotestsum --format=pkgname-and-test-fails -- -vet=off -timeout=30m -run 'TestElevenChecks|TestAPostOfAStar' ./internal/app

# The stack is a module of its own: its template is as committed, and is validated.
test-cdk: node_modules/.installed
	@scripts/install cloudformation-validate
	@cd cdk/stack && go vet . && go test .
	@scripts/validate-template

test-web: node_modules/.installed
	@npm run --silent test

test-browser: build
	@scripts/install chromium redis dynoxide fauxqs versitygw
	@scripts/browser-test
	@scripts/browser-test --shape=aws

verify: tools node_modules/.installed ## Prove that generated code is fresh, contracts are kept, and the linters are content.
	@scripts/verify

lint: tools node_modules/.installed ## Run the linters alone.
	@golangci-lint run && buf lint && npm run --silent lint

bench: build ## Measure each hot path against its limit and print the ratios.
	@go run ./internal/bench/cmd

mutate: ## Take out of the timelines what they need, piece by piece; their model must notice.
	@THRONG_MUTATIONS=1 go test ./internal/timeline -run TestTheModelNoticesEachMutation -v -timeout=3h

fuzz: ## Fuzz every parser for ten seconds each.
	@scripts/fuzz 10s

clean: ## Remove what was built; data folders stay.
	@rm -rf bin web/dist internal/webapp/dist/* node_modules/.installed && touch internal/webapp/dist/.keep

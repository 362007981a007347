package app_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/settings"
)

var update = flag.Bool("update", false, "write golden files anew")

const reference = "../../docs/settings.md"

func TestSettingsReference(t *testing.T) {
	t.Parallel()
	page := settings.Reference(&app.Settings{})
	if *update {
		if err := os.WriteFile(reference, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(reference)
	if err != nil || string(written) != page {
		t.Errorf("docs/settings.md is not what the settings say of themselves (%v): run `make generate`", err)
	}
}

func TestEverySettingHasAVariableAndHelp(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range settings.Fields(&app.Settings{}) {
		if !strings.HasPrefix(f.Env, "THRONG_") || seen[f.Env] || !strings.HasSuffix(f.Help, ".") {
			t.Errorf("%s: %q", f.Env, f.Help)
		}
		seen[f.Env] = true
	}
}

func TestSecretsAreMaskedAtTheStart(t *testing.T) {
	t.Parallel()
	s := defaults(t)
	s.URL, s.Readers, s.Secret = "postgres://me:sesame@db/throng", []string{"postgres://me:sesame@replica/throng"}, "sesame"
	s.RedisURL = "redis://me:sesame@cache:6379/0"
	s.S3.AccessKey, s.S3.SecretKey = "sesame", "sesame"
	if text := fmt.Sprint(settings.Masked(&s)); strings.Contains(text, "sesame") || !strings.Contains(text, "127.0.0.1:8080") {
		t.Errorf("printed: %s", text)
	}
}

func TestSettingsThatCannotWorkAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	for sentence, breakIt := range map[string]func(*app.Settings){
		"THRONG_DB_URL is not set":     func(s *app.Settings) { s.URL = "" },
		"64 hexadecimal digits":        func(s *app.Settings) { s.Secret = "sesame" },
		`no service "shop"`:            func(s *app.Settings) { s.Services = append(s.Services, "shop") },
		`"post" neither runs here`:     func(s *app.Settings) { s.Services = []string{"media", "user", "graph", "timeline", "campaign"} },
		"THRONG_TRUSTED_PROXIES":       func(s *app.Settings) { s.TrustedProxies = []string{"10.0.0.0"} },
		"THRONG_REDIS_URL is not set":  func(s *app.Settings) { s.PubSub = "redis" },
		"auto, off, or two numbers":    func(s *app.Settings) { s.Concurrency = "64-16" },
		"so name the Redis to use":     func(s *app.Settings) { s.Cache = "redis" },
		"the URL of Redis":             func(s *app.Settings) { s.PubSub, s.RedisURL = "redis", "me:sesame@host" },
		"must be at least 1":           func(s *app.Settings) { s.Timeline.Keep = 0 },
		"THRONG_AWS_REGION is not set": func(s *app.Settings) { s.PostStore, s.DynamoEndpoint = "dynamo", "http://127.0.0.1:1" },
		`THRONG_MEDIA_STORE is "tape"`: func(s *app.Settings) { s.MediaStore = "tape" },
		"need THRONG_S3_BUCKET":        func(s *app.Settings) { s.MediaStore, s.S3.Region = "s3", "eu-central-1" },
		"go together":                  func(s *app.Settings) { s.MediaStore, s.S3.AccessKey = "s3", "throng" },
		"must be the URL of a server":  func(s *app.Settings) { s.MediaStore, s.S3.Endpoint = "s3", "127.0.0.1:7070" },
		`no queue "urgent"`:            func(s *app.Settings) { s.Queues = []string{"urgent"} },
	} {
		s := unreached(t)
		breakIt(&s)
		a, err := app.New(t.Context(), s, app.Role{Work: true}, slog.New(slog.DiscardHandler))
		if err == nil {
			a.Close()
		}
		if err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%q is missing in: %v", sentence, err)
		}
	}
}

// unreached are good settings of a deployment whose database nobody asks.
func unreached(t *testing.T) app.Settings {
	t.Helper()
	s := defaults(t)
	s.URL, s.Secret, s.MediaDir = "postgres://u:p@127.0.0.1:1/d", hex.EncodeToString(make([]byte, 32)), filepath.Join(t.TempDir(), "media")
	return s
}

func TestEverySubscriptionIsHandled(t *testing.T) {
	t.Parallel()
	a, err := app.New(t.Context(), unreached(t), app.Role{Work: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	topics := a.Topics()
	for _, s := range queue.Subscriptions {
		if !slices.Contains(topics, s.Topic()) {
			t.Errorf("no noun handles %s", s.Topic())
		}
	}
	events := map[string]bool{}
	for _, s := range queue.Subscriptions {
		events[s.Event] = true
	}
	for _, topic := range topics {
		_, name, _ := strings.Cut(topic, ".")
		if events[name] && !slices.ContainsFunc(queue.Subscriptions, func(s queue.Subscription) bool { return s.Topic() == topic }) {
			t.Errorf("%s is handled and subscribed to by nobody", topic)
		}
	}
}

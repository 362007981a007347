package settings_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/settings"
)

type shop struct {
	Store `embed:""`

	Addr    string        `env:"SHOP_ADDR" default:"127.0.0.1:80" help:"Where it is."`
	Patient time.Duration `env:"SHOP_PATIENCE" default:"10s" help:"How long it waits."`
	Key     string        `env:"SHOP_KEY" masked:"" help:"Opens the door."`
	Verbose bool          `help:"A flag alone, which is no setting."`
}

type Store struct {
	URL     string   `env:"SHOP_DB_URL" masked:"" help:"Where the goods are."`
	Mirrors []string `env:"SHOP_DB_MIRRORS" masked:"" help:"And again."`
}

func example() *shop {
	return &shop{Addr: "[::]:8080", Patient: time.Second, Key: "open sesame", Store: Store{URL: "postgres://me:sesame@db/shop"}}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	masked := settings.Masked(example())
	if text := fmt.Sprint(masked); strings.Contains(text, "sesame") {
		t.Errorf("printed: %s", text)
	}
	for variable, want := range map[string]any{
		"SHOP_ADDR": "[::]:8080", "SHOP_PATIENCE": time.Second, "SHOP_KEY": "***", "SHOP_DB_URL": "***", "SHOP_DB_MIRRORS": "(not set)",
	} {
		if masked[variable] != want {
			t.Errorf("%s is printed as %v, want %v", variable, masked[variable], want)
		}
	}
	if len(masked) != 5 {
		t.Errorf("printed %d settings, want 5", len(masked))
	}
}

func TestReferenceHasEachSettingInTheOrderOfDeclaration(t *testing.T) {
	t.Parallel()
	page := settings.Reference(example())
	_, table, found := strings.Cut(page, "|---|---|---|\n")
	want := "| `SHOP_DB_URL` |  | Where the goods are. |\n" +
		"| `SHOP_DB_MIRRORS` |  | And again. |\n" +
		"| `SHOP_ADDR` | `127.0.0.1:80` | Where it is. |\n" +
		"| `SHOP_PATIENCE` | `10s` | How long it waits. |\n" +
		"| `SHOP_KEY` |  | Opens the door. |\n"
	if !found || table != want {
		t.Errorf("the page has\n%s\nwant\n%s", table, want)
	}
	if strings.Contains(page, "sesame") || strings.Contains(page, "8080") {
		t.Error("the page has values of this process")
	}
}

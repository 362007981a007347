package campaign_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFault checks kind and reason, and that what is invalid names its field.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults leave a method unwrapped
	if !ok || f.Kind != kind || f.Reason != reason || (f.Field != "") != (kind == fault.Invalid) {
		t.Errorf("got %#v, want the reason %s", err, reason)
	}
}

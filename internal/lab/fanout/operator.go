package fanout

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/throng-social/throng/internal/app"
)

const operatorConns = 8

// operator is an app on a database that serves nothing and works nothing off.
func operator(ctx context.Context, url, secret, media string) (*app.App, error) {
	s := app.Settings{Database: app.Database{URL: url, MaxConns: operatorConns}, Secret: secret, MediaDir: media}
	// What only servers and workers go by must be possible all the same.
	s.Timeline.Keep, s.Timeline.FanoutPage = 1, 1
	return app.New(ctx, s.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
}

// Operate lends an operator's app on a database, for auditors: it seals nothing
// that anybody else would open.
func Operate(ctx context.Context, url string, use func(*app.App) error) error {
	media, err := os.MkdirTemp("", "throng-lab-media")
	if err != nil {
		return err
	}
	defer os.RemoveAll(media) //nolint:errcheck // an empty folder
	a, err := operator(ctx, url, strings.Repeat("0", 64), media)
	if err != nil {
		return err
	}
	defer a.Close()
	return use(a)
}

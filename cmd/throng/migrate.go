package main

import (
	"context"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/migration"
)

type migrateCommand struct {
	app.Database `embed:"" prefix:"db-"`
}

// Run migrates; running it again does nothing.
func (c *migrateCommand) Run(ctx context.Context) error {
	if err := migration.Up(ctx, c.URL, app.NewLogger(app.Settings{}, os.Stderr)); err != nil {
		return err
	}
	fmt.Println("the schema is up to date")
	return nil
}

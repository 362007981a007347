// Package sql carries the one schema into the binary. The queries beside it
// become Go in gen/db.
package sql

import "embed"

// Migrations are goose files, applied in the order of their numbers.
//
//go:embed migrations/*.sql
var Migrations embed.FS

package database

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// filesSince is the version of Postgres from which on a clone need not go through
// the log.
const filesSince = 150_000

// Exists says whether a server has a database, and of what version it is.
func Exists(ctx context.Context, admin, name string) (there bool, version string, err error) {
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1), current_setting('server_version')"
	err = with(ctx, admin, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, query, name).Scan(&there, &version) })
	return there, version, err
}

// Rename gives a database another name.
func Rename(ctx context.Context, admin, from, to string) error {
	return with(ctx, admin, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "ALTER DATABASE "+quote(from)+" RENAME TO "+quote(to))
		return err
	})
}

// Clone makes a database that is a copy of another one, to which nobody may be
// connected. admin is the URL of a third one on the same server. Files are copied
// as they are, which takes as long as the disk does.
func Clone(ctx context.Context, admin, template, name string) error {
	return with(ctx, admin, func(conn *pgx.Conn) error {
		var version int
		if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
			return err
		}
		sql := "CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(template)
		if version >= filesSince {
			sql += " STRATEGY FILE_COPY"
		}
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

// Drop removes a database with whoever is connected to it; none is no error.
func Drop(ctx context.Context, admin, name string) error {
	return with(ctx, admin, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
		return err
	})
}

// Checkpoint has everything on disk that is to come there, so that what is
// measured next does not pay for it.
func Checkpoint(ctx context.Context, admin string) error {
	return with(ctx, admin, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CHECKPOINT")
		return err
	})
}

// Settle leaves a database as one that has stood for a while: vacuumed, its statistics
// known, everything on disk.
func Settle(ctx context.Context, url string) error {
	return with(ctx, url, func(conn *pgx.Conn) error {
		for _, sql := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

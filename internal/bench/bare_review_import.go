package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// copied are the rows that an import has made, in files of COPY's binary form.
type copied struct {
	dir string
	// rows is how many there are of each table.
	rows map[string]int64
}

// copiedTables are those that an import of reviews writes to.
var copiedTables = []string{"review_products", "reviews", "review_meta"}

func copyOut(ctx context.Context, url, dir string) (*copied, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	c := &copied{dir: dir, rows: map[string]int64{}}
	for _, table := range copiedTables {
		if err := c.out(ctx, conn, table); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *copied) path(table string) string { return filepath.Join(c.dir, table) }

func (c *copied) out(ctx context.Context, conn *pgx.Conn, table string) error {
	f, err := os.Create(c.path(table))
	if err != nil {
		return err
	}
	tag, err := conn.PgConn().CopyTo(ctx, f, "COPY "+table+" TO STDOUT (FORMAT binary)")
	c.rows[table] = tag.RowsAffected()
	return errors.Join(err, f.Close())
}

// bareIndexesSQL is how the indexes of a table are dropped and made, its primary key
// among them.
const bareIndexesSQL = `
SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %I', i.relname) ELSE format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, c.conname) END,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.oid) ELSE format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) END
FROM pg_index x
         JOIN pg_class t ON t.oid = x.indrelid
         JOIN pg_class i ON i.oid = x.indexrelid
         LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.conrelid = t.oid
WHERE x.indrelid = $1::text::regclass`

// bareMemory is what the building of an index may take: more than is used here.
const bareMemory = "SET maintenance_work_mem = '512MB'"

// copyIn does it by hand, as fast as anybody here knows: rows come in frozen, into tables
// that were emptied in the same transaction and have no indexes until all are there.
func (c *copied) copyIn(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, bareMemory); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, table := range copiedTables {
			if err := c.in(ctx, tx, table); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *copied) in(ctx context.Context, tx pgx.Tx, table string) error {
	type index struct{ Drop, Make string }
	rows, err := tx.Query(ctx, bareIndexesSQL, table)
	if err != nil {
		return err
	}
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return err
	}
	for _, x := range indexes {
		if _, err := tx.Exec(ctx, x.Drop); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "TRUNCATE "+table); err != nil {
		return err
	}
	f, err := os.Open(c.path(table))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, f, "COPY "+table+" FROM STDIN (FORMAT binary, FREEZE)"); err != nil {
		return err
	}
	for _, x := range indexes {
		if _, err := tx.Exec(ctx, x.Make); err != nil {
			return err
		}
	}
	return nil
}

// complete asserts that all rows are there, with their indexes.
func (c *copied) complete(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, table := range copiedTables {
		var rows, indexes int64
		err := conn.QueryRow(ctx, "SELECT (SELECT count(*) FROM "+table+"), (SELECT count(*) FROM pg_index WHERE indrelid = $1::text::regclass AND indisvalid)", table).Scan(&rows, &indexes)
		if err != nil {
			return err
		}
		if rows != c.rows[table] || indexes == 0 {
			return fmt.Errorf("COPY made %d rows of %s with %d indexes, of %d rows", rows, table, indexes, c.rows[table])
		}
	}
	return nil
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// step is one of those by which rows are stored by hand: a statement, or a table that is
// filled without its indexes, which are built then, by a statement or else from a file.
type step struct{ table, sql string }

// tables are filled from files, one after the other.
func tables(names ...string) []step {
	steps := make([]step, len(names))
	for i, name := range names {
		steps[i].table = name
	}
	return steps
}

// kept are the rows that an import has made, in files of COPY's binary form.
type kept struct {
	dir   string
	steps []step
	// sums are of the rows of each table.
	sums map[string]string
}

// keep puts the rows of those tables into files that are filled from files, and sums all up.
func keep(ctx context.Context, url, dir string, steps []step) (*kept, error) {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o750)); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	k := &kept{dir: dir, steps: steps}
	for _, s := range steps {
		if s.table != "" && s.sql == "" {
			if err := k.out(ctx, conn, s.table); err != nil {
				return nil, err
			}
		}
	}
	k.sums, err = k.sum(ctx, conn)
	return k, err
}

func (k *kept) path(table string) string { return filepath.Join(k.dir, table) }

func (k *kept) out(ctx context.Context, conn *pgx.Conn, table string) error {
	f, err := os.Create(k.path(table))
	if err != nil {
		return err
	}
	_, err = conn.PgConn().CopyTo(ctx, f, "COPY "+table+" TO STDOUT (FORMAT binary)")
	return errors.Join(err, f.Close())
}

// sum is, of each table, how many rows and valid indexes it has, and a sum over the rows.
func (k *kept) sum(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	sums := map[string]string{}
	for _, s := range k.steps {
		if s.table == "" {
			continue
		}
		var sum string
		err := conn.QueryRow(ctx, "SELECT format('%s rows, %s, indexes %s', count(*), sum(hashtext(t::text)), "+
			"(SELECT count(*) FROM pg_index WHERE indrelid = $1::text::regclass AND indisvalid)) FROM "+s.table+" AS t", s.table).Scan(&sum)
		if err != nil {
			return nil, err
		}
		sums[s.table] = sum
	}
	return sums, nil
}

// bareMemory is what the building of an index may take, and a sum by parts: more than is
// used here.
const bareMemory = "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"

// store does it by hand, as fast as anybody here knows: rows come in frozen, into tables
// that were made or emptied in the same transaction and have no indexes until all are there.
func (k *kept) store(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, bareMemory); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, s := range k.steps {
			if err := k.do(ctx, tx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

func (k *kept) do(ctx context.Context, tx pgx.Tx, s step) error {
	if s.table == "" {
		_, err := tx.Exec(ctx, s.sql)
		return err
	}
	return withoutIndexes(ctx, tx, s.table, func() error {
		if s.sql != "" {
			_, err := tx.Exec(ctx, s.sql)
			return err
		}
		f, err := os.Open(k.path(s.table))
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = tx.Conn().PgConn().CopyFrom(ctx, f, "COPY "+s.table+" FROM STDIN (FORMAT binary, FREEZE)")
		return err
	})
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

// withoutIndexes empties a table, has it filled, and builds its indexes.
func withoutIndexes(ctx context.Context, tx pgx.Tx, table string, fill func() error) error {
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
	if err := fill(); err != nil {
		return err
	}
	for _, x := range indexes {
		if _, err := tx.Exec(ctx, x.Make); err != nil {
			return err
		}
	}
	return nil
}

// complete asserts that the rows are those of the import, with their indexes.
func (k *kept) complete(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	sums, err := k.sum(ctx, conn)
	if err != nil {
		return err
	}
	for table, want := range k.sums {
		if sums[table] != want {
			return fmt.Errorf("COPY made %s of %s, the import %s", sums[table], table, want)
		}
	}
	return nil
}

package database

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// index can be dropped and built anew just as it was.
type index struct{ name, drop, create string }

// indexes are those of a table, its primary key among them, as the schema has
// them at present.
func (l *loader) indexes(ctx context.Context, table string) ([]index, error) {
	const query = `
SELECT quote_ident(i.relname),
       CASE WHEN c.oid IS NULL THEN format('DROP INDEX %I', i.relname) ELSE format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, c.conname) END,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.oid) ELSE format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) END
FROM pg_index x
         JOIN pg_class t ON t.oid = x.indrelid
         JOIN pg_class i ON i.oid = x.indexrelid
         LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.conrelid = t.oid
WHERE x.indrelid = $1::text::regclass
ORDER BY c.oid IS NULL, i.relname`
	rows, err := l.conn.Query(ctx, query, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (i index, err error) {
		err = r.Scan(&i.name, &i.drop, &i.create)
		return i, err
	})
}

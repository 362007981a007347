package database

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Size is what the timelines of a database take.
type Size struct {
	// Bytes on disk, with indexes and what is dead and not yet reused.
	Bytes int64 `json:"bytes"`
	// Entries are the bytes of written entries alone.
	Entries int64 `json:"entries"`
}

// Looker looks at a database again and again, over a connection of its own. It is
// not safe for concurrent use.
type Looker struct{ conn *pgx.Conn }

// Watch connects.
func Watch(ctx context.Context, url string) (*Looker, error) {
	conn, err := pgx.Connect(ctx, url)
	return &Looker{conn}, err
}

// Close disconnects.
func (l *Looker) Close(ctx context.Context) { l.conn.Close(context.WithoutCancel(ctx)) }

// Size costs the server next to nothing.
func (l *Looker) Size(ctx context.Context) (s Size, err error) {
	const query = `
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint, coalesce(sum(pg_total_relation_size(oid)) FILTER (WHERE relname = 'timeline_entries'), 0)::bigint
FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname LIKE 'timeline\_%'`
	err = l.conn.QueryRow(ctx, query).Scan(&s.Bytes, &s.Entries)
	return s, err
}

// Modes are how many edges there are, and how many of them are pushed.
type Modes struct {
	Edges  int64 `json:"edges"`
	Pushed int64 `json:"pushed"`
}

// EdgeModes counts all edges, of authors who are not pulled as a whole apart. It
// reads the whole table.
func EdgeModes(ctx context.Context, url string) (m Modes, err error) {
	const query = `
SELECT count(*), count(*) FILTER (WHERE e.mode = 3 AND e.epoch = coalesce(x.epoch, 0) AND x.pulled IS NOT TRUE)
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id`
	err = with(ctx, url, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, query).Scan(&m.Edges, &m.Pushed) })
	return m, err
}

package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool is what the generated queries run on. Its errors are faults.
type Pool struct {
	raw *pgxpool.Pool
	// reading, where somebody reads for a session, says which server that is.
	reading *reading
}

// Exec runs a statement that answers no rows.
func (p Pool) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	p.reading.touch()
	tag, err := p.raw.Exec(ctx, sql, args...)
	return tag, Fault(err)
}

// Query runs a statement that answers rows.
func (p Pool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if p.reading != nil {
		return p.reading.query(ctx, sql, args)
	}
	r, err := p.raw.Query(ctx, sql, args...)
	return rows{r}, Fault(err)
}

// QueryRow runs a statement that answers one row.
func (p Pool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if p.reading != nil {
		r, err := p.reading.query(ctx, sql, args)
		return placedRow{r, err}
	}
	return row{p.raw.QueryRow(ctx, sql, args...)}
}

// CopyFrom loads rows in bulk.
func (p Pool) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	p.reading.touch()
	n, err := p.raw.CopyFrom(ctx, table, columns, src)
	return n, Fault(err)
}

// SendBatch sends several statements at once.
func (p Pool) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	p.reading.touch()
	return p.raw.SendBatch(ctx, b)
}

// Tx is a transaction that the generated queries run on. Its errors are faults.
type Tx struct{ raw pgx.Tx }

// Exec runs a statement that answers no rows.
func (t Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := t.raw.Exec(ctx, sql, args...)
	return tag, Fault(err)
}

// Query runs a statement that answers rows.
func (t Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	r, err := t.raw.Query(ctx, sql, args...)
	return rows{r}, Fault(err)
}

// QueryRow runs a statement that answers one row.
func (t Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return row{t.raw.QueryRow(ctx, sql, args...)}
}

// CopyFrom loads rows in bulk.
func (t Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	n, err := t.raw.CopyFrom(ctx, table, columns, src)
	return n, Fault(err)
}

// SendBatch sends several statements at once.
func (t Tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.raw.SendBatch(ctx, b)
}

type row struct{ raw pgx.Row }

func (r row) Scan(dest ...any) error { return Fault(r.raw.Scan(dest...)) }

type rows struct{ pgx.Rows }

func (r rows) Scan(dest ...any) error { return Fault(r.Rows.Scan(dest...)) }
func (r rows) Err() error             { return Fault(r.Rows.Err()) }

package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/consistency"
)

// reading is what somebody reads on a server for a session. Each statement asks in the
// same round trip where the server is: that is surely not less than what the statement
// saw, and to ask afterwards, apart, would cost a round trip more.
type reading struct {
	server  *server
	session *consistency.Session
	// floor is where the server surely was before.
	floor consistency.Position
}

// touch has the session ask by itself afterwards, for what is not read statement by
// statement.
func (r *reading) touch() {
	if r != nil {
		r.session.Touch(r.server, r.floor)
	}
}

func (r *reading) query(ctx context.Context, sql string, args []any) (*placedRows, error) {
	b := &pgx.Batch{}
	b.Queue(sql, args...)
	b.Queue(askSQL)
	results := r.server.pool.SendBatch(ctx, b)
	// Its error is that of the rows, too.
	found, err := results.Query()
	p := &placedRows{Rows: found, results: results, of: r}
	if err != nil {
		p.Close()
	}
	return p, Fault(err)
}

// saw tells the session between which places the server was.
func (r *reading) saw(floor, ceiling uint64) {
	r.server.reach(floor)
	r.session.Saw(r.floor, consistency.Position{Log: ceiling})
}

// placedRows are the rows of a statement, after which comes where the server is.
type placedRows struct {
	pgx.Rows
	results pgx.BatchResults
	of      *reading
	closed  bool
	err     error
}

// Next implements pgx.Rows.
func (p *placedRows) Next() bool {
	if p.Rows.Next() {
		return true
	}
	p.Close()
	return false
}

// Close implements pgx.Rows.
func (p *placedRows) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.Rows.Close()
	var floor, ceiling uint64
	if p.err = p.Rows.Err(); p.err == nil {
		p.err = p.results.QueryRow().Scan(&floor, &ceiling)
	}
	if err := p.results.Close(); p.err == nil {
		p.err = err
	}
	if p.err == nil {
		p.of.saw(floor, ceiling)
	}
}

// Err implements pgx.Rows. Where it is not known where the server is, nothing was read.
func (p *placedRows) Err() error {
	if p.closed {
		return Fault(p.err)
	}
	return Fault(p.Rows.Err())
}

// Scan implements pgx.Rows.
func (p *placedRows) Scan(dest ...any) error { return Fault(p.Rows.Scan(dest...)) }

// placedRow is the first of some.
type placedRow struct {
	rows *placedRows
	err  error
}

// Scan implements pgx.Row.
func (r placedRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return Fault(pgx.ErrNoRows)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// placedTracer tells a tracer of statements that go together with the question where
// the server is.
type placedTracer struct{ of pgx.QueryTracer }

type tracedKey struct{}

// TraceBatchStart implements pgx.BatchTracer.
func (t placedTracer) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	q := data.Batch.QueuedQueries
	if len(q) != 2 || q[1].SQL != askSQL {
		return ctx
	}
	ctx = t.of.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: q[0].SQL, Args: q[0].Arguments})
	return context.WithValue(ctx, tracedKey{}, true)
}

// TraceBatchQuery implements pgx.BatchTracer.
func (placedTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (t placedTracer) TraceBatchEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchEndData) {
	if ctx.Value(tracedKey{}) != nil {
		t.of.TraceQueryEnd(ctx, conn, pgx.TraceQueryEndData{Err: data.Err})
	}
}

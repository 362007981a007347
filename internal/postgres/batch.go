package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/consistency"
)

// Unit is what is done all or none: a transaction, whose statements answer one by
// one, or a batch, whose statements answer nothing and go together.
type Unit interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error)
	// unit keeps pools out: what runs on one is done statement by statement.
	unit()
}

var (
	_ Unit = Tx{}
	_ Unit = (*Batch)(nil)
)

func (Tx) unit() {}

// Batch gathers statements that answer nothing. The server runs them as one
// transaction, which costs one round trip where a transaction costs one a statement
// and two more.
type Batch struct{ raw pgx.Batch }

func (*Batch) unit() {}

var errAnswers = errors.New("postgres: a statement in a batch answers nothing")

// Exec adds a statement. Whether it succeeds is known when all have run.
func (b *Batch) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	b.raw.Queue(sql, args...)
	return pgconn.CommandTag{}, nil
}

// Query refuses: there are no answers to wait for.
func (*Batch) Query(context.Context, string, ...any) (pgx.Rows, error) { return nil, errAnswers }

// QueryRow refuses, as Query does.
func (*Batch) QueryRow(context.Context, string, ...any) pgx.Row { return noRow{} }

// CopyFrom refuses: it is a conversation of its own.
func (*Batch) CopyFrom(context.Context, pgx.Identifier, []string, pgx.CopyFromSource) (int64, error) {
	return 0, errAnswers
}

type noRow struct{}

// Scan implements pgx.Row.
func (noRow) Scan(...any) error { return errAnswers }

// InBatch runs on the writer what gather adds to a batch, all or nothing; nothing
// where gather fails. It runs the batch again after a serialization failure or a
// deadlock, as InTx does.
func (db *DB) InBatch(ctx context.Context, gather func(b *Batch) error) error {
	ctx, cancel := context.WithTimeout(ctx, txBudget)
	defer cancel()
	b := &Batch{}
	if err := gather(b); err != nil || b.raw.Len() == 0 {
		return err
	}
	return Fault(again(ctx, func() error { return db.send(ctx, b) }))
}

// send gives the driver a batch of its own: it keeps in one what it has learnt of it.
// For a session it commits by a statement and asks in the same round trip where the
// server is then, which is not less than where the commit is: to ask afterwards, apart,
// would cost a round trip more.
func (db *DB) send(ctx context.Context, b *Batch) error {
	session := consistency.From(ctx)
	batch := &pgx.Batch{}
	if session == nil {
		b.addTo(batch)
		return db.writer.pool.SendBatch(ctx, batch).Close()
	}
	floor := db.writer.floor()
	var reached, ceiling uint64
	batch.Queue("BEGIN")
	b.addTo(batch)
	batch.Queue("COMMIT")
	batch.Queue(askSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&reached, &ceiling) })
	err := db.writer.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		err := conn.SendBatch(ctx, batch).Close()
		if err != nil && conn.Conn().PgConn().TxStatus() == failedTx {
			_, undone := conn.Exec(ctx, "ROLLBACK")
			err = errors.Join(err, undone)
		}
		return err
	})
	if err == nil {
		db.writer.reach(reached)
		session.Saw(floor, consistency.Position{Log: ceiling})
	}
	return err
}

// failedTx is the status of a connection whose transaction can only be undone.
const failedTx = 'E'

func (b *Batch) addTo(batch *pgx.Batch) {
	for _, q := range b.raw.QueuedQueries {
		batch.Queue(q.SQL, q.Arguments...)
	}
}

// again tries once more after each conflict, a bounded number of times.
func again(ctx context.Context, fn func() error) (err error) {
	for try := range txTries {
		if err = fn(); !isConflict(err) || !pause(ctx, txPause<<try) {
			break
		}
	}
	return err
}

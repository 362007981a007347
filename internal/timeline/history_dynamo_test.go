package timeline_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
)

// tables are timelines in DynamoDB. People, follows and posts stay in Postgres.
type tables struct {
	t *testing.T
	// db is the test's own way to them, at which nothing stops.
	db     *dynamo.DB
	config dynamo.Config
	// leased says that no process hears of a flip that it did not make itself; so it is
	// in every other history.
	leased bool
}

func newTables(t *testing.T) *tables {
	t.Helper()
	d := dynamotest.New(t)
	w := &tables{t: t, db: d.Open(t), config: d.Config()}
	w.config.Transport = requestStops{w.config.Transport}
	// An operation that is held waits for an answer meanwhile.
	w.config.TryTime, w.config.Budget = operationLimit, operationLimit
	return w
}

// store is one of a process that knows no epochs yet.
func (w *tables) store() timeline.Store {
	db, err := dynamo.Open(w.t.Context(), w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	c := dynamostore.Config{EpochLease: time.Nanosecond, Linger: time.Nanosecond, FlipTime: operationLimit, TrimEvery: -1}
	if w.leased {
		c.EpochLease, c.Linger = time.Hour, 2*time.Hour
	}
	return dynamostore.New(db, c)
}

func (w *tables) forget(ctx context.Context) error {
	w.leased = !w.leased
	for _, table := range []string{dynamo.Timeline, dynamo.Outbox} {
		var gone []dynamo.Write
		for i, err := range w.db.Scan(ctx, table) {
			if err != nil {
				return err
			}
			gone = append(gone, dynamo.Write{Table: table, Key: i.Key(), Delete: true})
		}
		if err := w.db.BatchWrite(ctx, table, gone); err != nil {
			return err
		}
	}
	return nil
}

// now is a place that no answer from memory has reached.
func (w *tables) now() uint64 {
	return uint64(time.Now().Add(time.Minute).UnixMicro())
}

// collect takes new messages out of the outbox.
func (w *tables) collect(h *history) error {
	for shard := range 16 {
		for i, err := range w.db.Each(h.ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: "O#" + strconv.Itoa(shard)}) {
			if err != nil {
				return err
			}
			m := &message{number: len(h.messages), topic: i.Str("t"), payload: i.Bytes("b")}
			if err := h.understand(m); err != nil {
				return err
			}
			h.messages = append(h.messages, m)
			if _, err := w.db.Do(h.ctx, dynamo.Write{Table: dynamo.Outbox, Key: i.Key(), Delete: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ways are read from the items.
func (w *tables) ways(ctx context.Context, reader uuid.UUID, found map[uuid.UUID]way) error {
	var r dynamo.Item
	for i, err := range w.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: "F#" + reader.String()}) {
		if err != nil {
			return err
		}
		sk := i.Key().SK
		if sk == "!" {
			r = i
			continue
		}
		author, err := w.db.Get(ctx, dynamo.Primary, dynamo.Timeline, dynamo.Key{PK: "P#" + sk, SK: "!"})
		if err != nil {
			return err
		}
		a := way{
			mode: int16(i.Int("m")), generation: i.Int("g"), epoch: i.Int("e"), present: author.Int("e"), version: r.Int("v"), since: i.Int("s"),
			pulled: author.Bool("p"), horizon: uuid.MustParse(r.Str("h")), after: uuid.MustParse(i.Str("a")),
		}
		if a.mode == timeline.ModePromoting && a.generation == r.Int("sg") {
			a.mode = timeline.ModePush
		}
		if w.leased {
			// It may be read as before a flip.
			a.present, a.pulled = a.epoch, false
		}
		found[uuid.MustParse(sk)] = a
	}
	return nil
}

// requestStops makes operations stop before and after each of their requests to
// DynamoDB.
type requestStops struct{ network http.RoundTripper }

// alike are the statements of Postgres after which as much is left to do.
var alike = map[string]string{"TransactWriteItems": "commit", "BatchWriteItem": "CopyEntries", "BatchGetItem": "GetReaders", "GetItem": "GetReaders", "Query": "ReadPage"}

// RoundTrip implements http.RoundTripper.
func (s requestStops) RoundTrip(r *http.Request) (*http.Response, error) {
	o, ok := r.Context().Value(operationKey{}).(*operation)
	if !ok || o.storing || o.goroutine != goroutine() {
		return s.network.RoundTrip(r)
	}
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	stop := func() {
		if !o.killed {
			o.process.believe()
			o.yield(alike[op])
		}
	}
	stop()
	answer, err := s.network.RoundTrip(r)
	stop()
	return answer, err
}

func TestModelOfTimelinesHoldsInDynamoDB(t *testing.T) {
	t.Parallel()
	histories, first := setting(t, "THRONG_DYNAMO_HISTORIES", 10), setting(t, "THRONG_SEED", 0)
	w := newWorld(t)
	w.tables = newTables(t)
	began := time.Now()
	for i := range histories {
		if err := w.try(t, uint64(first+i)); err != nil {
			t.Fatalf("history %d, seed %d: %v", i+1, first+i, err)
		}
	}
	t.Log(histories, "histories after", time.Since(began))
}

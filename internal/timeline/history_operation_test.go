package timeline_test

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// operationLimit ends an operation that hangs.
const operationLimit = 30 * time.Second

// operation is a call into the product that stops after each of its statements
// and transactions and goes on when it is told to. So any number of others may
// come in between, and one that is never told to go on is a process that hangs.
// It is a coroutine: while it runs nothing else does, and a history runs the same
// way again.
type operation struct {
	name    string
	process *process
	random  *rand.Rand
	// storing says that it stops inside its transaction instead. It holds locks
	// there, so this is only for what nobody else waits for.
	storing bool
	// mortal says that it may be killed while it is held.
	mortal bool
	// at is the statement after which it stands.
	at     string
	killed bool
	err    error

	goroutine string
	yield     func(at string) bool
	next      func() (at string, more bool)
	cancel    context.CancelFunc
}

type operationKey struct{}

// newOperation makes one that has not begun.
func newOperation(ctx context.Context, name string, p *process, r *rand.Rand, fn func(context.Context, *operation) error) *operation {
	o := &operation{name: name, process: p, random: r}
	ctx, o.cancel = context.WithTimeout(context.WithValue(ctx, operationKey{}, o), operationLimit)
	o.next, _ = iter.Pull(func(yield func(string) bool) {
		o.goroutine, o.yield = goroutine(), yield
		o.err = fn(ctx, o)
	})
	return o
}

// run goes on to the next stop at which it is to be held. It answers whether it
// came to one before its end.
func (o *operation) run(hold holding) bool {
	for {
		at, more := o.next()
		if !more {
			o.cancel()
			return false
		}
		o.at = at
		if hold(at) {
			return true
		}
	}
}

// holding says whether an operation is to be held after a statement.
type holding func(at string) bool

func neverHold(string) bool { return false }

// kill ends it where it stands, as far as a process can tell: none of its
// statements is begun any more.
func (o *operation) kill() {
	o.killed = true
	o.cancel()
	o.run(neverHold)
}

// stops is the tracer that makes operations stop. What they do in goroutines
// beside themselves does not.
type stops struct{}

type statementKey struct{}

func (stops) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if ctx.Value(operationKey{}) == nil {
		return ctx
	}
	return context.WithValue(ctx, statementKey{}, data.SQL)
}

func (stops) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, _ pgx.TraceQueryEndData) {
	o, ok := ctx.Value(operationKey{}).(*operation)
	if !ok || o.goroutine != goroutine() || o.killed {
		return
	}
	o.process.believe()
	if within := conn.PgConn().TxStatus() != 'I'; within == o.storing {
		o.yield(statement(ctx))
	}
}

// statement is the name of a query, or the first word of what has none.
func statement(ctx context.Context) string {
	sql, _ := ctx.Value(statementKey{}).(string)
	fields := strings.Fields(sql)
	switch {
	case len(fields) == 0:
		return "nothing"
	case len(fields) > 2 && fields[1] == "name:":
		return fields[2]
	}
	return fields[0]
}

// goroutine is the number of the one that asks.
func goroutine() string {
	var b [32]byte
	runtime.Stack(b[:], false)
	return string(bytes.Fields(b[:])[1])
}

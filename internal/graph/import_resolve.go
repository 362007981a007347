package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/id"
)

const (
	// maxKnown bounds the handles that a stream remembers, at about 100 bytes each.
	maxKnown = 200_000
	// maxResolved is when waiting messages are enough to be resolved together.
	maxResolved = 5000
	// maxHandles is how many one question takes.
	maxHandles = 10_000
)

// importBatch is what became of a message before it is stored.
type importBatch struct {
	rows    []Row
	refused []Refusal
	// received is how many rows the message had, created how many accounts were
	// made for them.
	received, created int64
}

// handles are the accounts of handles in lower case; uuid.Nil where there is none.
type handles map[string]uuid.UUID

// resolver turns the handles of a stream into accounts. It asks for each once,
// as most come again.
type resolver struct {
	users userv1connect.UserInternalServiceClient
	known handles
}

func (r *resolver) run(ctx context.Context, in <-chan importMessage, out chan<- importBatch) error {
	for m := range in {
		for len(m) < maxResolved {
			next, ok := waiting(in)
			if !ok {
				break
			}
			m = slices.Concat(m, next)
		}
		created, err := r.learn(ctx, m)
		if err != nil {
			return err
		}
		b := r.batch(m)
		b.created = created
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
	return nil
}

// learn makes all handles of rows known, and answers how many accounts were made
// for that.
func (r *resolver) learn(ctx context.Context, m importMessage) (created int64, err error) {
	for part := range slices.Chunk(r.unknown(m), maxHandles) {
		res, err := r.users.ResolveHandles(ctx, &userv1.ResolveHandlesRequest{Handles: part, CreateMissing: true})
		if err != nil {
			return created, err
		}
		ids, err := id.ParseAll("user_ids", res.GetUserIds())
		if err != nil {
			return created, err
		}
		for i, h := range part {
			r.known[h] = ids[i]
		}
		created += res.GetCreated()
	}
	return created, nil
}

// unknown lists each handle of rows that is not known.
func (r *resolver) unknown(m importMessage) []string {
	if len(r.known) > maxKnown {
		clear(r.known)
	}
	var list []string
	for _, row := range m {
		for _, h := range []string{strings.ToLower(row.GetFollower()), strings.ToLower(row.GetFollowee())} {
			if _, ok := r.known[h]; !ok {
				r.known[h] = uuid.Nil
				list = append(list, h)
			}
		}
	}
	return list
}

// batch refuses what no account can follow.
func (r *resolver) batch(m importMessage) importBatch {
	b := importBatch{rows: make([]Row, 0, len(m)), received: int64(len(m))}
	for _, row := range m {
		e := Edge{FollowerID: r.known[strings.ToLower(row.GetFollower())], FolloweeID: r.known[strings.ToLower(row.GetFollowee())]}
		switch {
		case strings.EqualFold(row.GetFollower(), row.GetFollowee()):
			b.refused = append(b.refused, Refusal{row.GetLine(), ReasonSelf})
		case e.FollowerID == uuid.Nil || e.FolloweeID == uuid.Nil:
			b.refused = append(b.refused, Refusal{row.GetLine(), ReasonMissing})
		default:
			b.rows = append(b.rows, Row{Edge: e, Line: row.GetLine()})
		}
	}
	return b
}

// join makes one batch of two.
func (b importBatch) join(o importBatch) importBatch {
	return importBatch{
		rows:     slices.Concat(b.rows, o.rows),
		refused:  slices.Concat(b.refused, o.refused),
		received: b.received + o.received,
		created:  b.created + o.created,
	}
}

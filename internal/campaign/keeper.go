package campaign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/memory"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// presentKept and pastKept bound the entries of boards in this process, to about
	// 90 bytes each.
	presentKept = 3_000_000
	pastKept    = 2_000_000
	// keepTries is how often a board is mended for one reader.
	keepTries = 8
	// mendTimeout bounds that: a board of a million takes seconds.
	mendTimeout = time.Minute
	// unfitFor is how long a board that main could not hold is kept in this process.
	unfitFor = 30 * time.Second
	// mostUnfit bounds how many such boards are remembered.
	mostUnfit = 1000
	// loadsAtOnce bounds how many boards are loaded at the same time.
	loadsAtOnce = 2
)

var (
	// errMoved says that a board is further than the position that is to be read.
	errMoved = errors.New("campaign: the board has moved on")
	errBusy  = fault.New(fault.Unavailable, "boards_busy", "this leaderboard is being put together; please try again").After(time.Second)
)

// keeper makes boards fit to be read at a position: it loads those that are absent
// and takes the others on, by the changes since. Whoever finds a board behind waits
// for the one who mends it.
//
// While main is away boards are kept in this process, from the same scores, so
// readers see no difference; main's adapter says itself, at no cost, for how long
// that is.
type keeper struct {
	db *postgres.DB
	q  *campaigndb.Queries
	// main has the boards of now. spare stands in for it; it is main where main is in
	// this process. past has boards that stay as they were.
	main        board.Board
	spare, past *memory.Boards
	flights     singleflight.Group
	// unfit are boards that main lost as they were loaded, and until when they are not
	// loaded there again.
	mu    sync.Mutex
	unfit map[board.Key]time.Time
	// loads of boards of now, and of the past, which anybody may ask for.
	loads, pastLoads chan struct{}
}

func newKeeper(db *postgres.DB, q *campaigndb.Queries, main board.Board) *keeper {
	k := &keeper{
		db: db, q: q, main: main, spare: memory.New(presentKept), past: memory.New(pastKept),
		unfit: map[board.Key]time.Time{},
		loads: make(chan struct{}, loadsAtOnce), pastLoads: make(chan struct{}, loadsAtOnce),
	}
	if k.main == nil {
		k.main = k.spare
	}
	return k
}

// read answers a part of a board at exactly a position, which is that of the key
// where the board is one of the past. It answers errMoved where a board of now is
// further.
func (k *keeper) read(ctx context.Context, key board.Key, at boardPlace, q board.Query) (board.Answer, error) {
	if at.position == 0 {
		return board.Answer{First: 1}, nil
	}
	b := k.main
	switch {
	case key.At != 0:
		b = k.past
	case k.tooLarge(key, time.Now()):
		b = k.spare
	}
	for range keepTries {
		a, err := b.Read(ctx, key, q)
		switch {
		case err == nil && a.Position == at.position:
			return a, nil
		case err == nil && a.Position > at.position:
			return a, errMoved
		case err == nil || errors.Is(err, board.ErrAbsent):
			err = k.mend(ctx, b, key, at)
		}
		switch {
		case errors.Is(err, board.ErrAway):
			b = k.spare
		case errors.Is(err, board.ErrAbsent):
			// It was lost as it was loaded: by a flush, or as there is no room for it.
			k.noteTooLarge(key, time.Now())
			b = k.spare
		case err != nil:
			return board.Answer{}, err
		}
	}
	return board.Answer{}, errBusy
}

func (k *keeper) tooLarge(key board.Key, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	until, ok := k.unfit[key]
	if ok && now.After(until) {
		delete(k.unfit, key)
	}
	return ok && now.Before(until)
}

func (k *keeper) noteTooLarge(key board.Key, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.unfit) >= mostUnfit {
		clear(k.unfit)
	}
	k.unfit[key] = now.Add(unfitFor)
}

// mend takes a board to a position, once for all who wait for it. It goes on when
// the one who began it is gone.
func (k *keeper) mend(ctx context.Context, b board.Board, key board.Key, at boardPlace) error {
	name := fmt.Sprintf("%v/%v", key, b == k.main)
	done := k.flights.DoChan(name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendTimeout)
		defer cancel()
		// Of the session only this is needed, and it may be over by then.
		ctx, _ = consistency.Begin(ctx, at.committed)
		return nil, k.takeOn(ctx, b, key, at.position)
	})
	select {
	case res := <-done:
		return res.Err
	case <-ctx.Done():
		return postgres.Fault(ctx.Err())
	}
}

func (k *keeper) takeOn(ctx context.Context, b board.Board, key board.Key, to int64) error {
	from, err := b.Position(ctx, key)
	switch {
	case err == nil && from >= to:
		return nil
	case err == nil:
		err = k.follow(ctx, b, key, from, to)
	}
	switch {
	case errors.Is(err, board.ErrElsewhere):
		// Another process was faster; whoever waits looks how far it came.
		return nil
	case errors.Is(err, board.ErrAbsent), errors.Is(err, board.ErrTooMany):
		return k.load(ctx, b, key, to)
	}
	return err
}

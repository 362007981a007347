package campaign

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
)

const (
	// resumeWithin is how long after its position a token leads to a difference; later
	// it leads to a snapshot.
	resumeWithin = 2 * time.Hour
	// recalled is how many states of the past a view keeps for those who resume, as
	// all do at once whose server has stopped.
	recalled = 16
)

var (
	errResume = fault.InField("resume_token", "resume_token_invalid", "resume_token is not a token of this board's stream")
	errTooOld = fault.New(fault.NotFound, "position_too_old", "it is too long ago")
)

// resumption is what a client knows: the places at a position, and how those on
// them looked then.
type resumption struct {
	position int64
	looks    uint64
}

func streamOf(campaign uuid.UUID, scope campaignv1.Scope, top int) string {
	return fmt.Sprintf("watch/%s/%d/%d", campaign, scope, top)
}

// token seals what a client knows, for the same board and number of places.
func (v *boardView) token(top int, r resumption) string {
	var c page.Cursor
	binary.BigEndian.PutUint64(c.ID[:8], uint64(r.position)) //nolint:gosec // read back the same way
	binary.BigEndian.PutUint64(c.ID[8:], r.looks)
	return v.audience.hub.service.pages.Seal(streamOf(v.audience.campaign, v.scope, top), c)
}

// resumes reads a token; without one the stream begins anew.
func (w *watcher) resumes(token string, campaign uuid.UUID, scope campaignv1.Scope) error {
	if token == "" {
		return nil
	}
	c, err := w.hub.service.pages.Open(streamOf(campaign, scope, w.top), token, page.Cursor{})
	if err != nil {
		return errResume.Because(err)
	}
	w.resume = &resumption{
		position: int64(binary.BigEndian.Uint64(c.ID[:8])), //nolint:gosec // written the same way
		looks:    binary.BigEndian.Uint64(c.ID[8:]),
	}
	return nil
}

// since is a message for who knows an earlier position; nil where only a snapshot
// will do: the client knows more than is shown, because the board has frozen since,
// or what it knows is too long ago.
func (v *boardView) since(ctx context.Context, now *shown, top int, r resumption) *campaignv1.WatchLeaderboardResponse {
	if r.position > now.top.position {
		return nil
	}
	for _, s := range v.at(r.position) {
		if before := firstMarks(s.marks, top); looksOf(before) == r.looks {
			return v.change(now, top, before)
		}
	}
	marks, err := v.recall.marks(r.position, v.read)
	if err != nil {
		if !fault.Is(err, fault.NotFound) {
			v.audience.hub.service.log.WarnContext(ctx, "a board of the past cannot be read; a stream begins anew", slog.Any("error", err))
		}
		return nil
	}
	before := firstMarks(marks, top)
	if looksOf(before) != r.looks {
		// Somebody looks different by now; nobody knows who.
		before = slices.Clone(before)
		for i := range before {
			before[i].look = unknownLook
		}
	}
	return v.change(now, top, before)
}

// read reads the places at a position of the past.
func (v *boardView) read(position int64) ([]mark, error) {
	h := v.audience.hub
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := v.recent(ctx, position); err != nil {
		return nil, err
	}
	top, err := h.source.past(ctx, v.audience.campaign, v.scope, position)
	if err != nil {
		return nil, err
	}
	standings, _, err := h.service.nameTop(ctx, v.audience.campaign, v.scope, top, nil)
	return marksOf(reading{top: top, standings: standings}), err
}

func (v *boardView) recent(ctx context.Context, position int64) error {
	if position == 0 {
		return nil
	}
	s := v.audience.hub.service
	at, err := s.q.GetWatchedPosition(ctx, s.db.Primary(ctx), campaigndb.GetWatchedPositionParams{CampaignID: v.audience.campaign, Position: position})
	if err == nil && s.now().Sub(at.CountedAt) > resumeWithin {
		return errTooOld
	}
	return err
}

// recollection keeps states of the past, each of which is read once.
type recollection struct {
	mu    sync.Mutex
	reads map[int64]func() ([]mark, error)
	// order is that in which they were asked for first.
	order []int64
}

func (r *recollection) marks(position int64, read func(int64) ([]mark, error)) ([]mark, error) {
	r.mu.Lock()
	once, known := r.reads[position]
	if !known {
		once = sync.OnceValues(func() ([]mark, error) { return read(position) })
		r.keep(position, once)
	}
	r.mu.Unlock()
	marks, err := once()
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.drop(position)
	}
	return marks, err
}

// keep is called with the lock held.
func (r *recollection) keep(position int64, once func() ([]mark, error)) {
	if len(r.order) == recalled {
		r.drop(r.order[0])
	}
	if r.reads == nil {
		r.reads = map[int64]func() ([]mark, error){}
	}
	r.reads[position] = once
	r.order = append(r.order, position)
}

// drop is called with the lock held.
func (r *recollection) drop(position int64) {
	delete(r.reads, position)
	r.order = slices.DeleteFunc(r.order, func(p int64) bool { return p == position })
}

// unknownLook is the look of nobody.
const unknownLook = 0

// lookOf stands for all that is shown of who has a place. It means the same to
// every process. Where a picture lies is not part of it: that may differ by process
// and time.
func lookOf(st *campaignv1.Standing) uint64 {
	h := fnv.New64a()
	if team := st.GetTeam(); team != nil {
		_, _ = fmt.Fprintf(h, "%q %s %d", team.GetName(), team.GetCaptainId(), team.GetMemberCount())
	} else {
		u := st.GetUser()
		_, _ = fmt.Fprintf(h, "%q %q %q %s %d", u.GetHandle(), u.GetDisplayName(), u.GetBio(), u.GetAvatar().GetId(), u.GetRole())
	}
	return max(h.Sum64(), unknownLook+1)
}

// looksOf stands for how all those on some places look.
func looksOf(marks []mark) uint64 {
	h := fnv.New64a()
	for _, m := range marks {
		_, _ = h.Write(binary.BigEndian.AppendUint64(m.subject[:], m.look))
	}
	return h.Sum64()
}

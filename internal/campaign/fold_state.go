package campaign

import (
	"container/list"
	"context"
	"math"
	"sync"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/score"
)

const (
	// mostStateBytes is how much memory the states of a process take, all campaigns
	// together: some ten million check-ins. The one that was counted last stays
	// whatever its size, as it would be made anew for each fold else.
	mostStateBytes = 512 << 20
	// factsPage is how many facts are read at once.
	factsPage = 10_000
)

// folded is the state of a campaign at a position.
type folded struct {
	*score.State
	position int64
}

// states keeps those that were counted last.
type states struct {
	most int

	mu    sync.Mutex
	bytes int
	byID  map[uuid.UUID]*list.Element
	// recent has kept ones, that of the last fold in front.
	recent *list.List
}

type kept struct {
	campaign uuid.UUID
	state    *folded
	bytes    int
}

func newStates(most int) *states {
	return &states{most: most, byID: map[uuid.UUID]*list.Element{}, recent: list.New()}
}

// take answers a state and forgets it: whoever has it may change it, and puts it
// back if it then is what was committed. It is nil where there is none.
func (s *states) take(campaign uuid.UUID) *folded {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byID[campaign]
	if e == nil {
		return nil
	}
	return s.remove(e).state
}

func (s *states) put(campaign uuid.UUID, state *folded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := kept{campaign, state, state.Bytes()}
	s.byID[campaign] = s.recent.PushFront(k)
	s.bytes += k.bytes
	for s.bytes > s.most && s.recent.Len() > 1 {
		s.remove(s.recent.Back())
	}
}

func (s *states) remove(e *list.Element) kept {
	k, _ := s.recent.Remove(e).(kept)
	delete(s.byID, k.campaign)
	s.bytes -= k.bytes
	return k
}

// stateOf answers the state of a campaign, as it is counted now or a little before.
// It is made anew where there is none that fits.
func (s *Service) stateOf(ctx context.Context, campaign uuid.UUID) (*folded, error) {
	c, err := s.q.GetCounted(ctx, s.db.Primary(ctx), campaign)
	if err != nil {
		return nil, err
	}
	if !c.HasBoard {
		if err := s.q.AddBoard(ctx, s.db.Writer(ctx), campaign); err != nil {
			return nil, err
		}
	}
	rules := scoreRules(c.Scoring, c.Points, c.DailyCap)
	state := s.folding.states.take(campaign)
	if state == nil || state.Rules() != rules || state.position > c.Position {
		state = &folded{State: score.New(rules)}
		s.folding.rebuilds.Add(1)
	}
	return state, s.catchUp(ctx, s.db.Primary(ctx), campaign, state, c.Position)
}

// catchUp takes what others have counted. What it changes is on the boards already.
func (s *Service) catchUp(ctx context.Context, db campaigndb.DBTX, campaign uuid.UUID, state *folded, upto int64) error {
	if state.position >= upto {
		return nil
	}
	page := campaigndb.ListFactsParams{CampaignID: campaign, AfterPosition: state.position, AfterID: math.MaxInt64, Upto: upto, Most: factsPage}
	for more := true; more; {
		rows, err := s.q.ListFacts(ctx, db, page)
		if err != nil {
			return err
		}
		if more = len(rows) == factsPage; len(rows) > 0 {
			page.AfterPosition, page.AfterID = rows[len(rows)-1].Position, rows[len(rows)-1].ID
		}
		state.Apply(toFacts(rows))
	}
	state.position = upto
	return nil
}

func toFacts(rows []factRow) []score.Fact {
	facts := make([]score.Fact, len(rows))
	for i, r := range rows {
		facts[i] = toFact(r)
	}
	return facts
}

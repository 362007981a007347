package campaign

import (
	"slices"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
)

// mark is what may change about a place on a board; which place it is its index
// says. Who has the same mark looks the same.
type mark struct {
	subject        uuid.UUID
	score, reached int64
	// look stands for everything that is shown of the subject.
	look uint64
}

func marksOf(r reading) []mark {
	marks := make([]mark, len(r.standings))
	for i, p := range r.top.places {
		marks[i] = mark{subject: p.subject, score: p.score, reached: p.reachedAt.UnixMicro(), look: lookOf(r.standings[i])}
	}
	return marks
}

// difference is what makes one list of places out of another: which places changed,
// and who has none any more.
func difference(before, after []mark) (changed []int, gone []uuid.UUID) {
	was := make(map[uuid.UUID]int, len(before))
	for i, m := range before {
		was[m.subject] = i
	}
	for i, m := range after {
		if j, ok := was[m.subject]; !ok || j != i || before[j] != m {
			changed = append(changed, i)
		}
		delete(was, m.subject)
	}
	for _, m := range before {
		if _, left := was[m.subject]; left {
			gone = append(gone, m.subject)
		}
	}
	return changed, gone
}

// messageKey says who is to get a message: those who watch so many places and were
// sent this version last.
type messageKey struct {
	top  int
	from int64
}

// sharedMessage is what all such streams are sent. Nobody may change it.
type sharedMessage struct {
	response *campaignv1.WatchLeaderboardResponse
	// empty says that nothing has changed that is worth a message.
	empty bool
}

// message leads from the version that was sent last to this state: by a difference,
// or by a snapshot where the version is not known any more. It is made once.
func (v *boardView) message(now *shown, top int, from int64) sharedMessage {
	key := messageKey{top, from}
	now.mu.Lock()
	defer now.mu.Unlock()
	m, made := now.messages[key]
	if !made {
		m = v.compose(now, key)
		if !now.retired {
			now.messages[key] = m
		}
	}
	return m
}

func (v *boardView) compose(now *shown, key messageKey) sharedMessage {
	before := v.of(key.from)
	if before == nil {
		m := v.head(now, key.top)
		m.Snapshot, m.Standings = true, now.first(key.top)
		return sharedMessage{response: m}
	}
	m := v.change(now, key.top, firstMarks(before.marks, key.top))
	same := before.top.size == now.top.size && before.frozen == now.frozen && before.final == now.final
	return sharedMessage{response: m, empty: same && len(m.GetStandings())+len(m.GetGoneIds()) == 0}
}

// change is a message for who knows the places before.
func (v *boardView) change(now *shown, top int, before []mark) *campaignv1.WatchLeaderboardResponse {
	changed, gone := difference(before, firstMarks(now.marks, top))
	m := v.head(now, top)
	for _, i := range changed {
		m.Standings = append(m.Standings, now.standings[i])
	}
	for _, subject := range gone {
		m.GoneIds = append(m.GoneIds, subject.String())
	}
	return m
}

// head is a message without standings.
func (v *boardView) head(now *shown, top int) *campaignv1.WatchLeaderboardResponse {
	m := &campaignv1.WatchLeaderboardResponse{
		Size: now.top.size, Position: now.top.position, Frozen: now.frozen, Final: now.final,
		ResumeToken: v.token(top, resumption{position: now.top.position, looks: looksOf(firstMarks(now.marks, top))}),
	}
	if now.top.countedAt != nil {
		m.CountedAt = timestamppb.New(*now.top.countedAt)
	}
	return m
}

func firstMarks(marks []mark, top int) []mark { return slices.Clip(marks[:min(top, len(marks))]) }

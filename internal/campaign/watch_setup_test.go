package campaign_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// watchPatience is for a busy machine; what is waited for comes much sooner.
const watchPatience = time.Minute

// arena is one process of a deployment that serves streams of boards, on pools and
// a bus of its own.
type arena struct {
	campaignv1connect.CampaignServiceClient

	service *campaign.Service
	users   *user.Service
	bus     pubsub.Bus
}

func startArena(t testing.TB, d pgtest.DB, change ...func(*campaign.Deps)) *arena {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	db, err := postgres.Open(t.Context(), d.Config(6), log)
	noError(t, err)
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	a := &arena{}
	pages := page.NewSealer(make([]byte, 32))
	a.users = user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	deps := campaign.Deps{DB: db, Events: pub, Users: a.users, Pages: pages, Log: log, Bus: pgnotify.New(pgnotify.Config{DB: db, URL: d.Writer}, log)}
	for _, c := range change {
		c(&deps)
	}
	a.bus, a.service = deps.Bus, campaign.New(deps)
	edge := rpctest.Public(t)
	edge.Mount(campaignv1connect.NewCampaignServiceHandler(a.service, edge.Options()))
	a.CampaignServiceClient = campaignv1connect.NewCampaignServiceClient(edge.Client, edge.URL, edge.ClientOptions)
	t.Cleanup(a.service.EndStreams)
	a.listen(t)
	return a
}

// listen hears hints until the test ends.
func (a *arena) listen(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); a.bus.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	eventually(t, "hints are heard", func() bool { _, connected := a.bus.Heard(); return connected })
}

// deaf takes the bus away.
func deaf(d *campaign.Deps) { d.Bus = deafBus{d.Bus} }

// deafBus tells its subscribers nothing.
type deafBus struct{ pubsub.Bus }

func (deafBus) Subscribe(string, pubsub.Subscriber) {}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(watchPatience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come about that %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// viewer is somebody with an account; the zero id is nobody, from one address.
func viewer(t testing.TB, who uuid.UUID, role accessv1.Role) context.Context {
	t.Helper()
	return identity.With(context.WithoutCancel(t.Context()), identity.Caller{UserID: who, Role: role, Address: netip.MustParseAddr("192.0.2.7")})
}

func anybody(t testing.TB) context.Context {
	t.Helper()
	return viewer(t, uuid.Nil, accessv1.Role_ROLE_UNSPECIFIED)
}

// tally is somebody's on a board, and where he reached it.
type tally struct {
	subject uuid.UUID
	points  int64
	at      int64
	fact    int64
}

// ledger writes scores as the fold does, each position in one transaction, and
// remembers what the boards were at each.
type ledger struct {
	t         testing.TB
	db        *pgxpool.Pool
	bus       pubsub.Bus
	id        uuid.UUID
	organizer uuid.UUID
	scope     campaignv1.Scope
	// slow is how long those who watch slowTop places take for a message.
	slow time.Duration
	// ago is how long ago positions are counted.
	ago time.Duration

	mu       sync.Mutex
	position int64
	fact     int64
	boards   [][]tally
	counted  []time.Time
}

// newLedger makes a campaign that runs. Hints are said on the bus; nil for none.
func newLedger(t testing.TB, d pgtest.DB, bus pubsub.Bus, scope campaignv1.Scope) *ledger {
	t.Helper()
	db, err := pgxpool.New(t.Context(), d.Writer)
	noError(t, err)
	t.Cleanup(db.Close)
	l := &ledger{t: t, db: db, bus: bus, id: newID(t), organizer: newID(t), scope: scope, boards: [][]tally{nil}, counted: []time.Time{{}}}
	l.exec(`INSERT INTO campaigns (id, organizer_id, title, time_zone, tag, starts_at, ends_at, team_size, teams_per_person, check_ins_per_day, team_needed, scoring, points, idempotency_key, request_hash)
		VALUES ($1, $2, 'a campaign', 'UTC', 'tag', now() - interval '1 hour', now() + interval '1 hour', 10, 10, 10, false, 1, 1, $3, '')`, l.id, l.organizer, l.id.String())
	return l
}

func newID(t testing.TB) uuid.UUID {
	t.Helper()
	u, err := uuid.NewV7()
	noError(t, err)
	return u
}

func (l *ledger) exec(sql string, args ...any) {
	l.t.Helper()
	_, err := l.db.Exec(context.WithoutCancel(l.t.Context()), sql, args...)
	noError(l.t, err)
}

// teams makes teams of the campaign.
func (l *ledger) teams(n int) []uuid.UUID {
	l.t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = newID(l.t)
		l.exec(`INSERT INTO campaign_teams (id, campaign_id, name, name_key, captain_id, creator_id, idempotency_key) VALUES ($1, $2, $3, $4, $1, $1, $4)`, ids[i], l.id, fmt.Sprint("team ", i), fmt.Sprint("team ", i))
	}
	return ids
}

// count gives the subjects scores, 0 takes them off the board, and answers the new
// position.
func (l *ledger) count(scores map[uuid.UUID]int64) int64 {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	board := slices.Clone(l.boards[l.position])
	l.position++
	counted := time.Now().Add(-l.ago).Truncate(time.Microsecond)
	var b pgx.Batch
	b.Queue(`INSERT INTO campaign_boards (campaign_id, position, counted_at) VALUES ($1, $2, $3) ON CONFLICT (campaign_id) DO UPDATE SET position = $2, counted_at = $3`, l.id, l.position, counted)
	b.Queue(`INSERT INTO campaign_positions (campaign_id, position, counted_at) VALUES ($1, $2, $3)`, l.id, l.position, counted)
	for subject, points := range scores {
		l.fact++
		board = slices.DeleteFunc(board, func(s tally) bool { return s.subject == subject })
		b.Queue(`INSERT INTO campaign_score_changes (campaign_id, scope, subject_id, position, score, fact_id) VALUES ($1, $2, $3, $4, $5, $6)`, l.id, l.scope, subject, l.position, points, l.fact)
		if points == 0 {
			b.Queue(`DELETE FROM campaign_scores WHERE campaign_id = $1 AND scope = $2 AND subject_id = $3`, l.id, l.scope, subject)
			continue
		}
		board = append(board, tally{subject, points, l.position, l.fact})
		b.Queue(`INSERT INTO campaign_scores (campaign_id, scope, subject_id, score, position, fact_id) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (campaign_id, scope, subject_id) DO UPDATE SET score = $4, position = $5, fact_id = $6`, l.id, l.scope, subject, points, l.position, l.fact)
	}
	slices.SortFunc(board, func(a, b tally) int {
		return cmp.Or(cmp.Compare(b.points, a.points), cmp.Compare(a.at, b.at), cmp.Compare(a.fact, b.fact))
	})
	l.boards, l.counted = append(l.boards, board), append(l.counted, counted)
	ctx := context.WithoutCancel(l.t.Context())
	noError(l.t, pgx.BeginFunc(ctx, l.db, func(tx pgx.Tx) error { return tx.SendBatch(ctx, &b).Close() }))
	l.hint()
	return l.position
}

func (l *ledger) hint() {
	if l.bus != nil {
		noError(l.t, l.bus.Publish(context.WithoutCancel(l.t.Context()), "campaign", fmt.Sprintf("%s %d", l.id, l.position)))
	}
}

// board is what the board was at a position, and when that was reached.
func (l *ledger) board(position int64) ([]tally, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.boards[position], l.counted[position]
}

func (l *ledger) last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.position
}

const slowTop = 3

// fan is a stream and what a client makes of it.
type fan struct {
	t     testing.TB
	l     *ledger
	top   int
	cut   context.CancelFunc
	ended chan struct{}
	err   error

	mu       sync.Mutex
	places   map[string]*campaignv1.Standing
	last     *campaignv1.WatchLeaderboardResponse
	messages []*campaignv1.WatchLeaderboardResponse
}

// watch opens a stream and waits for its first message. before is what the client
// knows already.
func (l *ledger) watch(ctx context.Context, a *arena, top int, before *fan) *fan {
	l.t.Helper()
	ctx, cut := context.WithCancel(ctx)
	f := &fan{t: l.t, l: l, top: top, cut: cut, ended: make(chan struct{}), places: map[string]*campaignv1.Standing{}}
	req := &campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String(), Scope: l.scope, Top: int32(top)}
	if before != nil {
		before.end()
		f.places, f.last = before.places, before.last
		req.ResumeToken = before.last.GetResumeToken()
	}
	stream, err := a.WatchLeaderboard(ctx, req)
	noError(l.t, err)
	first := make(chan struct{})
	go f.read(stream, sync.OnceFunc(func() { close(first) }))
	l.t.Cleanup(func() { cut(); <-f.ended })
	<-first
	return f
}

func (f *fan) read(stream *connect.ServerStreamForClient[campaignv1.WatchLeaderboardResponse], open func()) {
	defer open()
	for stream.Receive() {
		f.take(stream.Msg())
		open()
		if f.top == slowTop {
			<-time.After(f.l.slow)
		}
	}
	f.err = stream.Err()
	_ = stream.Close()
	close(f.ended)
}

// take does what a message says, and compares with the board at its position.
func (f *fan) take(m *campaignv1.WatchLeaderboardResponse) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.GetSnapshot() {
		clear(f.places)
	}
	for _, gone := range m.GetGoneIds() {
		if f.places[gone] == nil {
			f.t.Errorf("%s goes who was not there", gone)
		}
		delete(f.places, gone)
	}
	for _, st := range m.GetStandings() {
		f.places[standingOf(st)] = st
	}
	f.last, f.messages = m, append(f.messages, m)
	if err := f.differs(m.GetPosition()); err != nil {
		f.t.Error(err)
	}
	board, counted := f.l.board(m.GetPosition())
	if m.GetSize() != int64(len(board)) || m.GetPosition() > 0 && !m.GetCountedAt().AsTime().Equal(counted) {
		f.t.Errorf("position %d: %d on the board, counted at %v; want %d, %v", m.GetPosition(), m.GetSize(), m.GetCountedAt().AsTime(), len(board), counted)
	}
}

func standingOf(st *campaignv1.Standing) string {
	if team := st.GetTeam(); team != nil {
		return team.GetId()
	}
	return st.GetUser().GetId()
}

// differs compares what the client has made of the messages with the board at a
// position. The lock is held.
func (f *fan) differs(position int64) error {
	board, _ := f.l.board(position)
	board = board[:min(len(board), f.top)]
	if len(f.places) != len(board) {
		return fmt.Errorf("position %d: %d places, want %d", position, len(f.places), len(board))
	}
	for i, s := range board {
		_, reached := f.l.board(s.at)
		st := f.places[s.subject.String()]
		if st.GetRank() != int64(i)+1 || st.GetScoreMicros() != s.points || !st.GetReachedAt().AsTime().Equal(reached) {
			return fmt.Errorf("position %d: the place of %s is %v, want %d with %d since %v", position, s.subject, st, i+1, s.points, reached)
		}
	}
	return nil
}

// shows says whether the client has the board as it is at a position.
func (f *fan) shows(position int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.differs(position) == nil
}

// wants waits for the last position's board.
func (f *fan) wants() {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("the first %d places of position %d are shown", f.top, f.l.last()), func() bool { return f.shows(f.l.last()) })
}

func (f *fan) place(who uuid.UUID) *campaignv1.Standing {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.places[who.String()]
}

func (f *fan) newest() *campaignv1.WatchLeaderboardResponse {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// had are the messages so far.
func (f *fan) had() []*campaignv1.WatchLeaderboardResponse {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.messages)
}

// end cuts the stream.
func (f *fan) end() {
	f.cut()
	<-f.ended
}

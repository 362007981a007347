package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// bareBoard answers GetLeaderboard of a board of members that stands still. Who is who
// and when scores were reached it knows beforehand, in maps that it made at its start:
// names cost a look into one of them, and so they do in ours, whose cache has them. Ranks
// and scores it asks Redis for; or, where there is none, it has the whole board in order,
// with the standings of all who have an account made beforehand: a part is a slice of it.
type bareBoard struct {
	campaignv1connect.UnimplementedCampaignServiceHandler

	pages     page.Sealer
	list      string
	position  int64
	countedAt *timestamppb.Timestamp
	// entries are by rank; places are where subjects are among them, and standings
	// stand beside them, nil for whoever has no account.
	entries   []board.Entry
	places    map[uuid.UUID]int
	standings []*campaignv1.Standing
	// ranks is nil where the board itself is asked.
	ranks *bareRanks
}

const bareBoardSide = "board"

func newBareBoard(ctx context.Context, o order) (http.Handler, func(), error) {
	pages, err := barePages(o.Settings)
	if err != nil {
		return nil, nil, err
	}
	b := &bareBoard{pages: pages, list: "board/" + o.Campaign.String() + "/" + campaignv1.Scope_SCOPE_MEMBERS.String()}
	if err := b.load(ctx, o.Settings.URL, o.Campaign); err != nil {
		return nil, nil, err
	}
	done := func() {}
	if o.Settings.Boards == onRedis {
		if b.ranks, err = newBareRanks(ctx, o.Settings.RedisURL, b.entries); err != nil {
			return nil, nil, err
		}
		done = b.ranks.close
	}
	mux := http.NewServeMux()
	mux.Handle(campaignv1connect.NewCampaignServiceHandler(b))
	return mux, done, nil
}

func (b *bareBoard) load(ctx context.Context, url string, campaign uuid.UUID) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var countedAt time.Time
	if err := conn.QueryRow(ctx, "SELECT position, counted_at FROM campaign_boards WHERE campaign_id = $1", campaign).Scan(&b.position, &countedAt); err != nil {
		return err
	}
	b.countedAt = timestamppb.New(countedAt)
	rows, err := conn.Query(ctx, `
SELECT s.subject_id, s.score, s.position, s.fact_id, p.counted_at
FROM campaign_scores s JOIN campaign_positions p ON p.campaign_id = s.campaign_id AND p.position = s.position
WHERE s.campaign_id = $1 AND s.scope = 2
ORDER BY s.score DESC, s.position, s.fact_id`, campaign)
	if err != nil {
		return err
	}
	b.places = map[uuid.UUID]int{}
	var e board.Entry
	var reached time.Time
	if _, err := pgx.ForEachRow(rows, []any{&e.SubjectID, &e.Score, &e.Position, &e.FactID, &reached}, func() error {
		e.Reached = reached.UnixMicro()
		b.places[e.SubjectID] = len(b.entries)
		b.entries = append(b.entries, e)
		return nil
	}); err != nil {
		return err
	}
	return b.name(ctx, conn)
}

// name makes the standings of those who have accounts.
func (b *bareBoard) name(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT id, handle, display_name, bio, role FROM users")
	if err != nil {
		return err
	}
	b.standings = make([]*campaignv1.Standing, len(b.entries))
	var who uuid.UUID
	var handle, name, bio string
	var role int16
	_, err = pgx.ForEachRow(rows, []any{&who, &handle, &name, &bio, &role}, func() error {
		place, ok := b.places[who]
		if ok {
			b.standings[place] = b.standing(place, &userv1.User{
				Id: who.String(), Handle: handle, DisplayName: name, Bio: bio, CreatedAt: timestamppb.New(id.Time(who)), Role: accessv1.Role(role),
			})
		}
		return nil
	})
	return err
}

func (b *bareBoard) standing(place int, u *userv1.User) *campaignv1.Standing {
	e := b.entries[place]
	return &campaignv1.Standing{
		Rank: int64(place) + 1, ScoreMicros: e.Score, ReachedAt: timestamppb.New(time.UnixMicro(e.Reached)), Who: &campaignv1.Standing_User{User: u},
	}
}

// at is what is known of a place.
func (b *bareBoard) at(place int) *campaignv1.Standing {
	if s := b.standings[place]; s != nil {
		return s
	}
	return b.standing(place, &userv1.User{Id: b.entries[place].SubjectID.String()})
}

var errNotOnBoard = errors.New("the caller is not on the board")

// GetLeaderboard implements campaignv1connect.CampaignServiceHandler: the top of the
// members, or the part around the caller.
func (b *bareBoard) GetLeaderboard(ctx context.Context, req *campaignv1.GetLeaderboardRequest) (*campaignv1.GetLeaderboardResponse, error) {
	who, err := whoAsks(ctx)
	if err != nil {
		return nil, err
	}
	n := int(page.Size(req.GetPageSize()))
	var res *campaignv1.GetLeaderboardResponse
	if b.ranks != nil {
		res, err = b.fromRedis(ctx, who, n, req.GetAroundMe())
	} else {
		res, err = b.fromMemory(who, n, req.GetAroundMe())
	}
	if err != nil {
		return nil, err
	}
	res.Position, res.CountedAt = b.position, b.countedAt
	last := int(res.GetStandings()[0].GetRank()) + len(res.GetStandings()) - 2
	if int64(last)+1 < res.GetSize() {
		res.NextPageToken = b.token(b.entries[last])
	}
	return res, nil
}

func (b *bareBoard) fromMemory(who uuid.UUID, n int, around bool) (*campaignv1.GetLeaderboardResponse, error) {
	place, ok := b.places[who]
	if !ok {
		return nil, errNotOnBoard
	}
	size := int64(len(b.entries))
	first := 0
	if around {
		first = int(board.First(int64(place)+1, int64(n), size)) - 1
	}
	list := make([]*campaignv1.Standing, min(n, len(b.entries)-first))
	for i := range list {
		list[i] = b.at(first + i)
	}
	return ownMarked(list, b.at(place), size), nil
}

func (b *bareBoard) fromRedis(ctx context.Context, who uuid.UUID, n int, around bool) (*campaignv1.GetLeaderboardResponse, error) {
	part, err := b.ranks.read(ctx, who, n, around)
	if err != nil {
		return nil, err
	}
	list := make([]*campaignv1.Standing, len(part.members))
	for i, m := range part.members {
		known := b.at(b.places[m.subject])
		list[i] = &campaignv1.Standing{Rank: part.first + int64(i), ScoreMicros: m.score, ReachedAt: known.GetReachedAt(), Who: known.GetWho()}
	}
	known := b.at(b.places[who])
	own := &campaignv1.Standing{Rank: part.rank, ScoreMicros: part.score, ReachedAt: known.GetReachedAt(), Who: known.GetWho()}
	return ownMarked(list, own, part.size), nil
}

// ownMarked has the caller's own standing among the others, if it is there, and beside
// them.
func ownMarked(list []*campaignv1.Standing, own *campaignv1.Standing, size int64) *campaignv1.GetLeaderboardResponse {
	mine := &campaignv1.Standing{Rank: own.GetRank(), ScoreMicros: own.GetScoreMicros(), ReachedAt: own.GetReachedAt(), Who: own.GetWho(), Mine: true}
	if i := slices.IndexFunc(list, func(s *campaignv1.Standing) bool { return s.GetRank() == mine.GetRank() }); i >= 0 {
		list[i] = mine
	}
	return &campaignv1.GetLeaderboardResponse{Standings: list, Size: size, Mine: []*campaignv1.Standing{mine}}
}

// token is that of the page behind an entry, as ours seals it.
func (b *bareBoard) token(e board.Entry) string {
	raw := make([]byte, 0, 3*8+len(e.SubjectID))
	for _, n := range []int64{e.Score, e.Position, e.FactID} {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n)) //nolint:gosec // as ours writes it
	}
	return b.pages.SealBytes(b.list, append(raw, e.SubjectID[:]...))
}

// onRedis is the value of a setting that gives its part to Redis.
const onRedis = "redis"

// inRedis are settings of a deployment whose boards are there.
func inRedis(s app.Settings, url string) app.Settings {
	s.Boards, s.RedisURL = onRedis, url
	return s
}

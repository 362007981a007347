package bench

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/timeline"
)

// The bare sides: what the same work costs at least, as far as anybody here
// knows. Whoever finds a faster one replaces it; it must answer the same.

// bareHomeSQL is a home timeline of 20 items in one statement: the written
// entries and the reader's own posts, newest first, with all that is shown of
// them, as far as the reader follows their authors. The last column is how many
// those are. Every step is one look into an index.
const bareHomeSQL = `
SELECT e.post_id, e.author_id, p.text, p.reply_to_id, coalesce(c.likes, 0), coalesce(c.replies, 0), l.post_id IS NOT NULL,
       u.handle, u.display_name, u.bio, u.role, (SELECT count(*) FROM graph_follows f WHERE f.follower_id = $1)
FROM ((SELECT t.post_id, t.author_id FROM timeline_entries t WHERE t.reader_id = $1 ORDER BY t.post_id DESC)
      UNION ALL
      (SELECT o.id, o.author_id FROM posts o WHERE o.author_id = $1 AND o.deleted_at IS NULL ORDER BY o.id DESC)
      ORDER BY 1 DESC) e
         JOIN posts p ON p.id = e.post_id AND p.deleted_at IS NULL
         JOIN users u ON u.id = e.author_id AND u.deleted_at IS NULL
         LEFT JOIN post_counts c ON c.post_id = e.post_id
         LEFT JOIN post_likes l ON l.user_id = $1 AND l.post_id = e.post_id
WHERE e.author_id = $1 OR EXISTS (SELECT FROM graph_follows f WHERE f.follower_id = $1 AND f.followee_id = e.author_id)
ORDER BY e.post_id DESC
LIMIT 20`

// barePlan keeps the server from planning again and from plans that do not stop
// after 20 rows.
const barePlan = `SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET enable_bitmapscan = off`

// bareHome answers GetHomeTimeline without anything that a product needs: no
// sign-in, no log, no limits, no caches, no interceptors.
type bareHome struct {
	timelinev1connect.UnimplementedTimelineServiceHandler

	pool  *pgxpool.Pool
	pages page.Sealer
}

const (
	bareHomeSide = "home"
	// bareStatement is the name of the one statement that is prepared.
	bareStatement = "bare"
)

// newBareHome reads from the replica, as ours does.
func newBareHome(ctx context.Context, o order) (http.Handler, func(), error) {
	pages, err := barePages(o.Settings)
	if err != nil {
		return nil, nil, err
	}
	pool, err := barePool(ctx, o.Settings.Readers[0], o.Settings.MaxConns, bareHomeSQL)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(timelinev1connect.NewTimelineServiceHandler(&bareHome{pool: pool, pages: pages}))
	return mux, pool.Close, nil
}

// barePool has as many connections as ours, each with one statement prepared.
func barePool(ctx context.Context, url string, conns int32, statement string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns, config.MinConns = conns, conns
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, barePlan); err != nil {
			return err
		}
		_, err := c.PgConn().Prepare(ctx, bareStatement, statement, nil)
		return err
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// barePages seal tokens as ours does.
func barePages(s app.Settings) (page.Sealer, error) {
	secret, err := hex.DecodeString(s.Secret)
	return page.NewSealer(secret), err
}

var binaryFormat = []int16{1}

// GetHomeTimeline implements timelinev1connect.TimelineServiceHandler. It speaks
// to the driver's lowest layer and reads the columns by itself.
func (b *bareHome) GetHomeTimeline(ctx context.Context, _ *timelinev1.GetHomeTimelineRequest) (*timelinev1.GetHomeTimelineResponse, error) {
	reader, err := whoAsks(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// A context that cannot end spares the driver the watch over it.
	rows := conn.Conn().PgConn().ExecPrepared(context.Background(), bareStatement, [][]byte{reader[:]}, binaryFormat, binaryFormat)
	res := &timelinev1.GetHomeTimelineResponse{Items: make([]*timelinev1.TimelineItem, 0, page.DefaultSize)}
	var last uuid.UUID
	var followed int32
	for rows.NextRow() {
		v := rows.Values()
		res.Items = append(res.Items, bareItem(v, reader))
		last, followed = uuid.UUID(v[0]), int32(binary.BigEndian.Uint64(v[11])) //nolint:gosec // at most 10,000
	}
	if _, err := rows.Close(); err != nil {
		return nil, err
	}
	if len(res.GetItems()) == page.DefaultSize {
		res.NextPageToken = b.pages.Seal("home/"+reader.String(), page.Cursor{ID: last})
	}
	res.Freshness = &timelinev1.Freshness{
		Strategy: timelinev1.Strategy_STRATEGY_PUSH, AuthorsPushed: followed, Complete: true, Age: &durationpb.Duration{},
	}
	return res, nil
}

func bareItem(v [][]byte, reader uuid.UUID) *timelinev1.TimelineItem {
	post, author := uuid.UUID(v[0]), uuid.UUID(v[1])
	authorID := author.String()
	item := &timelinev1.TimelineItem{
		Post: &postv1.Post{
			Id: post.String(), AuthorId: authorID, Text: string(v[2]), CreatedAt: timestamppb.New(id.Time(post)),
			LikeCount: int64(binary.BigEndian.Uint64(v[4])), ReplyCount: int64(binary.BigEndian.Uint64(v[5])), LikedByMe: v[6][0] == 1, //nolint:gosec // counts
		},
		Author: &userv1.User{
			Id: authorID, Handle: string(v[7]), DisplayName: string(v[8]), Bio: string(v[9]),
			CreatedAt: timestamppb.New(id.Time(author)), Role: accessv1.Role(binary.BigEndian.Uint16(v[10])),
		},
		Why: timelinev1.Why_WHY_FOLLOWED_PUSHED,
	}
	if v[3] != nil {
		item.Post.ReplyToId = uuid.UUID(v[3]).String()
	}
	if author == reader {
		item.Why = timelinev1.Why_WHY_OWN
	}
	return item
}

// barePage runs the statement of the store's page read on a pool of the driver.
type barePage struct {
	pool *pgxpool.Pool
	sql  string
}

func newBarePage(ctx context.Context, url string, conns int32, sql string) (*barePage, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = conns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return &barePage{pool, sql}, err
}

// read decodes by hand what the server sent.
func (b *barePage) read(ctx context.Context, reader uuid.UUID) (row timeline.Snapshot, err error) {
	rows, err := b.pool.Query(ctx, b.sql, [16]byte(reader), [16]byte(id.Max), int32(pageSize))
	if err != nil {
		return row, err
	}
	defer rows.Close()
	if rows.Next() {
		v := rows.RawValues()
		row.Horizon = uuid.UUID(v[0])
		row.Pushed, row.PushedAfter, row.PostIDs, row.AuthorIDs = bareUUIDs(v[1]), bareUUIDs(v[3]), bareUUIDs(v[4]), bareUUIDs(v[5])
		row.PushedSince = make([]int64, len(row.Pushed))
		for i := range row.PushedSince {
			row.PushedSince[i] = int64(binary.BigEndian.Uint64(v[2][20+12*i+4:])) //nolint:gosec // as the server means it
		}
	}
	rows.Close()
	return row, rows.Err()
}

// bareUUIDs reads an array in its binary form: 20 bytes before the elements, the
// length before each.
func bareUUIDs(src []byte) []uuid.UUID {
	list := make([]uuid.UUID, max(len(src)-20, 0)/20)
	for i := range list {
		list[i] = uuid.UUID(src[20+20*i+4:][:16])
	}
	return list
}

// bareCopy copies rows into a table, so many in each transaction.
func bareCopy(ctx context.Context, conn *pgx.Conn, table string, columns []string, rows [][]uuid.UUID, atOnce int) error {
	for len(rows) > 0 {
		part := rows[:min(atOnce, len(rows))]
		rows = rows[len(part):]
		source := &uuidRows{rows: part, at: -1, values: make([]any, len(columns))}
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{table}, columns, source); err != nil {
			return err
		}
	}
	return nil
}

// uuidRows feeds COPY without making anything anew for each row.
type uuidRows struct {
	rows   [][]uuid.UUID
	at     int
	values []any
}

// Next implements pgx.CopyFromSource.
func (u *uuidRows) Next() bool { u.at++; return u.at < len(u.rows) }

// Values implements pgx.CopyFromSource.
func (u *uuidRows) Values() ([]any, error) {
	for i := range u.values {
		u.values[i] = [16]byte(u.rows[u.at][i])
	}
	return u.values, nil
}

// Err implements pgx.CopyFromSource.
func (u *uuidRows) Err() error { return nil }

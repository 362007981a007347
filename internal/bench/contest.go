package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
)

// contestSize is how large campaigns are.
type contestSize struct {
	// People take part in a campaign that is checked in to, in so many Teams.
	People, Teams int
	// Members are on the board that is read; Callers of them are signed in.
	Members, Callers int
	// Rate is check-ins a second for so long (Length), which so many Watchers watch.
	Rate, Watchers int
	Length         time.Duration
	// Readers read a board at once.
	Readers int
}

// contest is a database of its own with people and campaigns in it, as calls of the
// product would have left them: accounts, registrations, teams and the facts of them,
// not counted yet. Each run makes it anew.
type contest struct {
	world    *world
	settings app.Settings
	conn     *pgx.Conn
	// people are signed in.
	people []*reader
}

const (
	contestName = "bench_%d"
	// bornAt is when the first account was made, in milliseconds since 1970.
	bornAt = 1_760_000_000_000
	// mostADay is more check-ins than anybody makes here.
	mostADay = 1_000_000
)

// personID is a UUIDv7 of the nth millisecond after the first account was made.
func personID(n int) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(bornAt+n)<<16|0x7000)   //nolint:gosec // not negative
	binary.BigEndian.PutUint64(u[8:], 1<<63|uint64(n)*2_654_435_761) //nolint:gosec // not negative
	return u
}

// openContest makes an empty database.
func openContest(ctx context.Context, w *world, database string) (*contest, error) {
	if err := w.exec(ctx, "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)"); err != nil {
		return nil, err
	}
	if err := w.migrated(ctx, database); err != nil {
		return nil, err
	}
	s, err := w.newSettings(database)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, s.URL)
	return &contest{world: w, settings: s, conn: conn}, err
}

func (c *contest) close() { _ = c.conn.Close(context.Background()) }

// copy loads n rows by COPY.
func (c *contest) copy(ctx context.Context, table string, columns []string, n int, row func(i int) []any) error {
	_, err := c.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
	if err != nil {
		return fmt.Errorf("fill %s: %w", table, err)
	}
	return nil
}

// accounts makes accounts with these numbers.
func (c *contest) accounts(ctx context.Context, numbers []int) error {
	return c.copy(ctx, "users", []string{"id", "handle", "display_name", "name_key", "bio"}, len(numbers), func(i int) []any {
		n := numbers[i]
		return []any{
			[16]byte(personID(n)), fmt.Sprintf(contestName, n), fmt.Sprint("Person ", n), fmt.Sprint("person ", n),
			fmt.Sprintf("Number %d of a campaign that is there to be measured.", n),
		}
	})
}

// signIn waits until replicas have all that was made, and signs people in.
func (c *contest) signIn(ctx context.Context, numbers []int) error {
	if err := c.world.vacuum(ctx, c.conn); err != nil {
		return err
	}
	a, err := app.New(ctx, c.settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer a.Close()
	for _, n := range numbers {
		r, err := signIn(ctx, a, c.conn, fmt.Sprintf(contestName, n))
		if err != nil {
			return err
		}
		c.people = append(c.people, r)
	}
	return nil
}

// campaign announces one that runs: a point a check-in, days by UTC.
func (c *contest) campaign(ctx context.Context, participants, teams int) (uuid.UUID, error) {
	campaign, err := uuid.NewV7()
	if err != nil {
		return campaign, err
	}
	_, err = c.conn.Exec(ctx, `
INSERT INTO campaigns (id, organizer_id, title, time_zone, tag, starts_at, ends_at, team_size, teams_per_person, check_ins_per_day, team_needed, scoring, points,
                       idempotency_key, request_hash)
VALUES ($1, $2, 'A rush that is measured', 'UTC', 'rush', now() - interval '1 hour', now() + interval '30 days', 10000, 1, $3, true, 1, 1, $4, '')`,
		campaign, personID(0), mostADay, campaign.String())
	if err != nil {
		return campaign, err
	}
	_, err = c.conn.Exec(ctx, "INSERT INTO campaign_counts (campaign_id, participants, teams) VALUES ($1, $2, $3)", campaign, participants, teams)
	return campaign, err
}

// enrolled is a campaign that the first people take part in, in teams of one size.
func (c *contest) enrolled(ctx context.Context, s contestSize) (uuid.UUID, error) {
	campaign, err := c.campaign(ctx, s.People, s.Teams)
	if err != nil {
		return campaign, err
	}
	now := time.Now()
	err = c.copy(ctx, "campaign_participants", []string{"campaign_id", "user_id", "returning_customer", "joined_at"}, s.People, func(i int) []any {
		return []any{[16]byte(campaign), [16]byte(personID(i)), false, now}
	})
	if err != nil {
		return campaign, err
	}
	return campaign, c.teams(ctx, campaign, s, now)
}

// teams are founded by the first people, and joined by the others in turn.
func (c *contest) teams(ctx context.Context, campaign uuid.UUID, s contestSize, now time.Time) error {
	teams := make([]uuid.UUID, s.Teams)
	for i := range teams {
		teams[i] = uuid.Must(uuid.NewV7())
	}
	columns := []string{"id", "campaign_id", "name", "name_key", "captain_id", "members", "creator_id", "idempotency_key"}
	err := c.copy(ctx, "campaign_teams", columns, s.Teams, func(i int) []any {
		captain, members := [16]byte(personID(i)), int32((s.People-i-1)/s.Teams+1) //nolint:gosec // few
		return []any{[16]byte(teams[i]), [16]byte(campaign), fmt.Sprint("Team ", i), fmt.Sprint("team ", i), captain, members, captain, fmt.Sprint("bench-team-", i)}
	})
	if err != nil {
		return err
	}
	err = c.copy(ctx, "campaign_memberships", []string{"campaign_id", "user_id", "team_id", "joined_at"}, s.People, func(i int) []any {
		return []any{[16]byte(campaign), [16]byte(personID(i)), [16]byte(teams[i%s.Teams]), now}
	})
	if err != nil {
		return err
	}
	return c.copy(ctx, "campaign_facts", []string{"campaign_id", "kind", "user_id", "subject_id", "moment"}, s.People, func(i int) []any {
		return []any{[16]byte(campaign), int16(3), [16]byte(personID(i)), [16]byte(teams[i%s.Teams]), now}
	})
}

// upTo are the numbers below n.
func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

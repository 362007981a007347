package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
)

// checkIns are made over HTTP: by `throng serve` against a bare handler, each in a
// process of its own and for a campaign of its own, by the same people. No worker runs
// beside either.
type checkIns struct {
	*contest

	ours, bare taking
}

// taking is a side that takes check-ins of a campaign.
type taking struct {
	side     *side
	campaign uuid.UUID
	answered atomic.Int64
}

const checkInText = "At the top of the hill, and the whole team with us."

func checkInRows(ctx context.Context, w *world, o options, r *report) error {
	c, err := openCheckIns(ctx, w)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.agree(ctx); err != nil {
		return err
	}
	p, err := c.measure(ctx, o)
	if err != nil {
		return err
	}
	r.pair(fmt.Sprintf("check-ins, JSON, %d at once", connections), "check-ins/s", "≥ 0.7", p)
	r.notef("Check-ins: %d people in %d teams; row, fact and event in one transaction on both sides, with no worker beside. All %d that were answered are there.",
		w.size.Contest.People, w.size.Contest.Teams, c.ours.answered.Load()+c.bare.answered.Load())
	return nil
}

func openCheckIns(ctx context.Context, w *world) (*checkIns, error) {
	contest, err := openContest(ctx, w, "checkins")
	if err != nil {
		return nil, err
	}
	c := &checkIns{contest: contest}
	if err := c.prepare(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *checkIns) prepare(ctx context.Context) (err error) {
	s := c.world.size.Contest
	people := upTo(s.People)
	if err := c.accounts(ctx, people); err != nil {
		return err
	}
	if c.ours.campaign, err = c.enrolled(ctx, s); err != nil {
		return err
	}
	if c.bare.campaign, err = c.enrolled(ctx, s); err != nil {
		return err
	}
	if err := c.signIn(ctx, people); err != nil {
		return err
	}
	if c.ours.side, err = startSide(ctx, order{Settings: c.settings, Log: filepath.Join(c.world.dir, "checkins.log")}); err != nil {
		return err
	}
	c.bare.side, err = startSide(ctx, order{Bare: bareCheckInSide, Settings: c.settings})
	return err
}

func (c *checkIns) close() {
	for _, s := range []*side{c.ours.side, c.bare.side} {
		if s != nil {
			_ = s.stop()
		}
	}
	c.contest.close()
}

// act checks somebody in.
func (t *taking) act(conn *client, r *reader) error {
	q := question{asJSON, campaignv1connect.CampaignServiceCheckInProcedure, `{"campaignId":"` + t.campaign.String() + `","text":"` + checkInText +
		`","idempotencyKey":"` + uuid.NewString() + `"}`}
	err := q.asked(conn, r)
	if err == nil {
		t.answered.Add(1)
	}
	return err
}

// agree asserts that both sides answer the same and store the same, but for ids and
// times.
func (c *checkIns) agree(ctx context.Context) error {
	var answers []*campaignv1.CheckIn
	var rows []string
	for _, t := range []*taking{&c.ours, &c.bare} {
		answer, err := t.one(c.people[0])
		if err != nil {
			return err
		}
		row, err := c.stored(ctx, answer)
		if err != nil {
			return err
		}
		if answer.GetCampaignId() != t.campaign.String() {
			return fmt.Errorf("the answer is of campaign %s, not %s", answer.GetCampaignId(), t.campaign)
		}
		answer.Id, answer.CampaignId, answer.CreatedAt = "", "", nil
		answers, rows = append(answers, answer), append(rows, row)
	}
	if !proto.Equal(answers[0], answers[1]) {
		return fmt.Errorf("the answers differ:\n%v\n%v", answers[0], answers[1])
	}
	if rows[0] != rows[1] {
		return fmt.Errorf("what is stored differs:\n%s\n%s", rows[0], rows[1])
	}
	return nil
}

// one makes a check-in and reads the answer.
func (t *taking) one(r *reader) (*campaignv1.CheckIn, error) {
	conn, err := dial(t.side.addr)
	if err != nil {
		return nil, err
	}
	defer conn.conn.Close()
	made, err := conn.checkIn(r, t.campaign)
	if err == nil {
		t.answered.Add(1)
	}
	return made, err
}

// checkIn makes one and reads the answer.
func (c *client) checkIn(r *reader, campaign uuid.UUID) (*campaignv1.CheckIn, error) {
	q, err := asProtobuf.ask(campaignv1connect.CampaignServiceCheckInProcedure, &campaignv1.CheckInRequest{
		CampaignId: campaign.String(), Text: checkInText, IdempotencyKey: uuid.NewString(),
	})
	if err != nil {
		return nil, err
	}
	res := &campaignv1.CheckInResponse{}
	err = c.fetch(r, q, res)
	return res.GetCheckIn(), err
}

// storedSQL has all columns of a check-in, its fact and the last job, but those that no
// two have alike, and apart from these the moment and what the job carries.
const storedSQL = `
SELECT (to_jsonb(i) - '{id,campaign_id,number,idempotency_key}'::text[])::text || (to_jsonb(f) - '{id,campaign_id,subject_id,moment}'::text[])::text ||
       (to_jsonb(j) - '{id,args,created_at,scheduled_at}'::text[])::text, f.moment, j.args
FROM campaign_check_ins i
         JOIN campaign_facts f ON f.subject_id = i.id
         JOIN river_job j ON j.id = (SELECT max(id) FROM river_job)
WHERE i.id = $1`

// stored reads what there is of a check-in that is the last one.
func (c *checkIns) stored(ctx context.Context, made *campaignv1.CheckIn) (row string, err error) {
	var moment time.Time
	var args []byte
	checkIn, err := uuid.Parse(made.GetId())
	if err != nil {
		return "", err
	}
	if err := c.conn.QueryRow(ctx, storedSQL, checkIn).Scan(&row, &moment, &args); err != nil {
		return "", err
	}
	var job struct{ Payload []byte }
	event := &eventv1.Event{}
	if err := errors.Join(json.Unmarshal(args, &job), proto.Unmarshal(job.Payload, event)); err != nil {
		return "", err
	}
	if at := id.Time(checkIn); !moment.Equal(at) || !made.GetCreatedAt().AsTime().Equal(at) || event.GetCheckedIn().GetCheckInId() != made.GetId() || event.GetId() == "" {
		return "", fmt.Errorf("the check-in %v has a fact of %v and the event %v", made, moment, event)
	}
	event.Id, event.OccurredAt, event.Body = "", nil, nil
	return row + event.String(), nil
}

func (c *checkIns) measure(ctx context.Context, o options) (pair, error) {
	// Everybody has been there before: whose token it is and what he may is known.
	for _, t := range []*taking{&c.ours, &c.bare} {
		if _, err := onceEach(ctx, t.side.addr, c.people, t.act); err != nil {
			return pair{}, err
		}
	}
	ours := func() (float64, error) { return c.round(ctx, &c.ours, o.length) }
	bare := func() (float64, error) { return c.round(ctx, &c.bare, o.length) }
	if _, err := inTurn(1, ours, bare); err != nil {
		return pair{}, err
	}
	if err := o.profiles("checkins", c.ours.side, c.bare.side); err != nil {
		return pair{}, err
	}
	return inTurn(o.rounds, ours, bare)
}

// round has people check in, and asserts that all that was answered is there.
func (c *checkIns) round(ctx context.Context, t *taking, length time.Duration) (float64, error) {
	rate, err := closedLoop(ctx, t.side.addr, c.people, length, t.act)
	if err != nil {
		return 0, err
	}
	var rows, facts, jobs int64
	err = c.conn.QueryRow(ctx, `
SELECT (SELECT count(*) FROM campaign_check_ins WHERE campaign_id = $1), (SELECT count(*) FROM campaign_facts WHERE campaign_id = $1 AND kind = 1),
       (SELECT count(*) FROM river_job)`, t.campaign).Scan(&rows, &facts, &jobs)
	if err != nil {
		return 0, err
	}
	if n := t.answered.Load(); rows != n || facts != n || jobs != c.ours.answered.Load()+c.bare.answered.Load() {
		return 0, fmt.Errorf("of %d check-ins there are %d rows and %d facts, and %d jobs of all", n, rows, facts, jobs)
	}
	return rate, nil
}

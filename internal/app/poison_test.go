package app_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func connectTo(t *testing.T, db pgtest.DB) *pgxpool.Pool {
	t.Helper()
	sql, err := pgxpool.New(t.Context(), db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	return sql
}

// wait waits for a query to say yes.
func wait(t *testing.T, sql *pgxpool.Pool, what, query string, args ...any) {
	t.Helper()
	soon(t, what, func() bool {
		var yes bool
		if err := sql.QueryRow(t.Context(), query, args...).Scan(&yes); err != nil {
			t.Fatal(err)
		}
		return yes
	})
}

func TestAPoisonMessageBecomesADeadLetterAndIsDeliveredWhenItIsBroughtBackMended(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	d := deploy(t, db, seams[0], pushing)
	sql := connectTo(t, db)
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.settled(t)
	// Messages of posts are spoilt as they are stored, and have one try left.
	if _, err := sql.Exec(t.Context(), `
CREATE TABLE spoilt (id bigint PRIMARY KEY, args jsonb);
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'timeline.post_created' THEN
        INSERT INTO spoilt VALUES (NEW.id, NEW.args);
        NEW.args = jsonb_set(NEW.args::jsonb, '{payload}', '"/w=="');
        NEW.max_attempts = 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spoil BEFORE INSERT ON river_job FOR EACH ROW EXECUTE FUNCTION spoil()`); err != nil {
		t.Fatal(err)
	}
	post := bob.post(t, "in a message that nobody can read")
	wait(t, sql, "there is a dead letter", `SELECT EXISTS (SELECT FROM river_job WHERE kind = 'timeline.post_created' AND state = 'discarded')`)
	var status, redriven bytes.Buffer
	if err := d.app.QueueStatus(t.Context(), &status); err != nil || !strings.Contains(status.String(), "dead letter") {
		t.Fatal(status.String(), err)
	}
	// Others are delivered meanwhile.
	if _, err := sql.Exec(t.Context(), `DROP TRIGGER spoil ON river_job; UPDATE river_job j SET args = s.args FROM spoilt s WHERE s.id = j.id`); err != nil {
		t.Fatal(err)
	}
	other := bob.post(t, "in a sound one")
	soon(t, "the other post", func() bool { return ann.has(t, other) })
	if err := d.app.Redrive(t.Context(), "timeline.post_created", &redriven); err != nil || !strings.HasPrefix(redriven.String(), "1 ") {
		t.Fatal(redriven.String(), err)
	}
	soon(t, "the post of the dead letter", func() bool { return ann.has(t, post) })
	wantHome(t, ann, post, other)
}

func TestAFollowedAccountThatIsGoneDegradesItsItemsAndNotThePage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	d := deploy(t, db, seams[0])
	sql := connectTo(t, db)
	ann, bob, cat := d.signUp(t), d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	ann.follow(t, cat)
	bob.post(t, "of somebody who leaves")
	kept := cat.post(t, "of somebody who stays")
	d.settled(t)
	// What follows from the deletion is not done yet.
	if _, err := sql.Exec(t.Context(), `CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.scheduled_at = now() + interval '1 hour'; NEW.state = 'scheduled';
    RETURN NEW;
END $$;
CREATE TRIGGER hold BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind LIKE '%.account_deleted') EXECUTE FUNCTION hold()`); err != nil {
		t.Fatal(err)
	}
	if _, err := bob.users.DeleteAccount(t.Context(), &userv1.DeleteAccountRequest{Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	var res *timelinev1.GetHomeTimelineResponse
	soon(t, "the page lacks the posts of the account", func() bool {
		var err error
		if res, err = ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{}); err != nil {
			t.Fatal(err)
		}
		return len(res.GetItems()) == 1
	})
	if f := res.GetFreshness(); res.GetItems()[0].GetPost().GetId() != kept || f.GetItemsDegraded() != 1 || f.GetComplete() {
		t.Fatal("got", res)
	}
}

func TestAPageTokenFromBeforeASwitchStillWorks(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	d := deploy(t, db, seams[0], pushing)
	ann, bob, operator := d.signUp(t), d.signUp(t), d.signUp(t)
	if err := d.app.SetRole(t.Context(), operator.handle, "admin"); err != nil {
		t.Fatal(err)
	}
	token, err := d.app.Token(t.Context(), operator.handle, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	operator = d.person(token)
	ann.follow(t, bob)
	var want []string
	for range 9 {
		want = append(want, bob.post(t, "one of nine"))
	}
	slices.Reverse(want)
	d.settled(t)
	for _, s := range []timelinev1.Strategy{pull, hybrid, adaptive, push} {
		first, err := ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{PageSize: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := operator.timeline.SetPolicy(t.Context(), &timelinev1.SetPolicyRequest{Policy: &timelinev1.Policy{Strategy: s, Threshold: 1}}); err != nil {
			t.Fatal(err)
		}
		d.settled(t)
		rest, err := ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{PageSize: 100, PageToken: first.GetNextPageToken()})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range append(first.GetItems(), rest.GetItems()...) {
			got = append(got, item.GetPost().GetId())
		}
		if !slices.Equal(got, want) {
			t.Fatalf("over the switch to %v the pages are %v, want %v", s, got, want)
		}
	}
	if _, err := ann.timeline.SetPolicy(t.Context(), &timelinev1.SetPolicyRequest{Policy: &timelinev1.Policy{Strategy: pull}}); err == nil {
		t.Error("somebody who is no operator may switch the strategy")
	}
}

package app_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
)

func onSQS(queues *sqstest.Queues) func(*app.Settings) {
	return func(s *app.Settings) {
		s.Queue, s.QueueEndpoint, s.Region, s.Prefix = "sqs", queues.Endpoint, devstack.Region, queues.Prefix
	}
}

func TestAPoisonMessageOnSQSBecomesADeadLetterThatCanBeBroughtBack(t *testing.T) {
	t.Parallel()
	queues := sqstest.New(t)
	d := deploy(t, pgtest.New(t), seams[0], pushing, onSQS(queues))
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.settled(t)
	// Somebody sends what nobody can read straight to the dead letters, where it would
	// be after twenty tries.
	queues.Send(t, "timeline-post_created-dead", "/w==")
	var status bytes.Buffer
	if err := d.app.QueueStatus(t.Context(), &status); err != nil || !strings.Contains(status.String(), "timeline.post_created") || !strings.Contains(status.String(), "dead letter") {
		t.Fatal(status.String(), err)
	}
	soon(t, "it is brought back", func() bool {
		var redriven bytes.Buffer
		err := d.app.Redrive(t.Context(), "timeline.post_created", &redriven)
		return err == nil && strings.HasPrefix(redriven.String(), "1 ")
	})
	// It holds nobody else up.
	post := bob.post(t, "in a sound one")
	soon(t, "the other post", func() bool { return ann.has(t, post) })
}

// A deployment that is set to SQS still does what River was given before.
func TestWhatRiverWasGivenIsDoneAfterASwitchToSQSAndBack(t *testing.T) {
	t.Parallel()
	db, queues := pgtest.New(t), sqstest.New(t)
	sql := connectTo(t, db)
	hold := func(kind string) {
		t.Helper()
		if _, err := sql.Exec(t.Context(), `CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.state = 'scheduled'; NEW.scheduled_at = now() + interval '1 hour'; RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER hold BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = '`+kind+`') EXECUTE FUNCTION hold()`); err != nil {
			t.Fatal(err)
		}
	}
	let := func() {
		t.Helper()
		if _, err := sql.Exec(t.Context(), `DROP TRIGGER hold ON river_job; UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state = 'scheduled'`); err != nil {
			t.Fatal(err)
		}
	}
	var reader, author *person
	for i, change := range []func(*app.Settings){func(*app.Settings) {}, onSQS(queues), func(*app.Settings) {}} {
		t.Run([]string{"river", "sqs", "river again"}[i], func(t *testing.T) {
			d := deploy(t, db, seams[0], pushing, change)
			if reader == nil {
				reader, author = d.signUp(t), d.signUp(t)
				reader.follow(t, author)
			}
			if i > 0 {
				let()
			}
			d.settled(t)
			again := d.person(reader.tokens.GetAccessToken())
			if got := again.home(t, 100); len(got) != i {
				t.Errorf("the timeline has %d posts, want %d", len(got), i)
			}
			hold([]string{"timeline.post_created", "queue.relay", "none"}[i])
			d.person(author.tokens.GetAccessToken()).post(t, "held back")
		})
	}
}

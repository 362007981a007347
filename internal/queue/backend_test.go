package queue_test

import (
	"testing"

	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/queuetest"
)

func TestRiverIsABackend(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, func(t *testing.T) queuetest.Deployment {
		t.Helper()
		p := newPost(t)
		return queuetest.Deployment{
			Process: func() queue.Backend { return queue.NewRiver(p.db, p.pub, discard()) },
			OneTry:  func() { p.change(t, "UPDATE river_job SET max_attempts = 1") },
			Abandon: func() {
				p.change(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}'")
			},
		}
	})
}

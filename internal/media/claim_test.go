package media_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestClaimAnswersPicturesInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		ids := []string{w.uploaded(owner), w.uploaded(owner), w.uploaded(owner)}
		slices.Reverse(ids)
		for range 2 { // one's own claim again is no error
			res, err := w.Claim(t.Context(), &mediav1.ClaimRequest{OwnerId: owner.String(), MediaIds: ids, Subject: "post:1"})
			must(t, err)
			for i, m := range res.GetMedia() {
				if m.GetId() != ids[i] || m.GetWidth() != 3 || m.GetUrl() != "/media/"+ids[i] {
					t.Errorf("%v", m)
				}
			}
			if len(res.GetMedia()) != 3 {
				t.Error("some are missing")
			}
		}
	})
}

func TestClaimRefusesWhatIsNotReady(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		free, taken, others := w.uploaded(owner), w.uploaded(owner), w.uploaded(uuid.New())
		must(t, w.claim(owner, "post:1", taken))
		gone := w.uploaded(owner)
		must(t, w.claim(owner, "post:2", gone))
		w.released("post:2", gone)
		for name, mediaID := range map[string]string{
			"unknown": uuid.NewString(), "another's": others, "taken": taken,
			"not uploaded": w.announce(owner, aPNG(t, 1, 1)).GetMediaId(), "released": gone,
		} {
			err := w.claim(owner, "post:2", free, mediaID)
			wantFault(t, err, fault.Precondition, "media_not_ready")
			if err == nil {
				t.Error(name)
			}
		}
		// None of the refused claims has taken the free one.
		must(t, w.claim(owner, "post:3", free))
	})
}

func TestOfClaimsAtTheSameTimeOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		for range 20 {
			ids := []string{w.uploaded(owner), w.uploaded(owner), w.uploaded(owner)}
			var won atomic.Int64
			var all sync.WaitGroup
			for i, subject := range []string{"post:a", "post:b", "post:c", "post:d"} {
				all.Go(func() {
					mine := append(slices.Clone(ids[i%3:]), ids[:i%3]...)[:2]
					switch err := w.claim(owner, subject, mine...); {
					case err == nil:
						won.Add(1)
					case !fault.Is(err, fault.Precondition):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Errorf("%d claims of two of three pictures won", won.Load())
			}
		}
	})
}

func TestResolveAnswersKnownPicturesInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		one, two := w.uploaded(owner), w.uploaded(owner)
		open := w.announce(owner, aPNG(t, 1, 1)).GetMediaId()
		res, err := w.Resolve(t.Context(), &mediav1.ResolveRequest{MediaIds: []string{two, uuid.NewString(), open, one, two}})
		must(t, err)
		var got []string
		for _, m := range res.GetMedia() {
			got = append(got, m.GetId())
		}
		if !slices.Equal(got, []string{two, one, two}) {
			t.Errorf("%v", got)
		}
	})
}

func TestOnlyWhatNothingShowsIsCollected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		held, unconfirmed, unclaimed, released := w.uploaded(owner), w.uploaded(owner), w.uploaded(owner), w.uploaded(owner)
		notUploaded := w.announce(owner, aPNG(t, 1, 1))
		for _, mediaID := range []string{held, unconfirmed, released} {
			must(t, w.claim(owner, "post:"+mediaID, mediaID))
		}
		w.held("post:"+held, held)
		w.held("post:"+released, released)
		w.released("post:other", held, unconfirmed)
		if n := w.collect(); n != 0 {
			t.Errorf("%d were collected at once", n)
		}
		if !w.shown(released) {
			t.Error("a held picture is not shown")
		}
		w.released("post:"+released, released)
		if w.shown(released) {
			t.Error("a released picture is shown")
		}
		if n := w.collect(); n != 1 {
			t.Errorf("%d were collected after the release of one", n)
		}
		w.later(23 * time.Hour)
		if n := w.collect(); n != 0 {
			t.Errorf("%d were collected within a day", n)
		}
		w.later(2 * time.Hour)
		if n := w.collect(); n != 3 {
			t.Errorf("%d were collected after a day", n)
		}
		if !w.shown(held) || w.shown(unconfirmed) || w.shown(unclaimed) || w.files() != 1 {
			t.Error("the held one must be all that is left")
		}
		if got := w.put(notUploaded.GetUploadUrl(), "image/png", aPNG(t, 1, 1)); got.status == 204 {
			t.Error("a collected upload takes bytes")
		}
		wantFault(t, w.claim(owner, "post:new", unclaimed), fault.Precondition, "media_not_ready")
		w.later(10000 * time.Hour)
		if n := w.collect(); n != 0 || !w.shown(held) {
			t.Error("what is held was collected")
		}
	})
}

func TestEventsMayComeTwiceAndInAnyOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		mediaID := w.uploaded(owner)
		must(t, w.claim(owner, "post:1", mediaID))
		w.released("post:1", mediaID)
		w.held("post:1", mediaID)
		w.held("post:1", mediaID)
		w.released("post:1", mediaID)
		if w.collect() != 1 || w.collect() != 0 {
			t.Error("a released picture that is confirmed late must go")
		}
	})
}

func TestClaimingAHeldPictureAgainKeepsItHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		mediaID := w.uploaded(owner)
		must(t, w.claim(owner, "user:1", mediaID))
		w.held("user:1", mediaID)
		must(t, w.claim(owner, "user:1", mediaID))
		w.later(25 * time.Hour)
		if w.collect() != 0 || !w.shown(mediaID) {
			t.Error("it was collected")
		}
	})
}

func TestAClaimAndTheCollectorNeverBothWin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		var ids []string
		for range 60 {
			ids = append(ids, w.uploaded(owner))
		}
		w.later(25 * time.Hour)
		claimed := make([]bool, len(ids))
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, err := w.service.Collect(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		for worker := range 3 {
			all.Go(func() {
				for i := len(ids) - 1 - worker; i >= 0; i -= 3 {
					claimed[i] = w.claim(owner, "post:"+ids[i], ids[i]) == nil
				}
			})
		}
		all.Wait()
		n := 0
		for i, mediaID := range ids {
			if w.shown(mediaID) != claimed[i] {
				t.Errorf("picture %d: claimed is %t, shown is not", i, claimed[i])
			}
			if claimed[i] {
				n++
			}
		}
		t.Logf("%d of %d were claimed in time", n, len(ids))
	})
}

func TestTheCollectorPassesByWhatIsBeingClaimed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		mediaID := w.uploaded(owner)
		w.later(25 * time.Hour)
		must(t, w.db.InTx(t.Context(), func(tx postgres.Tx) error {
			// As a claim does, but it takes its time.
			_, err := tx.Exec(t.Context(), `UPDATE media_objects SET claimed_for = 'post:1', collect_at = now() + '48 hours' WHERE id = $1`, mediaID)
			if n := w.collect(); n != 0 {
				t.Errorf("%d were collected", n)
			}
			return err
		}))
		if n := w.collect(); n != 0 || !w.shown(mediaID) {
			t.Error("it was collected")
		}
	})
}

func TestACrashLeavesNothingForEver(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, owner := open(t, seam), uuid.New()
		must(t, os.WriteFile(filepath.Join(w.dir, "temporary", uuid.NewString()), []byte("half a file"), 0o600))
		w.crash(owner, aPNG(t, 1, 1))
		w.collect()
		if n := w.files(); n != 2 {
			t.Errorf("%d files: a fresh temporary file must stay", n)
		}
		w.later(25 * time.Hour)
		w.collect()
		if n := w.files(); n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
}

func TestAfterACrashTheSameUploadIsTakenAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		data := aPNG(t, 8, 8)
		up := w.crash(uuid.New(), data)
		if w.shown(up.GetMediaId()) {
			t.Error("it is shown without its row")
		}
		if got := w.put(up.GetUploadUrl(), "image/png", data); !got.ok() || !w.shown(up.GetMediaId()) {
			t.Errorf("%+v", got)
		}
	})
}

func TestAfterACrashAnotherUploadChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		one, two := aPNG(t, 8, 8), aPNG(t, 8, 9)
		up := w.crash(uuid.New(), one)
		if got := w.put(up.GetUploadUrl(), "image/png", two); w.bucket == nil && got.code != "already_uploaded" {
			t.Errorf("%+v", got)
		}
		res, err := w.GetMedia(t.Context(), &mediav1.GetMediaRequest{MediaId: up.GetMediaId()})
		must(t, err)
		if res.GetMedia().GetHeight() != 8 || !bytes.Equal(w.do(http.MethodGet, res.GetMedia().GetUrl(), nil).body, one) {
			t.Errorf("shown is %v", res)
		}
	})
}

// crash announces an upload whose picture is kept, and of which no row says so.
func (w world) crash(owner uuid.UUID, data []byte) *mediav1.CreateUploadResponse {
	w.t.Helper()
	up := w.announce(owner, data)
	_, err := w.Keep(w.t.Context(), uuid.MustParse(up.GetMediaId()), "image/png", data)
	must(w.t, err)
	return up
}

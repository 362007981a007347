package media_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestTheSameKeyAnswersTheSameUploadForADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		req := announcement(aPNG(t, 1, 1))
		first, err := w.CreateUpload(as(t, owner), req)
		must(t, err)
		w.later(23 * time.Hour)
		again, err := w.CreateUpload(as(t, owner), req)
		must(t, err)
		if again.GetMediaId() != first.GetMediaId() {
			t.Error("another upload was made")
		}
		if left := again.GetExpiresAt().AsTime().Sub(time.Now().Add(23 * time.Hour)); left < 14*time.Minute || left > 15*time.Minute {
			t.Errorf("the address of the repetition is good for %v", left)
		}
		others, err := w.CreateUpload(as(t, uuid.New()), req)
		must(t, err)
		if others.GetMediaId() == first.GetMediaId() {
			t.Error("another account got the same upload")
		}
		w.later(2 * time.Hour)
		next, err := w.CreateUpload(as(t, owner), req)
		must(t, err)
		if next.GetMediaId() == first.GetMediaId() {
			t.Error("after a day the key still answers the old upload")
		}
	})
}

func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		req := announcement(aPNG(t, 1, 1))
		_, err := w.CreateUpload(as(t, owner), req)
		must(t, err)
		for _, change := range []func(*mediav1.CreateUploadRequest){
			func(r *mediav1.CreateUploadRequest) { r.Size++ },
			func(r *mediav1.CreateUploadRequest) { r.ContentType = "image/gif" },
		} {
			other := proto.CloneOf(req)
			change(other)
			_, err := w.CreateUpload(as(t, owner), other)
			wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		}
	})
}

func TestTheSameKeyAtTheSameTimeMakesOneUpload(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		req := announcement(aPNG(t, 1, 1))
		var ids sync.Map
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				res, err := w.CreateUpload(as(t, owner), req)
				if err != nil {
					t.Error(err)
					return
				}
				ids.Store(res.GetMediaId(), true)
			})
		}
		all.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("%d uploads were made", n)
		}
	})
}

func TestAnAccountHasAHundredOpenUploads(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		owner := uuid.New()
		data := aPNG(t, 1, 1)
		shown := w.uploaded(owner)
		must(t, w.claim(owner, "post:1", shown))
		w.uploaded(owner)
		var made, refused atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 15 {
					_, err := w.CreateUpload(as(t, owner), announcement(data))
					switch {
					case err == nil:
						made.Add(1)
					case fault.Is(err, fault.Exhausted):
						refused.Add(1)
					default:
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if made.Load() != 99 || refused.Load() != 21 {
			t.Errorf("beside one uploaded picture, %d were made and %d refused", made.Load(), refused.Load())
		}
		w.announce(uuid.New(), data)
		w.later(16 * time.Minute)
		w.announce(owner, data)
	})
}

func TestAddressesAreRelativeOrUnderTheBaseURL(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		res := w.announce(uuid.New(), aPNG(t, 1, 1))
		if !strings.HasPrefix(res.GetUploadUrl(), "/media/uploads/"+res.GetMediaId()+"?expires=") {
			t.Error(res.GetUploadUrl())
		}
	})
}

func TestOnlyAccountsUpload(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		_, err := w.CreateUpload(t.Context(), announcement(aPNG(t, 1, 1)))
		wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	})
}

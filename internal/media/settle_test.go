package media_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
)

// sent is an upload that has arrived in the bucket and that nobody has looked at.
func (w world) sent(owner uuid.UUID, data []byte) *mediav1.CreateUploadResponse {
	w.t.Helper()
	up := w.announce(owner, data)
	if got := w.put(up.GetUploadUrl(), "image/png", data); !got.ok() {
		w.t.Fatalf("the store does not take it: %d %s", got.status, got.body)
	}
	return up
}

func (w world) describe(mediaID string) (*mediav1.Media, error) {
	res, err := w.GetMedia(w.t.Context(), &mediav1.GetMediaRequest{MediaId: mediaID})
	return res.GetMedia(), err
}

func TestWhatArrivedIsLookedAtWhenItIsFirstNeeded(t *testing.T) {
	t.Parallel()
	for name, need := range map[string]func(w world, owner uuid.UUID, mediaID string) error{
		"by a claim":         func(w world, owner uuid.UUID, mediaID string) error { return w.claim(owner, "post:1", mediaID) },
		"by who asks for it": func(w world, _ uuid.UUID, mediaID string) error { _, err := w.describe(mediaID); return err },
		"by who looks at it": func(w world, _ uuid.UUID, mediaID string) error {
			if !w.shown(mediaID) {
				return errors.New("it is not shown")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, owner := openBucket(t, s3test.New(t)), uuid.New()
			data := aPNG(t, 5, 4)
			mediaID := w.sent(owner, data).GetMediaId()
			if keys := w.bucket.Keys(t); !slices.Equal(keys, []string{"quarantine/" + mediaID}) {
				t.Errorf("in the bucket there is %v", keys)
			}
			must(t, need(w, owner, mediaID))
			if keys := w.bucket.Keys(t); !slices.Equal(keys, []string{"pictures/" + mediaID}) {
				t.Errorf("in the bucket there is %v", keys)
			}
			m, err := w.describe(mediaID)
			if err != nil || m.GetWidth() != 5 || m.GetHeight() != 4 || m.GetUrl() != "/media/"+mediaID {
				t.Errorf("%v, %v", m, err)
			}
		})
	}
}

func TestAPictureIsCleanedBeforeItIsShown(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	where := "GPS 48.137154 11.576124"
	data := append(aPNG(t, 3, 3), where...)
	mediaID := w.sent(owner, data).GetMediaId()
	must(t, w.claim(owner, "post:1", mediaID))
	if got := w.do(http.MethodGet, "/media/"+mediaID, nil); got.status != http.StatusOK || bytes.Contains(got.body, []byte(where)) {
		t.Errorf("%d: %q", got.status, got.body)
	}
	if strings.Contains(w.bucket.Get(t, "pictures/"+mediaID), where) {
		t.Error("it is kept as it came")
	}
}

func TestWhatIsNoPictureEndsWhereItIsLookedAt(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	var jpg bytes.Buffer
	must(t, jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 16, 16)), nil))
	good := aPNG(t, 16, 16)
	damaged := bytes.Clone(good)
	damaged[len(damaged)-20] ^= 0xff
	for name, data := range map[string][]byte{
		"html": []byte("<!doctype html><script>alert(document.domain)</script>"), "truncated": good[:len(good)-9],
		"damaged": damaged, "a jpeg named png": jpg.Bytes(), "too many pixels": bomb,
	} {
		up := w.sent(owner, data)
		_, err := w.describe(up.GetMediaId())
		wantFault(t, err, fault.NotFound, "media_not_found")
		wantFault(t, w.claim(owner, "post:1", up.GetMediaId()), fault.Precondition, "media_not_ready")
		if w.shown(up.GetMediaId()) {
			t.Errorf("%s is shown", name)
		}
		// It stays refused, whatever is sent to its address later.
		w.put(up.GetUploadUrl(), "image/png", data)
		wantFault(t, w.claim(owner, "post:1", up.GetMediaId()), fault.Precondition, "media_not_ready")
	}
	if n := w.collect(); n != 5 || w.files() != 0 {
		t.Errorf("%d were collected, %d objects are left", n, w.files())
	}
}

func TestOneThatIsNoPictureTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	good, bad := w.sent(owner, aPNG(t, 2, 2)).GetMediaId(), w.sent(owner, []byte("no picture")).GetMediaId()
	wantFault(t, w.claim(owner, "post:1", good, bad), fault.Precondition, "media_not_ready")
	must(t, w.claim(owner, "post:2", good))
}

func TestAfterARefusalTheSameKeyMakesANewUpload(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	data := []byte("no picture")
	req := announcement(data)
	first, err := w.CreateUpload(as(t, owner), req)
	must(t, err)
	w.put(first.GetUploadUrl(), "image/png", data)
	_, err = w.describe(first.GetMediaId())
	wantFault(t, err, fault.NotFound, "media_not_found")
	again, err := w.CreateUpload(as(t, owner), req)
	must(t, err)
	if again.GetMediaId() == first.GetMediaId() {
		t.Error("the upload that was refused is answered again")
	}
}

func TestAnAddressThatIsUsedAgainChangesNoPicture(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	one, two := aPNG(t, 8, 8), aPNG(t, 8, 9)
	up := w.sent(owner, one)
	must(t, w.claim(owner, "post:1", up.GetMediaId()))
	w.held("post:1", up.GetMediaId())
	if got := w.put(up.GetUploadUrl(), "image/png", two); !got.ok() {
		t.Fatalf("%+v", got)
	}
	must(t, w.claim(owner, "post:1", up.GetMediaId()))
	m, err := w.describe(up.GetMediaId())
	if got := w.do(http.MethodGet, m.GetUrl(), nil); err != nil || m.GetHeight() != 8 || !bytes.Equal(got.body, one) {
		t.Errorf("%v, %v", m, err)
	}
	w.later(26 * time.Hour)
	w.collect()
	if keys := w.bucket.Keys(t); !slices.Equal(keys, []string{"pictures/" + up.GetMediaId()}) {
		t.Errorf("left is %v", keys)
	}
}

func TestAnAddressExpires(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	data := aPNG(t, 1, 1)
	w.later(-16 * time.Minute)
	up := w.announce(owner, data)
	if got := w.put(up.GetUploadUrl(), "image/png", data); got.status != http.StatusForbidden {
		t.Errorf("it took bytes a minute after its end: %+v", got)
	}
	if w.files() != 0 {
		t.Error("something arrived")
	}
}

func TestOfTwoUploadsAtOnceOneIsThePicture(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	pictures := [][]byte{aPNG(t, 8, 8), aPNG(t, 8, 9)}
	for range 5 {
		up := w.announce(owner, pictures[0])
		heights := make([]int32, 8)
		var all sync.WaitGroup
		for i := range heights {
			all.Go(func() {
				w.put(up.GetUploadUrl(), "image/png", pictures[i%2])
				if m, err := w.describe(up.GetMediaId()); err == nil {
					heights[i] = m.GetHeight()
				} else {
					t.Error(err)
				}
			})
		}
		all.Wait()
		m, err := w.describe(up.GetMediaId())
		must(t, err)
		for i, height := range heights {
			if height != m.GetHeight() {
				t.Errorf("%d was told of a height of %d, and it is %d", i, height, m.GetHeight())
			}
		}
		if got := w.do(http.MethodGet, m.GetUrl(), nil).body; !bytes.Equal(got, pictures[m.GetHeight()-8]) || m.GetSize() != int64(len(got)) {
			t.Error("shown is another picture than described")
		}
	}
}

func TestThoseWhoNeedAPictureAtTheSameTimeAllGetIt(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	for range 5 {
		mediaID := w.sent(owner, aPNG(t, 3, 2)).GetMediaId()
		var all sync.WaitGroup
		for i := range 9 {
			all.Go(func() {
				switch i % 3 {
				case 0:
					must(t, w.claim(owner, "post:1", mediaID))
				case 1:
					if _, err := w.describe(mediaID); err != nil {
						t.Error(err)
					}
				case 2:
					if !w.shown(mediaID) {
						t.Error("it is not shown")
					}
				}
			})
		}
		all.Wait()
	}
	if n := w.files(); n != 5 {
		t.Errorf("%d objects of 5 pictures", n)
	}
}

func TestUploadsThatNobodyNeedsAreCollected(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	up := w.sent(owner, aPNG(t, 3, 2))
	w.announce(owner, aPNG(t, 3, 2))
	w.later(23 * time.Hour)
	if n := w.collect(); n != 0 || w.files() != 1 {
		t.Errorf("%d were collected within a day, %d objects are left", n, w.files())
	}
	w.later(2 * time.Hour)
	if n := w.collect(); n != 2 || w.files() != 0 {
		t.Errorf("%d were collected after a day, %d objects are left", n, w.files())
	}
	wantFault(t, w.claim(owner, "post:1", up.GetMediaId()), fault.Precondition, "media_not_ready")
}

func TestAnAccountCannotFillTheStoreWithWhatNobodyLooksAt(t *testing.T) {
	t.Parallel()
	w, owner := openBucket(t, s3test.New(t)), uuid.New()
	data := aPNG(t, 1, 1)
	made := 0
	for made < 600 {
		_, err := w.CreateUpload(as(t, owner), announcement(data))
		if fault.Is(err, fault.Exhausted) {
			if made%100 != 0 || made == 500 {
				break
			}
			w.later(16 * time.Minute)
			_, err = w.CreateUpload(as(t, owner), announcement(data))
		}
		must(t, err)
		made++
	}
	if made != 500 {
		t.Errorf("%d uploads were made in a day", made)
	}
	w.later(24 * time.Hour)
	for left := 1; left > 0; {
		left = w.collect()
	}
	w.announce(owner, data)
}

func TestWhileTheStoreIsAwayNothingIsLost(t *testing.T) {
	t.Parallel()
	bucket := s3test.NewServer(t)
	w, owner := openBucket(t, bucket), uuid.New()
	data := aPNG(t, 6, 6)
	arrived, kept := w.sent(owner, data).GetMediaId(), w.uploaded(owner)
	open := w.announce(owner, data)
	must(t, bucket.Server.Kill(t.Context()))
	w.announce(owner, data)
	wantFault(t, w.claim(owner, "post:1", arrived), fault.Unavailable, "pictures_unavailable")
	_, err := w.describe(arrived)
	wantFault(t, err, fault.Unavailable, "pictures_unavailable")
	if got := w.do(http.MethodGet, "/media/"+kept, nil); got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" ||
		got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Range")+got.header.Get("Etag") != "" {
		t.Errorf("%+v", got)
	}
	must(t, w.claim(owner, "post:2", kept)) // asks nothing of the store
	if _, err := w.service.Collect(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("collecting: %v", err)
	}
	must(t, bucket.Server.Restart(t.Context()))
	must(t, w.claim(owner, "post:1", arrived))
	if !w.shown(arrived) || !w.shown(kept) {
		t.Error("a picture is lost")
	}
	if got := w.put(open.GetUploadUrl(), "image/png", data); !got.ok() || !w.shown(open.GetMediaId()) {
		t.Errorf("%+v", got)
	}
}

// lossy is a network that loses one answer in three, before or after the work is done.
type lossy struct {
	http.RoundTripper

	n atomic.Int64
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	switch l.n.Add(1) % 6 {
	case 0:
		return nil, io.ErrUnexpectedEOF
	case 3:
		res, err := l.RoundTripper.RoundTrip(r)
		if err == nil {
			_ = res.Body.Close()
		}
		return nil, io.ErrUnexpectedEOF
	}
	return l.RoundTripper.RoundTrip(r)
}

func TestOverALossyNetworkEveryPictureIsWhole(t *testing.T) {
	t.Parallel()
	bucket := s3test.New(t)
	bucket.Config.Transport = &lossy{RoundTripper: http.DefaultTransport}
	w, owner := openBucket(t, bucket), uuid.New()
	for range 30 {
		data := aPNG(t, 6, 6)
		up := w.sent(owner, data)
		must(t, w.claim(owner, "post:1", up.GetMediaId()))
		if got := w.do(http.MethodGet, "/media/"+up.GetMediaId(), nil); got.status != http.StatusOK || !bytes.Equal(got.body, data) {
			t.Errorf("%d, %d bytes", got.status, len(got.body))
		}
	}
}

// short is a network that cuts off what is read of pictures.
type short struct {
	http.RoundTripper

	after int64
}

func (s short) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.RoundTripper.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "pictures/") {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(res.Body, s.after), broken{}), res.Body}
	}
	return res, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAnAnswerThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	bucket := s3test.New(t)
	bucket.Config.Transport = short{http.DefaultTransport, 40}
	w := openBucket(t, bucket)
	mediaID := w.uploaded(uuid.New())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.web.URL+"/media/"+mediaID, nil)
	must(t, err)
	res, err := w.web.Client().Do(req)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		_, err = io.ReadAll(res.Body)
	}
	if err == nil {
		t.Error("the client could not tell")
	}
}

package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestMain(m *testing.M) {
	pgtest.Main(s3test.Tests(m), func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// world is a service of its own, as clients and other nouns reach it, with its
// web side and a clock that can be put forward.
type world struct {
	mediav1connect.MediaServiceClient
	mediav1connect.MediaInternalServiceClient
	store

	// service is the noun itself: what is in no contract.
	service *media.Service
	t       *testing.T
	db      *postgres.DB
	web     *httptest.Server
	ahead   *atomic.Int64
}

// store is where a world's pictures are, seen past the service.
type store struct {
	media.Files

	// dir is the folder, if it is one.
	dir string
	// bucket is set where clients send to it themselves, and what they send is looked
	// at when it is needed.
	bucket *s3test.Bucket
}

func inFolder(t *testing.T) store {
	t.Helper()
	dir := t.TempDir()
	files, err := folder.Open(dir)
	must(t, err)
	t.Cleanup(func() { must(t, files.Close()) })
	return store{Files: files, dir: dir}
}

func inBucket(t *testing.T, bucket s3test.Bucket) store {
	t.Helper()
	files, err := s3files.Open(t.Context(), bucket.Config)
	must(t, err)
	return store{Files: files, bucket: &bucket}
}

// each runs a test with pictures in a folder over both seams, and with pictures in
// a bucket.
func each(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) { test(t, open(t, seam)) })
	t.Run("in a bucket", func(t *testing.T) {
		t.Parallel()
		test(t, openBucket(t, s3test.New(t)))
	})
}

func open(t *testing.T, seam rpctest.Seam) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), inFolder(t))
}

func openBucket(t *testing.T, bucket s3test.Bucket) world {
	t.Helper()
	return on(t, rpctest.InProcess, pgtest.New(t), inBucket(t, bucket))
}

func on(t *testing.T, seam rpctest.Seam, servers pgtest.DB, pictures store) world {
	t.Helper()
	w := world{t: t, store: pictures, ahead: &atomic.Int64{}}
	var err error
	w.db, err = postgres.Open(t.Context(), servers.Config(0), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(w.db.Close)
	w.service = media.New(media.Deps{
		DB: w.db, Files: pictures.Files, Spool: pictures.dir, Secret: []byte("a secret of the deployment"), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) },
	})
	w.web = httptest.NewServer(w.service.Handler())
	t.Cleanup(w.web.Close)
	w.MediaServiceClient, w.MediaInternalServiceClient = reach(t, seam, w.service)
	return w
}

func (w world) later(d time.Duration) { w.ahead.Add(int64(d)) }

func as(t *testing.T, user uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: user})
}

// announce reserves an upload of these bytes as PNG.
func (w world) announce(owner uuid.UUID, data []byte) *mediav1.CreateUploadResponse {
	w.t.Helper()
	res, err := w.CreateUpload(as(w.t, owner), announcement(data))
	must(w.t, err)
	return res
}

func announcement(data []byte) *mediav1.CreateUploadRequest {
	return &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(len(data)), IdempotencyKey: uuid.NewString()}
}

// uploaded is a picture that the owner has uploaded and nothing shows.
func (w world) uploaded(owner uuid.UUID) string {
	w.t.Helper()
	data := aPNG(w.t, 3, 2)
	res := w.announce(owner, data)
	if got := w.put(res.GetUploadUrl(), "image/png", data); !got.ok() {
		w.t.Fatalf("the upload failed: %+v", got)
	}
	if w.bucket != nil {
		_, err := w.GetMedia(w.t.Context(), &mediav1.GetMediaRequest{MediaId: res.GetMediaId()})
		must(w.t, err)
	}
	return res.GetMediaId()
}

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
	code   string
}

func (a answer) ok() bool { return a.status/100 == 2 }

func (w world) put(url, contentType string, data []byte) answer {
	w.t.Helper()
	return w.do(http.MethodPut, url, bytes.NewReader(data), "Content-Type", contentType)
}

func (w world) do(method, url string, body io.Reader, header ...string) answer {
	w.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = w.web.URL + url
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, body)
	must(w.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.web.Client().Do(req)
	must(w.t, err)
	defer func() { _ = res.Body.Close() }()
	a := answer{status: res.StatusCode, header: res.Header}
	a.body, err = io.ReadAll(res.Body)
	must(w.t, err)
	if res.Header.Get("Content-Type") == "application/json" {
		var p struct{ Code, Message string }
		must(w.t, json.Unmarshal(a.body, &p))
		if a.code = p.Code; p.Message == "" {
			w.t.Error("an error without a message")
		}
	}
	return a
}

func (w world) claim(owner uuid.UUID, subject string, ids ...string) error {
	_, err := w.Claim(w.t.Context(), &mediav1.ClaimRequest{OwnerId: owner.String(), MediaIds: ids, Subject: subject})
	return err
}

func (w world) held(subject string, ids ...string) {
	w.t.Helper()
	must(w.t, w.service.OnMediaHeld(w.t.Context(), &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: &eventv1.MediaHeld{MediaIds: ids, Subject: subject}}}))
}

func (w world) released(subject string, ids ...string) {
	w.t.Helper()
	must(w.t, w.service.OnMediaReleased(w.t.Context(), &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: &eventv1.MediaReleased{MediaIds: ids, Subject: subject}}}))
}

func (w world) collect() int {
	w.t.Helper()
	n, err := w.service.Collect(w.t.Context())
	must(w.t, err)
	return n
}

// shown tells whether the picture can be had.
func (w world) shown(mediaID string) bool {
	w.t.Helper()
	return w.do(http.MethodGet, "/media/"+mediaID, nil).status == http.StatusOK
}

// files counts what is in the folder or the bucket.
func (w world) files() int {
	w.t.Helper()
	if w.bucket != nil {
		return len(w.bucket.Keys(w.t))
	}
	n := 0
	must(w.t, fs.WalkDir(os.DirFS(w.dir), ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

func aPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFault checks kind and reason.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults leave a method unwrapped
	if !ok || f.Kind != kind || f.Reason != reason {
		t.Errorf("got %#v, want the reason %s", err, reason)
	}
}

// lose takes the bytes of a picture away, past the service.
func (w world) lose(mediaID string) {
	w.t.Helper()
	if w.bucket != nil {
		w.bucket.Delete(w.t, "pictures/"+mediaID)
		return
	}
	must(w.t, os.Remove(filepath.Join(w.dir, mediaID[34:36], mediaID[32:34], mediaID)))
}

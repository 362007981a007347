package media_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestWhatIsUploadedIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		data := aPNG(t, 30, 20)
		up := w.announce(uuid.New(), data)
		_, err := w.GetMedia(t.Context(), &mediav1.GetMediaRequest{MediaId: up.GetMediaId()})
		wantFault(t, err, fault.NotFound, "media_not_found")
		if got := w.do(http.MethodGet, "/media/"+up.GetMediaId(), nil); got.status != http.StatusNotFound || got.code != "media_not_found" {
			t.Errorf("before the upload: %+v", got)
		}
		for range 2 { // the second time is harmless
			if got := w.put(up.GetUploadUrl(), "image/png", data); !got.ok() {
				t.Fatalf("%+v", got)
			}
		}
		res, err := w.GetMedia(t.Context(), &mediav1.GetMediaRequest{MediaId: up.GetMediaId()})
		must(t, err)
		m := res.GetMedia()
		if m.GetWidth() != 30 || m.GetHeight() != 20 || m.GetContentType() != "image/png" || m.GetSize() != int64(len(data)) {
			t.Errorf("%v", m)
		}
		got := w.do(http.MethodGet, m.GetUrl(), nil)
		if got.status != http.StatusOK || !bytes.Equal(got.body, data) {
			t.Errorf("%+v", got)
		}
		for name, want := range map[string]string{
			"Content-Type":            "image/png",
			"X-Content-Type-Options":  "nosniff",
			"Content-Security-Policy": "sandbox; default-src 'none'",
			"Cache-Control":           "public, max-age=31536000, immutable",
			"Etag":                    `"` + up.GetMediaId() + `"`,
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s is %q", name, got.header.Get(name))
			}
		}
	})
}

func TestPicturesAreServedInPartsAndOnlyOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		mediaID := w.uploaded(uuid.New())
		whole := w.do(http.MethodGet, "/media/"+mediaID, nil)
		part := w.do(http.MethodGet, "/media/"+mediaID, nil, "Range", "bytes=4-7")
		if part.status != http.StatusPartialContent || !bytes.Equal(part.body, whole.body[4:8]) {
			t.Errorf("%+v", part)
		}
		if got := w.do(http.MethodGet, "/media/"+mediaID, nil, "Range", "bytes=999999-"); got.status != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("%+v", got)
		}
		if got := w.do(http.MethodGet, "/media/"+mediaID, nil, "If-None-Match", whole.header.Get("Etag")); got.status != http.StatusNotModified {
			t.Errorf("%+v", got)
		}
		if got := w.do(http.MethodHead, "/media/"+mediaID, nil); got.status != http.StatusOK || len(got.body) != 0 || got.header.Get("Content-Length") == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestUploadsAreHeldToTheirAddress(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, owner := open(t, seam), uuid.New()
		data := aPNG(t, 1, 1)
		up, other := w.announce(owner, data), w.announce(owner, data)
		good := up.GetUploadUrl()
		for name, url := range map[string]string{
			"another picture":    strings.Replace(good, up.GetMediaId(), other.GetMediaId(), 1),
			"a later end":        strings.Replace(good, "expires=1", "expires=2", 1),
			"no signature":       before(good, "&signature"),
			"a cut signature":    good[:len(good)-1],
			"no parameters":      before(good, "?"),
			"no number":          strings.Replace(good, "expires=", "expires=x", 1),
			"another's unsigned": "/media/uploads/" + uuid.NewString(),
		} {
			if got := w.put(url, "image/png", data); got.status != http.StatusForbidden || got.code != "signature_invalid" {
				t.Errorf("%s: %+v", name, got)
			}
		}
		w.later(16 * time.Minute)
		if got := w.put(good, "image/png", data); got.status != http.StatusGone || got.code != "upload_expired" {
			t.Errorf("%+v", got)
		}
		if w.files() != 0 {
			t.Error("a file was written")
		}
	})
}

func TestUploadsAreHeldToWhatWasAnnounced(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, owner := open(t, seam), uuid.New()
		data := aPNG(t, 16, 16)
		var jpg bytes.Buffer
		must(t, jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 16, 16)), nil))
		html := []byte("<!doctype html><script>alert(document.domain)</script>")
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
		for name, c := range map[string]struct {
			announced         []byte
			announcedType     string
			sent              []byte
			sentType          string
			wantStatus        int
			wantCode          string
			withoutKnownSizes bool
		}{
			"a png named jpeg":            {announced: data, announcedType: "image/jpeg", sent: data, sentType: "image/jpeg", wantStatus: 415, wantCode: "wrong_type"},
			"a jpeg named png":            {announced: jpg.Bytes(), sent: jpg.Bytes(), wantStatus: 415, wantCode: "wrong_type"},
			"another header":              {announced: data, sent: data, sentType: "image/jpeg", wantStatus: 415, wantCode: "wrong_type"},
			"a header of nonsense":        {announced: data, sent: data, sentType: ";;;", wantStatus: 415, wantCode: "wrong_type"},
			"html":                        {announced: html, sent: html, wantStatus: 422, wantCode: "not_a_picture"},
			"svg":                         {announced: svg, sent: svg, wantStatus: 422, wantCode: "not_a_picture"},
			"truncated":                   {announced: data[:len(data)-9], sent: data[:len(data)-9], wantStatus: 422, wantCode: "not_a_picture"},
			"too many pixels":             {announced: bomb, sent: bomb, wantStatus: 422, wantCode: "too_many_pixels"},
			"too long":                    {announced: data, sent: append(bytes.Clone(data), 0), wantStatus: 413, wantCode: "too_large"},
			"too long, unknown size":      {announced: data, sent: append(bytes.Clone(data), 0), wantStatus: 413, wantCode: "too_large", withoutKnownSizes: true},
			"too short":                   {announced: data, sent: data[:20], wantStatus: 400, wantCode: "size_mismatch"},
			"too short, unknown size":     {announced: data, sent: data[:20], wantStatus: 400, wantCode: "size_mismatch", withoutKnownSizes: true},
			"nothing":                     {announced: data, sent: nil, wantStatus: 400, wantCode: "size_mismatch"},
			"as announced, unknown size":  {announced: data, sent: data, wantStatus: 204, withoutKnownSizes: true},
			"as announced, with charset":  {announced: data, sent: data, sentType: "image/png; charset=binary", wantStatus: 204},
			"as announced, in upper case": {announced: data, sent: data, sentType: "IMAGE/PNG", wantStatus: 204},
		} {
			t.Run(name, func(t *testing.T) {
				req := announcement(c.announced)
				if c.announcedType != "" {
					req.ContentType = c.announcedType
				}
				up, err := w.CreateUpload(as(t, owner), req)
				must(t, err)
				if c.sentType == "" {
					c.sentType = "image/png"
				}
				var body io.Reader = bytes.NewReader(c.sent)
				if c.withoutKnownSizes {
					body = io.MultiReader(body)
				}
				got := w.do(http.MethodPut, up.GetUploadUrl(), body, "Content-Type", c.sentType)
				if got.status != c.wantStatus || got.code != c.wantCode {
					t.Errorf("%d %s", got.status, got.code)
				}
				if w.shown(up.GetMediaId()) != (c.wantStatus == 204) {
					t.Error("shown although refused, or not although taken")
				}
			})
		}
		if n := w.files(); n != 3 {
			t.Errorf("%d files are left of 3 pictures", n)
		}
	})
}

// bomb is a PNG of a few bytes that says to be a gigapixel.
var bomb = []byte("\x89PNG\r\n\x1a\n" +
	"\x00\x00\x00\x0dIHDR\x00\x00\x7f\xff\x00\x00\x7f\xff\x08\x00\x00\x00\x00\x6c\x99\x59\xe1" +
	"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e" + "\x00\x00\x00\x00IEND\xae\x42\x60\x82")

func TestAnUploadedPictureNeverChanges(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		one, two := aPNG(t, 8, 8), aPNG(t, 8, 9)
		if len(one) != len(two) {
			t.Fatal("the pictures must have one size")
		}
		up := w.announce(uuid.New(), one)
		if got := w.put(up.GetUploadUrl(), "image/png", one); got.status != http.StatusNoContent {
			t.Fatalf("%+v", got)
		}
		if got := w.put(up.GetUploadUrl(), "image/png", two); got.status != http.StatusConflict || got.code != "already_uploaded" {
			t.Errorf("%+v", got)
		}
		if got := w.do(http.MethodGet, "/media/"+up.GetMediaId(), nil); !bytes.Equal(got.body, one) {
			t.Error("the picture has changed")
		}
	})
}

func TestOfUploadsAtTheSameTimeOneWins(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		pictures := [][]byte{aPNG(t, 8, 8), aPNG(t, 8, 9)}
		for range 10 {
			up := w.announce(uuid.New(), pictures[0])
			statuses := make([]int, 8)
			var all sync.WaitGroup
			for i := range statuses {
				all.Go(func() { statuses[i] = w.put(up.GetUploadUrl(), "image/png", pictures[i%2]).status })
			}
			all.Wait()
			shown := w.do(http.MethodGet, "/media/"+up.GetMediaId(), nil).body
			for i, status := range statuses {
				if won := bytes.Equal(shown, pictures[i%2]); won != (status == http.StatusNoContent) || (!won && status != http.StatusConflict) {
					t.Errorf("upload %d: shown is %t, answered was %d", i, won, status)
				}
			}
		}
		if n := w.files(); n != 10 {
			t.Errorf("%d files are left of 10 pictures", n)
		}
	})
}

func TestOtherPathsShowNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		mediaID := w.uploaded(uuid.New())
		must(t, os.WriteFile(filepath.Join(filepath.Dir(w.dir), "outside"), []byte("secret"), 0o600))
		for _, path := range []string{
			"/media/" + uuid.NewString(), "/media/uploads", "/media/", "/media/..%2foutside", "/media/temporary",
			"/media/" + strings.ToUpper(mediaID) + "x", "/media/{" + mediaID + "}", "/media/urn:uuid:" + mediaID,
			"/media/" + strings.ReplaceAll(mediaID, "-", ""), "/media/%00" + mediaID[3:],
		} {
			if got := w.do(http.MethodGet, path, nil); got.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.status)
			}
		}
	})
}

func TestAPictureWhoseBytesAreLostIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		mediaID := w.uploaded(uuid.New())
		w.lose(mediaID)
		if got := w.do(http.MethodGet, "/media/"+mediaID, nil); got.status != http.StatusNotFound || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAPictureIsShownBeforeReplicasKnowIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w := on(t, seam, servers, inFolder(t))
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		mediaID := w.uploaded(uuid.New())
		if !w.shown(mediaID) {
			t.Error("it is not shown")
		}
		res, err := w.Resolve(t.Context(), &mediav1.ResolveRequest{MediaIds: []string{mediaID}})
		must(t, err)
		if len(res.GetMedia()) != 1 {
			t.Error("it is not resolved")
		}
	})
}

// before is what stands in s before the first sep.
func before(s, sep string) string {
	head, _, _ := strings.Cut(s, sep)
	return head
}

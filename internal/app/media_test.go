package app_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestAPostShowsAPictureThatItsAuthorSentToS3(t *testing.T) {
	t.Parallel()
	for _, seam := range seams {
		t.Run(seam, func(t *testing.T) {
			t.Parallel()
			bucket := s3test.New(t)
			d := deploy(t, pgtest.New(t), seam, func(s *app.Settings) { s.MediaStore, s.S3 = "s3", bucket.Config })
			ann := d.signUp(t)
			var data bytes.Buffer
			if err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 4, 3))); err != nil {
				t.Fatal(err)
			}
			up, err := ann.media.CreateUpload(t.Context(), &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(data.Len()), IdempotencyKey: uuid.NewString()})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(up.GetUploadUrl(), bucket.Config.Endpoint) {
				t.Fatalf("the address is %s", up.GetUploadUrl())
			}
			if status, _ := send(t, http.MethodPut, up.GetUploadUrl(), data.Bytes()); status != http.StatusOK {
				t.Fatalf("the store answers %d", status)
			}
			post, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: "look", MediaIds: []string{up.GetMediaId()}, IdempotencyKey: uuid.NewString()})
			if err != nil {
				t.Fatal(err)
			}
			shown := post.GetPost().GetMedia()
			if len(shown) != 1 || shown[0].GetUrl() != "/media/"+up.GetMediaId() || shown[0].GetWidth() != 4 {
				t.Fatalf("the post has %v", shown)
			}
			if status, body := send(t, http.MethodGet, d.base+shown[0].GetUrl(), nil); status != http.StatusOK || !bytes.Equal(body, data.Bytes()) {
				t.Errorf("shown is %d, %d bytes", status, len(body))
			}
		})
	}
}

func send(t *testing.T, method, url string, data []byte) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "image/png")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

func TestDoctorSaysWhatIsWrongWithABucket(t *testing.T) {
	t.Parallel()
	bucket := s3test.New(t)
	for want, breakIt := range map[string]func(*s3files.Config){
		"✓ media\n": func(*s3files.Config) {},
		"✗ media: sending to a signed address: it answers 403 Forbidden": func(c *s3files.Config) { c.SecretKey = "made up, as it is not known" },
		"✗ media: sending to a signed address: it answers 404 Not Found": func(c *s3files.Config) { c.Bucket = "not-there" },
	} {
		s := unreached(t)
		s.MediaStore, s.S3 = "s3", bucket.Config
		breakIt(&s.S3)
		var said strings.Builder
		if err := app.Doctor(t.Context(), s, &said); err == nil {
			t.Error("a deployment without a database is well")
		}
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, said.String())
		}
	}
	if keys := bucket.Keys(t); len(keys) != 0 {
		t.Errorf("left behind: %v", keys)
	}
}

package s3files_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
)

// ten bytes of an upload that may come from a minute ago on.
func upload() media.Upload {
	from := time.Now().Add(-time.Minute).Truncate(time.Second)
	return media.Upload{MediaID: uuid.Must(uuid.NewV7()), ContentType: "image/png", Size: 10, From: from, Until: from.Add(15 * time.Minute)}
}

func address(t *testing.T, b s3test.Bucket, u media.Upload) string {
	t.Helper()
	a, err := open(t, b.Config).Address(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func put(t *testing.T, address, contentType string, body io.Reader) int {
	t.Helper()
	return send(t, http.MethodPut, address, contentType, body).StatusCode
}

func send(t *testing.T, method, address, contentType string, body io.Reader) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

func TestAnUploadArrivesWithTheHeadersOfItsContractAlone(t *testing.T) {
	t.Parallel()
	b, u := s3test.New(t), upload()
	files := open(t, b.Config)
	a := address(t, b, u)
	if got := put(t, a, "image/png", strings.NewReader("0123456789")); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	data, err := files.Arrived(t.Context(), u.MediaID, u.Size)
	if err != nil || string(data) != "0123456789" {
		t.Errorf("arrived is %q, %v", data, err)
	}
	// Another may follow while the address is good; the last one counts.
	if got := put(t, a, "image/png", strings.NewReader("abcdefghij")); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	if data, err = files.Arrived(t.Context(), u.MediaID, u.Size); err != nil || string(data) != "abcdefghij" {
		t.Errorf("then arrived is %q, %v", data, err)
	}
	for _, size := range []int64{9, 11} {
		if _, err = files.Arrived(t.Context(), u.MediaID, size); !fault.Is(err, fault.NotFound) {
			t.Errorf("of an upload of %d bytes: %v", size, err)
		}
	}
	for range 2 {
		if err := files.Discard(t.Context(), u.MediaID); err != nil {
			t.Error(err)
		}
	}
	if _, err := files.Arrived(t.Context(), u.MediaID, u.Size); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was discarded: %v", err)
	}
}

func TestAnAddressHoldsTheClientToWhatWasSigned(t *testing.T) {
	t.Parallel()
	b, u := s3test.New(t), upload()
	good, ten := address(t, b, u), []byte("0123456789")
	early := u
	early.From, early.Until = u.From.Add(-time.Hour), u.Until.Add(-time.Hour)
	strange := b
	strange.Config.SecretKey = "made up, as it is not known"
	for name, c := range map[string]struct {
		address, contentType string
		body                 io.Reader
	}{
		"another type":            {good, "image/gif", bytes.NewReader(ten)},
		"no type":                 {good, "", bytes.NewReader(ten)},
		"a type with more to it":  {good, "text/html; image/png", bytes.NewReader(ten)},
		"too long":                {good, "image/png", strings.NewReader("0123456789a")},
		"too short":               {good, "image/png", strings.NewReader("012345678")},
		"of unknown length":       {good, "image/png", io.MultiReader(bytes.NewReader(ten))},
		"expired":                 {address(t, b, early), "image/png", bytes.NewReader(ten)},
		"signed by somebody else": {address(t, strange, u), "image/png", bytes.NewReader(ten)},
		"another picture's":       {strings.Replace(good, u.MediaID.String(), uuid.NewString(), 1), "image/png", bytes.NewReader(ten)},
		"to where pictures are":   {strings.Replace(good, "quarantine/", "pictures/", 1), "image/png", bytes.NewReader(ten)},
		"good for longer":         {strings.Replace(good, "X-Amz-Expires=900", "X-Amz-Expires=9000", 1), "image/png", bytes.NewReader(ten)},
		"an altered signature":    {altered(t, good), "image/png", bytes.NewReader(ten)},
		"no signature":            {strings.SplitN(good, "?", 2)[0], "image/png", bytes.NewReader(ten)},
	} {
		if got := put(t, c.address, c.contentType, c.body); got < 400 || got >= 500 {
			t.Errorf("%s: answered %d", name, got)
		}
	}
	if keys := b.Keys(t); len(keys) != 0 {
		t.Errorf("something arrived: %v", keys)
	}
}

func altered(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("X-Amz-Signature", strings.Repeat("0", 64))
	u.RawQuery = q.Encode()
	return u.String()
}

func TestAnUploadThatIsCutOffDoesNotArrive(t *testing.T) {
	t.Parallel()
	b, u := s3test.New(t), upload()
	u.Size = 1 << 20
	parsed, err := url.Parse(address(t, b, u))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", parsed.Host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "PUT "+parsed.RequestURI()+" HTTP/1.1\r\nHost: "+parsed.Host+"\r\nContent-Type: image/png\r\nContent-Length: "+
		strconv.FormatInt(u.Size, 10)+"\r\n\r\n"+strings.Repeat("half", 1<<17))
	if err != nil {
		t.Fatal(err)
	}
	// The client is gone, and its half of the connection with it; the server has seen that when it closes its own.
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
	if _, err := open(t, b.Config).Arrived(t.Context(), u.MediaID, u.Size); !fault.Is(err, fault.NotFound) {
		t.Errorf("half an upload arrived: %v", err)
	}
}

func TestNothingIsShownWithoutASignature(t *testing.T) {
	t.Parallel()
	b, u := s3test.New(t), upload()
	a := address(t, b, u)
	if got := put(t, a, "image/png", strings.NewReader("0123456789")); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	if _, err := open(t, b.Config).Keep(t.Context(), u.MediaID, "image/png", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	bare, _, _ := strings.Cut(a, "?")
	for _, address := range []string{bare, strings.Replace(bare, "quarantine/", "pictures/", 1), a} {
		if got := send(t, http.MethodGet, address, "image/png", nil).StatusCode; got != http.StatusForbidden {
			t.Errorf("%s: answered %d", address, got)
		}
	}
}

func TestBrowsersMaySendUploads(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	a := address(t, b, upload())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://throng.test")
	req.Header.Set("Access-Control-Request-Method", http.MethodPut)
	req.Header.Set("Access-Control-Request-Headers", "content-type")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	h := res.Header
	if res.StatusCode != http.StatusOK || h.Get("Access-Control-Allow-Origin") == "" ||
		!strings.Contains(h.Get("Access-Control-Allow-Methods"), "PUT") || !strings.EqualFold(h.Get("Access-Control-Allow-Headers"), "content-type") {
		t.Errorf("%d %v", res.StatusCode, h)
	}
	origin, err := open(t, b.Config).Origin(t.Context())
	if err != nil || origin != b.Config.Endpoint {
		t.Errorf("browsers send to %s, %v", origin, err)
	}
}

func TestWithoutPathStyleTheBucketIsInTheHost(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	b.Config.Endpoint, b.Config.PathStyle, b.Config.Region = "", false, "eu-central-1"
	origin, err := open(t, b.Config).Origin(t.Context())
	if err != nil || origin != "https://"+b.Config.Bucket+".s3.eu-central-1.amazonaws.com" {
		t.Errorf("browsers send to %s, %v", origin, err)
	}
}

func TestSweepTakesWhatArrivedForOldIDs(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	now := time.Now()
	fresh := uuid.Must(uuid.NewV7()).String()
	old := idOf(now.Add(-26 * time.Hour))
	for _, key := range []string{"quarantine/" + old, "quarantine/" + fresh, "quarantine/of somebody else", "pictures/" + old} {
		b.Put(t, key, "bytes")
	}
	for range 2 {
		if err := open(t, b.Config).Sweep(t.Context(), now.Add(-25*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := strings.Join(b.Keys(t), " "), "pictures/"+old+" quarantine/"+fresh+" quarantine/of somebody else"; got != want {
		t.Errorf("left is %s\nwant %s", got, want)
	}
}

// idOf is an id that was made then.
func idOf(then time.Time) string {
	u := uuid.Must(uuid.NewV7())
	ms := uint64(then.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	return u.String()
}

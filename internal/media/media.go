// Package media keeps pictures: it takes them in, shows them, and takes away
// what nothing shows.
//
// CreateUpload reserves an id and answers a signed address that takes the bytes
// for a quarter of an hour. The PUT there holds them to what was announced,
// checks and cleans them (package picture) and stores them in a folder, so that a
// crash at any point leaves either the whole picture or none. After that a
// picture never changes, and whoever knows its id may get it.
//
// A picture lives as long as something shows it. Whoever is about to show it
// claims it, the event MediaHeld confirms the claim, MediaReleased ends it. The
// column collect_at is all there is to collecting: null while something shows the
// picture, else when it may go, a day after the upload or the claim and at once
// after the release. Collecting first marks a row, from when on nobody can claim
// or show it, then removes the bytes, then the row.
package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/gen/db/mediadb"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	// cacheSize bounds the descriptions in memory, to about 20 MB.
	cacheSize = 100_000
	// cacheLifetime bounds how long another process may still show a picture that
	// was released.
	cacheLifetime = time.Minute
)

// Deps is what the service stands on.
type Deps struct {
	DB *postgres.DB
	// Dir is the folder of the pictures; it is made where it is missing. All
	// processes that serve media share it.
	Dir string
	// Secret of the deployment; upload addresses are signed with a key made of it.
	Secret []byte
	// BaseURL is put before every address, without a slash at its end; "" leaves
	// them relative to the API's own.
	BaseURL string
	Log     *slog.Logger
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Service implements the contract of media, public and internal, and serves the
// bytes.
type Service struct {
	db      *postgres.DB
	q       *mediadb.Queries
	files   *folder
	key     []byte
	baseURL string
	// known describes uploaded pictures.
	known *cache.Cache[uuid.UUID, mediadb.ListUploadedRow]
	// arriving bounds the uploads under way, inspecting those held in memory.
	arriving, inspecting chan struct{}
	log                  *slog.Logger
	now                  func() time.Time
}

var (
	_ mediav1connect.MediaServiceHandler         = (*Service)(nil)
	_ mediav1connect.MediaInternalServiceHandler = (*Service)(nil)
)

// New makes the service and its folder.
func New(d Deps) (*Service, error) {
	files, err := openFolder(d.Dir)
	if err != nil {
		return nil, err
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	mac := hmac.New(sha256.New, d.Secret)
	mac.Write([]byte("throng media uploads"))
	return &Service{
		db:         d.DB,
		q:          mediadb.New(),
		files:      files,
		key:        mac.Sum(nil),
		baseURL:    d.BaseURL,
		known:      cache.NewShared(cache.Config{Size: cacheSize, Lifetime: cacheLifetime}, d.Caches, cache.ByID[mediadb.ListUploadedRow]("media")),
		arriving:   make(chan struct{}, maxArriving),
		inspecting: make(chan struct{}, maxInspecting),
		log:        d.Log,
		now:        d.Now,
	}, nil
}

// Close lets go of the folder.
func (s *Service) Close() error { return s.files.close() }

// Handlers are the topics that this noun's workers handle.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{
		"media.media_held":     queue.OnEvent(s.OnMediaHeld),
		"media.media_released": queue.OnEvent(s.OnMediaReleased),
		topicCollect:           queue.On(func() *emptypb.Empty { return &emptypb.Empty{} }, s.collectAll),
	}
}

// Periodic are the tasks of this noun that come round.
func (s *Service) Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: collectEvery, Task: queue.Task{Topic: topicCollect, Queue: queue.Upkeep, Message: &emptypb.Empty{}}}}
}

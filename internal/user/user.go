// Package user keeps accounts, signs people in, and answers everybody's
// questions about who somebody is.
//
// An account has a handle for good: it never changes, and a deleted account
// keeps it. Accounts come about by Register, with a password, or in bulk by
// ResolveHandles, without one; nobody can sign in to the latter.
//
// A password is kept as an argon2id hash (hasher.go). A sign-in begins a session
// and answers two tokens. The access token is a JWT that other parts check with
// the published keys alone; it cannot be taken back, so it is short-lived
// (token.go, keyring.go). The refresh token is random, kept as a hash, and works
// once: each use answers its successor, and a second use ends the session, for
// then two hold it and one of them is a thief (refresh.go).
//
// Whoever guesses passwords meets three limits, per account, per address
// (limit.go), and of hashes at once, and learns nothing of which accounts exist.
// Accounts as everybody sees them are read through a cache (account.go).
package user

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// Deps is what the service stands on. DB, Events, Media, Pages, Secret and Log
// are needed; the others have defaults where they are zero.
type Deps struct {
	DB     *postgres.DB
	Events *queue.Publisher
	Media  mediav1connect.MediaInternalServiceClient
	Pages  page.Sealer
	// Secret is the deployment's. It seals the keys that sign access tokens, so
	// that whoever reads the database alone cannot sign in as anybody.
	Secret []byte
	Log    *slog.Logger
	// Limits on sign-in; DefaultLimits.
	Limits Limits
	// Limiter counts for them; nil counts in this process.
	Limiter pace.Limiter
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	// Hashing is how passwords are hashed; DefaultHashing.
	Hashing Hashing
	// Cached is how many accounts are kept in memory; 50,000.
	Cached int
	// Now is the clock; time.Now.
	Now func() time.Time
}

// Service implements UserService and UserInternalService.
type Service struct {
	db     *postgres.DB
	q      *userdb.Queries
	events *queue.Publisher
	media  mediav1connect.MediaInternalServiceClient
	pages  page.Sealer
	log    *slog.Logger
	now    func() time.Time

	cache  *cache.Cache[uuid.UUID, *userv1.User]
	hasher *hasher
	limits *limiter
	keys   *keyring
}

var (
	_ userv1connect.UserServiceHandler         = (*Service)(nil)
	_ userv1connect.UserInternalServiceHandler = (*Service)(nil)
)

const (
	defaultCached = 50_000
	// cacheLifetime bounds how long others may see an account as it was, in
	// processes that did not change it.
	cacheLifetime = time.Minute
)

// New makes the service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Cached == 0 {
		d.Cached = defaultCached
	}
	q := userdb.New()
	return &Service{
		db: d.DB, q: q, events: d.Events, media: d.Media, pages: d.Pages, log: d.Log, now: d.Now,
		cache:  cache.NewShared(cache.Config{Size: d.Cached, Lifetime: cacheLifetime}, d.Caches, cache.Messages("user", func() *userv1.User { return &userv1.User{} })),
		hasher: newHasher(d.Hashing),
		limits: newLimiter(d.Limits, d.Limiter, d.Now),
		keys:   &keyring{db: d.DB, q: q, vault: newVault(d.Secret), now: d.Now},
	}
}

package user

import (
	"context"
	"crypto/rand"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

// Hashing says how passwords are hashed. Zero fields stand for the defaults.
type Hashing struct {
	// MemoryKiB and Passes are the cost of one hash by argon2id with one lane. A
	// sign-in renews a hash that was made at another cost.
	MemoryKiB uint32
	Passes    uint32
	// AtOnce bounds the hashes computed at the same time; each takes a processor
	// and the memory.
	AtOnce int
	// Waiting bounds those that wait for their turn; more are sent away.
	Waiting int
	// GiveWay waits while others need the processors more, for a moment at most; nil waits
	// for nobody. Each hash asks it when its turn has come.
	GiveWay func(context.Context) `json:"-"`
}

// mostAtOnce bounds the memory of hashes.
const mostAtOnce = 4

// DefaultHashing is 46 MiB in one pass, as OWASP's password storage cheat sheet
// has it. Hashes take half of the processors, and at most four: whoever is signed in
// already has the others. So many wait as are done in a second or two.
func DefaultHashing() Hashing {
	atOnce := min(max(runtime.GOMAXPROCS(0)/2, 1), mostAtOnce)
	return Hashing{MemoryKiB: 46 << 10, Passes: 1, AtOnce: atOnce, Waiting: 24 * atOnce}
}

const (
	saltSize = 16
	keySize  = 32
	// hashRetry is told to those who find the queue full: it takes about that
	// long to empty.
	hashRetry = 2 * time.Second
	// hashPatience is how long somebody waits for his turn where it empties more slowly,
	// as others have the processors.
	hashPatience = 4 * time.Second
)

var errHashing = fault.New(fault.Exhausted, "sign_in_busy", "too many people are signing in; please try again").After(hashRetry)

// hasher hashes passwords, a few at a time.
type hasher struct {
	cost cost
	// dummy takes the place of the hash of accounts that have none, so that
	// nobody can tell them from others by the time of an answer.
	dummy phc
	// places are held by those who compute or wait, turns by those who compute.
	places, turns chan struct{}
	giveWay       func(context.Context)
	// computed counts hashes.
	computed atomic.Int64
	// quiet gives the memory of hashes back when none was asked for in a while:
	// the runtime would hold on to it for minutes.
	quiet *time.Timer
}

const giveBackAfter = 3 * time.Second

func newHasher(h Hashing) *hasher {
	standard := DefaultHashing()
	c := cost{memoryKiB: or(h.MemoryKiB, standard.MemoryKiB), passes: or(h.Passes, standard.Passes), lanes: 1}
	atOnce := or(h.AtOnce, standard.AtOnce)
	if h.GiveWay == nil {
		h.GiveWay = func(context.Context) {}
	}
	return &hasher{
		cost:    c,
		dummy:   phc{cost: c, salt: random(saltSize), key: random(keySize)},
		giveWay: h.GiveWay,
		turns:   make(chan struct{}, atOnce),
		places:  make(chan struct{}, atOnce+or(h.Waiting, standard.Waiting)),
		quiet:   time.AfterFunc(giveBackAfter, debug.FreeOSMemory),
	}
}

func or[T int | uint32](value, fallback T) T {
	if value == 0 {
		return fallback
	}
	return value
}

// hash makes the hash of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	p := phc{cost: h.cost, salt: random(saltSize), key: make([]byte, keySize)}
	err := h.inTurn(ctx, func() { p.key = p.derive(password) })
	return p.String(), err
}

// verify checks a password against a hash. Without one it takes the same time
// and fails.
func (h *hasher) verify(ctx context.Context, password string, hash *string) (ok bool, err error) {
	p := h.dummy
	if hash != nil {
		if p, err = parsePHC(*hash); err != nil {
			return false, err
		}
	}
	err = h.inTurn(ctx, func() { ok = p.matches(password) })
	return ok && hash != nil, err
}

// outdated tells whether a hash, which was just verified, should be renewed.
func (h *hasher) outdated(hash string) bool {
	p, err := parsePHC(hash)
	return err == nil && p.cost != h.cost
}

func (h *hasher) inTurn(ctx context.Context, compute func()) error {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		return errHashing
	}
	late := time.NewTimer(hashPatience)
	defer late.Stop()
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-late.C:
		return errHashing
	case <-ctx.Done():
		return postgres.Fault(ctx.Err())
	}
	h.giveWay(ctx)
	if err := ctx.Err(); err != nil {
		return postgres.Fault(err) // a hash for nobody
	}
	h.computed.Add(1)
	compute()
	h.quiet.Reset(giveBackAfter)
	return nil
}

// random answers n random bytes; crypto/rand never fails.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

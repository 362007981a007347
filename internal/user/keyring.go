package user

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/throng-social/throng/gen/db/userdb"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// keySigns is how long a key signs.
	keySigns = 24 * time.Hour
	// keyLead is how long a key is published before it signs. Whoever checks
	// tokens may keep a key set for this long.
	keyLead = time.Hour
	// keyKept is how long a key is published after its successor has begun to
	// sign: longer than any token lives.
	keyKept = maxTokenLife + time.Hour
	// keySetLife is how long a process works with what it has read.
	keySetLife = 30 * time.Second
)

var errNoKey = errors.New("user: no signing key")

// keyring keeps the keys that sign access tokens, for all processes of the
// deployment, and makes new ones in time. Whoever finds that one is due makes
// it, under a lock.
type keyring struct {
	db    *postgres.DB
	q     *userdb.Queries
	vault vault
	now   func() time.Time

	mu   sync.Mutex
	held *keySet
}

// keySet is what the ring holds at present.
type keySet struct {
	signer jose.Signer
	// jwks are the public keys, as JSON.
	jwks  []byte
	until time.Time
}

// signingKey is a row, opened.
type signingKey struct {
	id     string
	public ed25519.PublicKey
	// private is nil where the key was sealed with another secret. Such a key
	// is published all the same.
	private ed25519.PrivateKey
	signsAt time.Time
}

// current answers the key that signs now, and the set that is published.
func (r *keyring) current(ctx context.Context) (*keySet, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.held != nil && now.Before(r.held.until) {
		return r.held, nil
	}
	keys, err := r.load(ctx, r.db.Primary(ctx))
	if err != nil {
		return nil, err
	}
	if _, isDue := due(keys, now); isDue {
		if keys, err = r.rotate(ctx, now); err != nil {
			return nil, err
		}
	}
	r.held, err = newKeySet(keys, now)
	return r.held, err
}

// rotate makes the key that is due, unless another process was quicker.
func (r *keyring) rotate(ctx context.Context, now time.Time) (keys []signingKey, err error) {
	err = r.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := r.q.LockSigningKeys(ctx, tx); err != nil {
			return err
		}
		if keys, err = r.load(ctx, tx); err != nil {
			return err
		}
		signsAt, isDue := due(keys, now)
		if !isDue {
			return nil
		}
		if err := r.make(ctx, tx, signsAt); err != nil {
			return err
		}
		keys, err = r.load(ctx, tx)
		return err
	})
	return keys, err
}

func (r *keyring) make(ctx context.Context, tx postgres.Tx, signsAt time.Time) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	return r.q.InsertSigningKey(ctx, tx, userdb.InsertSigningKeyParams{
		PublicKey: public, SealedKey: r.vault.seal(private.Seed(), public), SignsAt: signsAt,
	})
}

// due says when the next key is to begin to sign, if it is time to make it.
func due(keys []signingKey, now time.Time) (signsAt time.Time, isDue bool) {
	// The database keeps microseconds: what is rounded there must not be later.
	now = now.Truncate(time.Second)
	if signing(keys, now) == nil {
		return now, true
	}
	var newest time.Time
	for _, k := range keys {
		if k.private != nil {
			newest = k.signsAt
		}
	}
	if now.Before(newest.Add(keySigns - keyLead)) {
		return time.Time{}, false
	}
	signsAt = newest.Add(keySigns)
	if earliest := now.Add(keyLead); signsAt.Before(earliest) {
		signsAt = earliest
	}
	return signsAt, true
}

// signing finds the key that signs at a time; keys are in the order in which
// they sign.
func signing(keys []signingKey, at time.Time) *signingKey {
	var found *signingKey
	for i := range keys {
		if keys[i].private != nil && !keys[i].signsAt.After(at) {
			found = &keys[i]
		}
	}
	return found
}

// retire deletes keys whose last token is over.
func (r *keyring) retire(ctx context.Context) error {
	_, err := r.q.DeleteRetiredKeys(ctx, r.db.Writer(ctx), r.now().Add(-keyKept))
	return err
}

func (r *keyring) load(ctx context.Context, db userdb.DBTX) ([]signingKey, error) {
	rows, err := r.q.ListSigningKeys(ctx, db)
	keys := make([]signingKey, len(rows))
	for i, row := range rows {
		keys[i] = signingKey{id: row.ID.String(), public: row.PublicKey, signsAt: row.SignsAt}
		if seed, err := r.vault.open(row.SealedKey, row.PublicKey); err == nil {
			keys[i].private = ed25519.NewKeyFromSeed(seed)
		}
	}
	return keys, err
}

func newKeySet(keys []signingKey, now time.Time) (*keySet, error) {
	s := &keySet{until: now.Add(keySetLife)}
	k := signing(keys, now)
	if k == nil {
		return nil, errNoKey
	}
	// A held set must not go on with a key whose successor begins to sign.
	for _, next := range keys {
		if next.private != nil && next.signsAt.After(now) && next.signsAt.Before(s.until) {
			s.until = next.signsAt
		}
	}
	var err error
	if s.signer, err = k.signer(); err != nil {
		return nil, err
	}
	s.jwks, err = json.Marshal(published(keys))
	return s, err
}

func (k *signingKey) signer() (jose.Signer, error) {
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: k.private, KeyID: k.id}}
	return jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT"))
}

func published(keys []signingKey) jose.JSONWebKeySet {
	set := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, len(keys))}
	for i, k := range keys {
		set.Keys[i] = jose.JSONWebKey{Key: k.public, KeyID: k.id, Algorithm: string(jose.EdDSA), Use: "sig"}
	}
	return set
}

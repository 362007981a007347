package user

import (
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestANewKeyIsDueInTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 2, 3, 4, 5, 678, time.UTC)
	second := now.Truncate(time.Second)
	key := func(age time.Duration) signingKey {
		return signingKey{private: make(ed25519.PrivateKey, ed25519.PrivateKeySize), signsAt: second.Add(-age)}
	}
	sealed := func(age time.Duration) signingKey { return signingKey{signsAt: second.Add(-age)} }
	for name, c := range map[string]struct {
		keys    []signingKey
		isDue   bool
		signsIn time.Duration
	}{
		"the first signs at once":                         {nil, true, 0},
		"a young one is enough":                           {[]signingKey{key(22 * time.Hour)}, false, 0},
		"the next is made an hour ahead":                  {[]signingKey{key(23 * time.Hour)}, true, time.Hour},
		"the next is there":                               {[]signingKey{key(23 * time.Hour), key(-time.Hour)}, false, 0},
		"after a pause the next is published first":       {[]signingKey{key(100 * time.Hour)}, true, time.Hour},
		"another secret's keys do not sign":               {[]signingKey{sealed(time.Hour)}, true, 0},
		"another secret's keys do not count as successor": {[]signingKey{key(23 * time.Hour), sealed(-time.Hour)}, true, time.Hour},
		"what is to sign later does not sign now":         {[]signingKey{key(-time.Minute)}, true, 0},
	} {
		signsAt, isDue := due(c.keys, now)
		equal(t, name, isDue, c.isDue)
		if isDue {
			equal(t, name, signsAt, second.Add(c.signsIn))
		}
	}
}

func TestKeysArePublishedBeforeTheySignAndUntilTheirTokensAreOver(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		user := uuid.MustParse(p.register(t, "ada").GetUser().GetId())
		start := p.clock.Now()
		type issued struct {
			token string
			until time.Time
		}
		published, began, last := map[string]time.Time{}, map[string]time.Time{}, map[string]issued{}
		for p.clock.Now().Sub(start) < 5*24*time.Hour {
			must(t, p.service.Purge(t.Context()))
			set, now := p.keySet(t), p.clock.Now()
			if n := len(set.Keys); n > 4 {
				t.Fatalf("%d keys are published", n)
			}
			for _, k := range set.Keys {
				if _, ok := published[k.KeyID]; !ok {
					published[k.KeyID] = now
				}
			}
			token, until, err := p.service.IssueToken(t.Context(), user, maxTokenLife)
			must(t, err)
			kid := keyOf(t, token)
			if _, ok := began[kid]; !ok {
				began[kid] = now
			}
			last[kid] = issued{token, until}
			for _, i := range last {
				if _, err := read(set, i.token, now); err != nil && now.Before(i.until) {
					t.Fatalf("a token that is good until %v is not taken: %v", i.until, err)
				}
			}
			p.clock.forward(step)
		}
		equal(t, "keys in five days", len(began), 5)
		for kid, at := range began {
			if lead := at.Sub(published[kid]); published[kid] != start && lead < keyLead-step {
				t.Errorf("a key was published %v before it signed", lead)
			}
		}
	})
}

const step = 19 * time.Minute

func keyOf(t *testing.T, token string) string {
	t.Helper()
	signed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	must(t, err)
	return signed.Headers[0].KeyID
}

func TestATokenSignedJustBeforeARotationIsGoodAfterIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		tokens := p.register(t, "ada").GetTokens()
		old := p.keySet(t)
		p.clock.forward(keySigns - keyLead)
		early := p.keySet(t)
		equal(t, "keys an hour ahead", len(early.Keys), 2)
		p.clock.forward(keyLead - time.Second)
		last := p.refresh(t, tokens.GetRefreshToken())
		p.clock.forward(2 * time.Second)
		first := p.refresh(t, last.GetRefreshToken())

		p.check(t, last.GetAccessToken())
		if _, err := read(old, last.GetAccessToken(), p.clock.Now()); err != nil {
			t.Errorf("the old key did not sign to the end: %v", err)
		}
		if _, err := read(old, first.GetAccessToken(), p.clock.Now()); err == nil {
			t.Error("the old key signs on")
		}
		if _, err := read(early, first.GetAccessToken(), p.clock.Now()); err != nil {
			t.Errorf("a key set of an hour ago does not know the new key: %v", err)
		}
	})
}

// In process: it asks the key rings themselves.
func TestProcessesAgreeOnKeys(t *testing.T) {
	t.Parallel()
	p := setup(t, rpctest.InProcess)
	for _, wait := range []time.Duration{0, keySigns - keyLead, keySigns} {
		p.clock.forward(wait)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := p.another(t).service.keys.current(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	equal(t, "keys", p.count(t, "SELECT count(*) FROM user_signing_keys"), 3)
	token := p.register(t, "ada").GetTokens().GetAccessToken()
	p.another(t).check(t, token)
}

func TestPrivateKeysAreSealedWithTheSecret(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		token := p.register(t, "ada").GetTokens().GetAccessToken()
		stranger := p.another(t, func(d *Deps) { d.Secret = []byte("another") })
		set := stranger.keySet(t)
		equal(t, "keys", len(set.Keys), 2)
		if _, err := read(set, token, p.clock.Now()); err != nil {
			t.Errorf("after a change of the secret, tokens are good until they are over: %v", err)
		}
		stranger.check(t, stranger.login(t, "ada").GetTokens().GetAccessToken())
	})
}

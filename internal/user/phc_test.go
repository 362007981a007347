package user

import (
	"strings"
	"testing"
)

const someHash = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQxMjM0$AAECAwQFBgcICQoLDA0ODw"

// The hash is from the tests of the reference implementation:
// https://github.com/P-H-C/phc-winner-argon2/blob/master/src/test.c
func TestHashesAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	p, err := parsePHC("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	must(t, err)
	equal(t, "password", p.matches("password"), true)
	equal(t, "another", p.matches("passwort"), false)
}

func TestPHCReadsWhatItWrites(t *testing.T) {
	t.Parallel()
	p, err := parsePHC(someHash)
	must(t, err)
	equal(t, "cost", p.cost, cost{memoryKiB: 64, passes: 2, lanes: 1})
	equal(t, "salt", string(p.salt), "somesalt1234")
	equal(t, "text", p.String(), someHash)
}

func TestPHCRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"",
		"$argon2id$",
		"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		strings.Replace(someHash, "argon2id", "argon2i", 1),
		strings.Replace(someHash, "v=19", "v=16", 1),
		strings.Replace(someHash, "m=64", "m=064", 1),
		strings.Replace(someHash, "m=64", "m=+64", 1),
		strings.Replace(someHash, "m=64", "m=4294967295", 1),
		strings.Replace(someHash, "t=2", "t=0", 1),
		strings.Replace(someHash, "p=1", "p=0", 1),
		strings.Replace(someHash, "p=1", "p=256", 1),
		someHash + "=",
		someHash + "\n",
		someHash + " ",
		strings.TrimSuffix(someHash, "w") + "x",
		someHash[:strings.LastIndex(someHash, "$")],
		someHash[:strings.LastIndex(someHash, "$")+1],
	} {
		if _, err := parsePHC(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(someHash)
	f.Add("$argon2id$v=19$m=47104,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if !p.sane() || p.String() != s {
			t.Errorf("%q was read as %q", s, p)
		}
	})
}

package user

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// cost is what an argon2id hash takes.
type cost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// phc is a password hash with all that is needed to check a password against
// it, so that costs can be raised while old hashes are still good. Its text form
// is the PHC string format:
// https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
type phc struct {
	cost
	salt, key []byte
}

const phcFormat = "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s"

var (
	errPHC = errors.New("user: not an argon2id hash")
	b64    = base64.RawStdEncoding.Strict()
)

// String is the text form.
func (p phc) String() string {
	return fmt.Sprintf(phcFormat, argon2.Version, p.memoryKiB, p.passes, p.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

// parsePHC reads exactly what String writes.
func parsePHC(s string) (phc, error) {
	var p phc
	var version int
	var rest string
	if n, _ := fmt.Sscanf(s, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &p.memoryKiB, &p.passes, &p.lanes, &rest); n != 5 {
		return phc{}, errPHC
	}
	var err error
	if p.salt, p.key, err = saltAndKey(rest); err != nil {
		return phc{}, err
	}
	if !p.sane() || p.String() != s {
		return phc{}, errPHC
	}
	return p, nil
}

func saltAndKey(s string) (salt, key []byte, err error) {
	for i := range len(s) {
		if s[i] != '$' {
			continue
		}
		if salt, err = b64.DecodeString(s[:i]); err != nil {
			return nil, nil, errPHC
		}
		if key, err = b64.DecodeString(s[i+1:]); err != nil {
			return nil, nil, errPHC
		}
		return salt, key, nil
	}
	return nil, nil, errPHC
}

// sane keeps a damaged row from taking the process down.
func (p phc) sane() bool {
	return p.memoryKiB >= 8 && p.memoryKiB <= 1<<20 && p.passes >= 1 && p.passes <= 64 && p.lanes >= 1 &&
		len(p.salt) >= 8 && len(p.salt) <= 64 && len(p.key) >= 16 && len(p.key) <= 64
}

// derive computes the key of a password.
func (p phc) derive(password string) []byte {
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memoryKiB, p.lanes, uint32(len(p.key))) //nolint:gosec // at most 64
}

// matches takes the same time whatever the password.
func (p phc) matches(password string) bool {
	return subtle.ConstantTimeCompare(p.derive(password), p.key) == 1
}

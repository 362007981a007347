package user

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// vault seals private keys for the database.
type vault struct{ aead cipher.AEAD }

var errSealed = errors.New("user: sealed with another secret")

func newVault(secret []byte) vault {
	// None of these can fail: the sizes are right.
	key, err := hkdf.Key(sha256.New, secret, nil, "throng signing keys", 32)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return vault{aead}
}

// seal binds private to public, so that rows cannot be mixed up.
func (v vault) seal(private, public []byte) []byte {
	return v.aead.Seal(nil, nil, private, public) //nolint:gosec // this cipher draws a random nonce for each call
}

func (v vault) open(sealed, public []byte) ([]byte, error) {
	private, err := v.aead.Open(nil, nil, sealed, public)
	if err != nil {
		return nil, errSealed
	}
	return private, nil
}

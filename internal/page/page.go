// Package page makes and reads page tokens.
//
// A token names the place after which the next page begins: by time, by id, by
// rank, whatever orders the list. It is sealed with a key of the deployment and
// bound to its list, so a token of another list, of another account's list or
// one that was changed is refused, and a client cannot learn or forge a place.
// Tokens hold no offset: they stay true under writes.
package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

const (
	// DefaultSize is the page size where a request names none.
	DefaultSize = 20
	sealSize    = 16
	cursorSize  = 8 + 8 + 16
)

var tokenEncoding = base64.RawURLEncoding

// Cursor is the last entry that was looked at. A list fills the parts it is
// ordered by and leaves the others zero.
type Cursor struct {
	// Rank orders lists of search results.
	Rank float64
	// Time in microseconds orders lists by time; finer parts are dropped.
	Time time.Time
	// ID breaks ties, or orders alone.
	ID uuid.UUID
}

// Sealer seals and opens tokens of one deployment.
type Sealer struct{ key []byte }

// NewSealer takes the deployment's secret. Deployments that share it open one
// another's tokens.
func NewSealer(secret []byte) Sealer {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("throng page tokens"))
	return Sealer{key: mac.Sum(nil)}
}

// Size is the number of entries a request asks for.
func Size(requested int32) int32 {
	if requested == 0 {
		return DefaultSize
	}
	return requested
}

// Seal makes the token for the page after c. list names the list and what it is
// filtered by, for example "followers/" and the account's id.
func (s Sealer) Seal(list string, c Cursor) string {
	raw := make([]byte, cursorSize)
	binary.BigEndian.PutUint64(raw[0:], math.Float64bits(c.Rank))
	binary.BigEndian.PutUint64(raw[8:], uint64(micros(c.Time))) //nolint:gosec // read back the same way
	copy(raw[16:], c.ID[:])
	return s.SealBytes(list, raw)
}

// Open reads a token of that list. The empty token is the first page:
// first is returned.
func (s Sealer) Open(list, token string, first Cursor) (Cursor, error) {
	if token == "" {
		return first, nil
	}
	raw, err := s.OpenBytes(list, token, cursorSize)
	if err != nil {
		return Cursor{}, err
	}
	c := Cursor{Rank: math.Float64frombits(binary.BigEndian.Uint64(raw))}
	if us := int64(binary.BigEndian.Uint64(raw[8:])); us != 0 { //nolint:gosec // written the same way
		c.Time = time.UnixMicro(us).UTC()
	}
	copy(c.ID[:], raw[16:])
	return c, nil
}

// SealBytes makes a token of a place that is no Cursor, always of the same length.
func (s Sealer) SealBytes(list string, raw []byte) string {
	return tokenEncoding.EncodeToString(append(slices.Clip(raw), s.seal(list, raw)...))
}

// OpenBytes reads such a token of that list.
func (s Sealer) OpenBytes(list, token string, size int) ([]byte, error) {
	raw, err := tokenEncoding.DecodeString(token)
	// Line breaks are passed over in decoding, so the token's own length is asked as well.
	if err != nil || len(token) != tokenEncoding.EncodedLen(size+sealSize) || len(raw) != size+sealSize || !hmac.Equal(raw[size:], s.seal(list, raw[:size])) {
		return nil, fault.InField("page_token", "page_token_invalid", "page_token is not a token of this list")
	}
	return raw[:size], nil
}

func (s Sealer) seal(list string, raw []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(list))
	mac.Write([]byte{0})
	mac.Write(raw)
	return mac.Sum(nil)[:sealSize]
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

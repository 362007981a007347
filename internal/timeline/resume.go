package timeline

import (
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

var errResume = fault.InField("resume_token", "resume_token_invalid", "resume_token is not a token of this stream")

// token lists where to look from and what was delivered since. It is bound to no
// secret: what it names is only ever left out of the bearer's own stream.
func (w *watch) token() string {
	raw := append(make([]byte, 0, 16*(len(w.delivered)+2)), w.viewer[:]...)
	raw = append(raw, w.since[:]...)
	for post := range w.delivered {
		raw = append(raw, post[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// resume reads a token of the same viewer.
func (w *watch) resume(token string) error {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 32 || len(raw)%16 != 0 || uuid.UUID(raw[:16]) != w.viewer {
		return errResume
	}
	w.since = uuid.UUID(raw[16:32])
	for rest := raw[32:]; len(rest) > 0; rest = rest[16:] {
		w.delivered[uuid.UUID(rest[:16])] = true
	}
	return nil
}

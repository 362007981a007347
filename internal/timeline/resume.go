package timeline

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

const (
	// overlap is how long after its id's time a post may still turn up: the clock
	// bound, a transaction's limit and a fan-out's together.
	overlap = time.Minute
	// watchedPosts bounds what a token lists.
	watchedPosts = 300
)

var errResume = fault.InField("resume_token", "resume_token_invalid", "resume_token is not a token of this stream")

// progress is how far a stream has come. Its times are those of ids, so it means
// the same to every process, whatever its clock shows.
type progress struct {
	viewer uuid.UUID
	// since is where to look from: what is older was delivered, or was there before
	// the stream began.
	since uuid.UUID
	// delivered are the posts from since on that were sent, or were there before,
	// ascending.
	delivered []uuid.UUID
}

func (p *progress) has(post uuid.UUID) bool {
	_, found := slices.BinarySearchFunc(p.delivered, post, compare)
	return found
}

func (p *progress) add(post uuid.UUID) {
	i, found := slices.BinarySearchFunc(p.delivered, post, compare)
	if found || compare(post, p.since) < 0 {
		return
	}
	p.delivered = slices.Insert(p.delivered, i, post)
	if surplus := len(p.delivered) - watchedPosts; surplus > 0 {
		p.forget(p.delivered[surplus])
	}
}

// forget raises since.
func (p *progress) forget(since uuid.UUID) {
	if compare(since, p.since) <= 0 {
		return
	}
	p.since = since
	i, _ := slices.BinarySearchFunc(p.delivered, since, compare)
	if p.delivered = slices.Delete(p.delivered, 0, i); len(p.delivered) == 0 {
		p.delivered = nil
	}
}

// token lists where to look from and what was delivered since. It is bound to no
// secret: what it names is only ever left out of the bearer's own stream.
func (p *progress) token() string {
	raw := append(make([]byte, 0, len(uuid.Nil)*(len(p.delivered)+2)), p.viewer[:]...)
	raw = append(raw, p.since[:]...)
	raw = append(raw, joined(p.delivered)...)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// resume reads a token of the same viewer; none begins anew.
func (p *progress) resume(token string) error {
	if token == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw)%len(uuid.Nil) != 0 {
		return errResume
	}
	ids := split(raw)
	if len(ids) < 2 || len(ids) > watchedPosts+2 || ids[0] != p.viewer || ids[1] == uuid.Nil {
		return errResume
	}
	p.since, p.delivered = ids[1], ids[2:]
	slices.SortFunc(p.delivered, compare)
	p.delivered = slices.Compact(p.delivered)
	return nil
}

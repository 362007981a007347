package outbox

import (
	"context"
	"time"

	"github.com/throng-social/throng/internal/dynamo"
)

func (s *shard) leaseKey() dynamo.Key { return dynamo.Key{PK: "L#" + s.pk, SK: "lease"} }

// lease makes sure that the shard is this relay's for a while, or says that it is
// another's. A lease is renewed at half its time.
func (s *shard) lease(ctx context.Context) (bool, error) {
	now := time.Now()
	if s.until.Sub(now) > leaseTime/2 {
		return true, nil
	}
	until := now.Add(leaseTime)
	_, err := s.relay.db.Do(ctx, dynamo.Write{
		Table: dynamo.Outbox, Key: s.leaseKey(),
		Update: "SET o = :o, u = :u", // the owner, and until when
		If:     "attribute_not_exists(o) OR o = :o OR u < :now",
		Values: dynamo.Item{":o": dynamo.S(s.relay.owner), ":u": dynamo.N(until.UnixMilli()), ":now": dynamo.N(now.UnixMilli())},
	})
	if err == nil {
		s.until = until
		return true, nil
	}
	if dynamo.AsUnmet(err) != nil {
		s.until, s.after = time.Time{}, ""
		err = nil
	}
	return false, err
}

// release lets another relay have the shard at once. If it fails, the lease runs out.
func (s *shard) release(ctx context.Context) {
	if s.until.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = s.relay.db.Do(ctx, dynamo.Write{
		Table: dynamo.Outbox, Key: s.leaseKey(), Delete: true, If: "o = :o", Values: dynamo.Item{":o": dynamo.S(s.relay.owner)},
	})
}

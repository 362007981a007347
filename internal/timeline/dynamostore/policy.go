package dynamostore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/timeline"
)

// Attributes of the policy, besides its version, and of costs.
const (
	attrStrategy  = "st"
	attrThreshold = "th"
	attrSwitched  = "sw"
	attrThrough   = "se"
	attrSeconds   = "co"
)

var policyItem = dynamo.Key{PK: settings, SK: policyKey}

// FindPolicy implements timeline.Store.
func (s *Store) FindPolicy(ctx context.Context) (timeline.StoredPolicy, error) {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, policyItem)
	if err == nil && i == nil {
		err = errNotFound
	}
	p := timeline.StoredPolicy{
		Strategy: int16(i.Int(attrStrategy)), Threshold: int32(i.Int(attrThreshold)), Version: i.Int(attrVersion), //nolint:gosec // as they were put
		SwitchedAt: timeOf(i, attrSwitched),
	}
	if i.Has(attrThrough) {
		at := timeOf(i, attrThrough)
		p.SettledAt = &at
	}
	return p, err
}

// SetPolicy implements timeline.Store.
func (s *Store) SetPolicy(ctx context.Context, strategy int16, threshold int32, sweep func(int64) queue.Task) error {
	return again(ctx, func() (bool, error) {
		old, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, policyItem)
		if err != nil {
			return false, err
		}
		if old != nil && old.Int(attrStrategy) == int64(strategy) && old.Int(attrThreshold) == int64(threshold) {
			return true, nil
		}
		version := old.Int(attrVersion) + 1
		message, err := outbox.Task(ctx, sweep(version))
		if err != nil {
			return false, err
		}
		w := write(policyItem)
		w.Put = dynamo.Item{
			attrStrategy: dynamo.N(int(strategy)), attrThreshold: dynamo.N(threshold), attrVersion: dynamo.N(version),
			attrSwitched: micros(time.Now()), "w": s.db.Stamp(ctx).Value(),
		}
		w.If = "attribute_not_exists(pk)"
		if old != nil {
			w.If, w.Values = "v = :old", dynamo.Item{":old": old[attrVersion]}
		}
		if err = s.db.Transact(ctx, w, message); unmet(err) {
			return false, nil
		}
		return err == nil, err
	})
}

// SettlePolicy implements timeline.Store.
func (s *Store) SettlePolicy(ctx context.Context, version int64) error {
	w := write(policyItem)
	w.Update, w.If = "SET se = :now", "v = :v"
	w.Values = dynamo.Item{":now": micros(time.Now()), ":v": dynamo.N(version)}
	if _, err := s.db.Do(ctx, w); !unmet(err) {
		return err
	}
	return nil
}

// ShareCost implements timeline.Store.
func (s *Store) ShareCost(ctx context.Context, kind int16, seconds float64) error {
	w := write(dynamo.Key{PK: settings, SK: fmt.Sprint(costKey, kind)})
	w.Put = dynamo.Item{attrSeconds: dynamo.F(seconds), "w": s.db.Stamp(ctx).Value()}
	_, err := s.db.Do(ctx, w)
	return err
}

// ListCosts implements timeline.Store.
func (s *Store) ListCosts(ctx context.Context) ([]timeline.Cost, error) {
	var costs []timeline.Cost
	for i, err := range s.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: settings, Prefix: costKey}) {
		if err != nil {
			return nil, err
		}
		kind, err := strconv.ParseInt(strings.TrimPrefix(i.Key().SK, costKey), 10, 16)
		if err != nil {
			return nil, err
		}
		costs = append(costs, timeline.Cost{Kind: int16(kind), Seconds: i.Float(attrSeconds)})
	}
	return costs, nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/timeline"
)

const maxTokenTTL = 24 * time.Hour

// Operator is these settings for a process that serves nothing: all nouns within.
func (s Settings) Operator() Settings {
	s.Services, s.Peers = Nouns, nil
	return s
}

// SetRole gives an account a role by name.
func (a *App) SetRole(ctx context.Context, handle, role string) error {
	value, ok := accessv1.Role_value["ROLE_"+strings.ToUpper(role)]
	if !ok {
		return fmt.Errorf("there is no role %q", role)
	}
	return a.nouns.user.SetRole(ctx, handle, accessv1.Role(value))
}

// Token is an access token for an account.
func (a *App) Token(ctx context.Context, handle string, ttl time.Duration) (string, error) {
	if ttl <= 0 || ttl > maxTokenTTL {
		return "", fmt.Errorf("a token is valid for more than 0 and at most %v", maxTokenTTL)
	}
	res, err := a.nouns.user.GetUser(ctx, &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: handle}})
	if err != nil {
		return "", err
	}
	token, _, err := a.nouns.user.IssueToken(ctx, uuid.MustParse(res.GetUser().GetId()), ttl)
	return token, err
}

var errDifferences = errors.New("what is precomputed differs from a recount")

// Recount recounts one noun, or all, and prints each difference.
func (a *App) Recount(ctx context.Context, noun string, out io.Writer) error {
	total, recounts := 0, a.nouns.recounts()
	for _, name := range Nouns {
		recount, ok := recounts[name]
		if !ok || (noun != "" && noun != name) {
			continue
		}
		n, err := recount(ctx, func(difference string) { fmt.Fprintln(out, difference) })
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d differences\n", name, n)
		total += n
	}
	if total > 0 {
		return errDifferences
	}
	return nil
}

var errNotAudited = errors.New("timelines are compared with follows and posts as one kind of store has them: keep both in Postgres, or both in DynamoDB")

// Audit compares timelines with their definition: of so many readers drawn at
// random, or all for 0. tell hears of each; nothing is repaired.
func (a *App) Audit(ctx context.Context, sample int, tell audit.Progress) error {
	if a.auditor.Source == nil {
		return errNotAudited
	}
	return a.auditor.All(ctx, sample, tell)
}

// Audited counts the readers whose timelines Audit compares.
func (a *App) Audited(ctx context.Context, sample int) (int64, error) {
	if a.auditor.Source == nil {
		return 0, errNotAudited
	}
	return a.auditor.Readers(ctx, sample)
}

// Policy answers the strategy in force.
func (a *App) Policy(ctx context.Context) (*timelinev1.GetPolicyResponse, error) {
	return a.nouns.timeline.GetPolicy(ctx, &timelinev1.GetPolicyRequest{})
}

// SetPolicy switches the deployment to a strategy by name. A threshold of 0 means
// the default one.
func (a *App) SetPolicy(ctx context.Context, strategy string, threshold int) error {
	named, ok := timeline.StrategyNamed(strategy)
	if !ok {
		return fmt.Errorf("there is no strategy %q: there are push, pull, hybrid and adaptive", strategy)
	}
	if threshold < 0 || threshold > math.MaxInt32 {
		return fmt.Errorf("%d followers are no threshold", threshold)
	}
	_, err := a.nouns.timeline.SetPolicy(ctx, &timelinev1.SetPolicyRequest{Policy: &timelinev1.Policy{Strategy: named, Threshold: int32(threshold)}})
	return err
}

// Topics are the topics that this process's nouns handle.
func (a *App) Topics() []string {
	var topics []string
	for topic := range a.nouns.handlers() {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return topics
}

// Chill forgets what was written into a reader's timeline, as for somebody who
// has not come by for long; it is read from the logs until it is written anew.
func (a *App) Chill(ctx context.Context, reader string) error {
	id, err := uuid.Parse(reader)
	if err != nil {
		return err
	}
	return a.nouns.timeline.Chill(ctx, id)
}

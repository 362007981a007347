package dynamostore

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/post"
)

const (
	// maxReported is how many differences are told one by one.
	maxReported = 1000
	// passes is how often posts are counted again that changed while they were counted.
	passes = 6
)

var errBusy = fault.New(fault.Unavailable, "posts_busy", "some posts change faster than they can be counted; all others were compared").After(time.Minute)

// counts are what a post has, by what is stored or by counting.
type counts struct{ likes, replies int64 }

// Recount implements post.Upkeep. A table has no snapshot, so the first pass over it
// finds suspects only. The next ones count those between two looks at each: a post
// that has the same stamp at both did not change, as whatever changes its counts
// writes a stamp of its own. Where some change during every pass, all others are
// compared and the answer is an Unavailable fault.
func (s *Store) Recount(ctx context.Context, report func(post.Miscount)) (int, error) {
	stored, counted, err := s.tally(ctx, nil)
	if err != nil {
		return 0, err
	}
	open := map[uuid.UUID]bool{}
	for postID := range union(stored, counted) {
		if stored[postID] != counted[postID] {
			open[postID] = true
		}
	}
	var found []post.Miscount
	for range passes {
		if len(open) == 0 {
			break
		}
		more, err := s.settle(ctx, open)
		if err != nil {
			return 0, err
		}
		found = append(found, more...)
	}
	slices.SortFunc(found, func(a, b post.Miscount) int { return bytes.Compare(a.Post[:], b.Post[:]) })
	for _, m := range found[:min(len(found), maxReported)] {
		report(m)
	}
	if len(open) > 0 {
		return len(found), errBusy
	}
	return len(found), nil
}

// settle counts the open posts, closes those that did not change meanwhile, and
// answers which of these differ.
func (s *Store) settle(ctx context.Context, open map[uuid.UUID]bool) ([]post.Miscount, error) {
	posts := slices.Collect(maps.Keys(open))
	first, err := s.items(ctx, dynamo.Primary, posts)
	if err != nil {
		return nil, err
	}
	_, counted, err := s.tally(ctx, open)
	if err != nil {
		return nil, err
	}
	last, err := s.items(ctx, dynamo.Primary, posts)
	if err != nil {
		return nil, err
	}
	var found []post.Miscount
	for _, postID := range posts {
		if first[postID].Written() != last[postID].Written() {
			continue
		}
		delete(open, postID)
		if is, n := countsOf(last[postID]), counted[postID]; is != n {
			found = append(found, post.Miscount{Post: postID, Likes: is.likes, LikesCounted: n.likes, Replies: is.replies, RepliesCounted: n.replies})
		}
	}
	return found, nil
}

// tally reads the whole table: what posts say of themselves, and what there is to
// count. Posts without likes and replies are in neither answer. only, unless it is nil,
// names the posts to count.
func (s *Store) tally(ctx context.Context, only map[uuid.UUID]bool) (stored, counted map[uuid.UUID]counts, err error) {
	stored, counted = map[uuid.UUID]counts{}, map[uuid.UUID]counts{}
	for item, err := range s.db.Scan(ctx, dynamo.Post) {
		if err != nil {
			return nil, nil, err
		}
		key, is := item.Key(), counts{}
		kind, name, _ := strings.Cut(key.PK, "#")
		into := counted
		switch gone := item.Has(attrGone); {
		case kind+"#" == prefixPost:
			into, is = stored, countsOf(item)
		case kind+"#" == prefixReplies && !gone:
			is.replies = 1
		case kind+"#" == prefixLikes && !gone:
			name, is.likes = key.SK, 1
		}
		if is == (counts{}) {
			continue
		}
		postID, err := uuid.Parse(name)
		if err != nil {
			return nil, nil, errors.Join(errors.New("dynamostore: an item of an unknown kind: "+key.PK), err)
		}
		if only == nil || only[postID] {
			n := into[postID]
			into[postID] = counts{n.likes + is.likes, n.replies + is.replies}
		}
	}
	return stored, counted, nil
}

func countsOf(item dynamo.Item) counts {
	return counts{likes: item.Int(attrLikes), replies: item.Int(attrReplies)}
}

func union(a, b map[uuid.UUID]counts) map[uuid.UUID]bool {
	all := make(map[uuid.UUID]bool, len(a)+len(b))
	for _, m := range []map[uuid.UUID]counts{a, b} {
		for postID := range m {
			all[postID] = true
		}
	}
	return all
}

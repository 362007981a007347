package graph_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// pages reads a whole list, and calls between after each page.
func (w world) pages(size int32, list func(size int32, token string) ([]*graphv1.FollowEntry, string, error), between func()) (ids []string) {
	w.t.Helper()
	for token := ""; ; {
		entries, next, err := list(size, token)
		must(w.t, err)
		for _, e := range entries {
			ids = append(ids, e.GetUser().GetId())
			if e.GetFollowedAt().AsTime().IsZero() || e.GetUser().GetHandle() == "" {
				w.t.Error("got", e)
			}
		}
		if token = next; token == "" {
			return ids
		}
		between()
	}
}

func (w world) followersOf(account uuid.UUID) func(int32, string) ([]*graphv1.FollowEntry, string, error) {
	return func(size int32, token string) ([]*graphv1.FollowEntry, string, error) {
		res, err := w.ListFollowers(w.t.Context(), &graphv1.ListFollowersRequest{UserId: account.String(), PageSize: size, PageToken: token})
		return res.GetFollowers(), res.GetNextPageToken(), err
	}
}

func (w world) followingOf(account uuid.UUID) func(int32, string) ([]*graphv1.FollowEntry, string, error) {
	return func(size int32, token string) ([]*graphv1.FollowEntry, string, error) {
		res, err := w.ListFollowing(w.t.Context(), &graphv1.ListFollowingRequest{UserId: account.String(), PageSize: size, PageToken: token})
		return res.GetFollowing(), res.GetNextPageToken(), err
	}
}

func TestListsAreNewestFirstAndCompleteUnderWrites(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(60)
		star, fan := p[0], p[1]
		var want []string
		for _, other := range p[2:25] {
			w.follow(other, star)
			w.follow(fan, other)
			want = append(want, other.String())
		}
		slices.Reverse(want)
		late := p[25:]
		between := func() {
			w.follow(late[0], star)
			w.follow(fan, late[0])
			late = late[1:]
		}
		if got := w.pages(5, w.followersOf(star), between); !slices.Equal(got, want) {
			t.Errorf("followers are %v, want %v", got, want)
		}
		for _, other := range p[25:] {
			w.unfollow(fan, other)
		}
		if got := w.pages(7, w.followingOf(fan), between); !slices.Equal(got, want) {
			t.Errorf("followed are %v, want %v", got, want)
		}
		if entries, next, err := w.followersOf(star)(0, ""); err != nil || len(entries) != 20 || next == "" {
			t.Errorf("a page of no size has %d entries: %v", len(entries), err)
		}
	})
}

func TestFollowsOfOneMomentArePagedToo(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(30)
		for _, other := range p[1:] {
			w.follow(other, p[0])
		}
		w.exec(`UPDATE graph_follows SET created_at = '2026-01-01'`)
		want := make([]string, 0, 29)
		for _, other := range p[1:] {
			want = append(want, other.String())
		}
		slices.Sort(want)
		slices.Reverse(want)
		if got := w.pages(4, w.followersOf(p[0]), func() {}); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestDeletedAccountsAreLeftOutOfListsAndEndNoPage(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(2)
		gone := []uuid.UUID{w.leaver("leaver_1"), w.leaver("leaver_2")}
		w.follow(p[1], p[0])
		for _, g := range gone {
			w.follow(g, p[0])
			w.leave(g)
		}
		entries, next, err := w.followersOf(p[0])(2, "")
		must(t, err)
		if len(entries) != 0 || next == "" {
			t.Errorf("a page of deleted accounts has %v, next %q", entries, next)
		}
		entries, next, err = w.followersOf(p[0])(2, next)
		must(t, err)
		if len(entries) != 1 || entries[0].GetUser().GetId() != p[1].String() || next != "" {
			t.Errorf("got %v, next %q", entries, next)
		}
	})
}

func TestATokenIsOfOneListOnly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(4)
		for _, other := range p[1:] {
			w.follow(other, p[0])
		}
		_, token, err := w.followersOf(p[0])(1, "")
		must(t, err)
		_, _, err = w.followersOf(p[1])(1, token)
		refused(t, err, fault.Invalid, "page_token_invalid")
		_, _, err = w.followingOf(p[0])(1, token)
		refused(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestRelationshipsComeInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(4)
		w.follow(p[0], p[1])
		w.follow(p[2], p[0])
		w.block(p[0], p[3])
		asked := []string{p[3].String(), uuid.NewString(), p[2].String(), p[1].String(), p[2].String()}
		res, err := w.GetRelationships(as(t, p[0]), &graphv1.GetRelationshipsRequest{UserIds: asked})
		must(t, err)
		want := []*graphv1.Relationship{{Blocking: true}, {}, {FollowedBy: true}, {Following: true}, {FollowedBy: true}}
		for i, r := range res.GetRelationships() {
			if r.GetUserId() != asked[i] || r.GetFollowing() != want[i].GetFollowing() || r.GetFollowedBy() != want[i].GetFollowedBy() || r.GetBlocking() != want[i].GetBlocking() {
				t.Errorf("%d: got %v, want %v", i, r, want[i])
			}
		}
		w.stands(uuid.Must(uuid.NewV7()), 0, 0)
	})
}

func TestFollowedIdsAscendPageByPage(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(12)
		var want []string
		for i := range 11 {
			other := p[11-i]
			w.follow(p[0], other)
			want = append(want, other.String())
		}
		slices.Sort(want)
		var got []string
		for after := ""; ; {
			res, err := w.ListFollowingIds(t.Context(), &graphv1.ListFollowingIdsRequest{UserId: p[0].String(), AfterId: after, Limit: 4})
			must(t, err)
			if len(res.GetSince()) != len(res.GetUserIds()) {
				t.Fatal("got", res)
			}
			got = append(got, res.GetUserIds()...)
			if len(res.GetUserIds()) < 4 {
				break
			}
			after = got[len(got)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		w.block(p[5], p[0])
		if slices.Contains(w.followed(p[0]), p[5].String()) {
			t.Error("one who has blocked is still followed")
		}
	})
}

func TestEdgesAreCheckedInTheOrderAskedForAndNameTheirIncarnation(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(3)
		w.follow(p[0], p[1])
		w.follow(p[2], p[0])
		check := func() []int64 {
			res, err := w.CheckEdges(t.Context(), &graphv1.CheckEdgesRequest{
				FollowerIds: []string{p[1].String(), p[0].String(), p[2].String(), p[0].String()},
				FolloweeIds: []string{p[0].String(), p[1].String(), p[0].String(), p[1].String()},
			})
			must(t, err)
			return res.GetSince()
		}
		first := check()
		if len(first) != 4 || first[0] != 0 || first[1] == 0 || first[2] == 0 || first[3] != first[1] {
			t.Fatal("got", first)
		}
		listed, err := w.ListFollowingIds(t.Context(), &graphv1.ListFollowingIdsRequest{UserId: p[0].String(), Limit: 10})
		must(t, err)
		if listed.GetSince()[0] != first[1] {
			t.Error("a list and a check name different moments")
		}
		w.unfollow(p[0], p[1])
		w.follow(p[0], p[1])
		if second := check(); second[1] == 0 || second[1] == first[1] {
			t.Error("a follow anew has the moment of the old one")
		}
	})
}

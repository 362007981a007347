package campaign_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// names reads the list of teams to its end, page by page.
func (w world) names(req *campaignv1.ListTeamsRequest, between func()) (names []string) {
	w.t.Helper()
	for range 100 {
		res, err := w.ListTeams(w.t.Context(), req)
		must(w.t, err)
		for _, team := range res.GetTeams() {
			names = append(names, team.GetName())
		}
		if res.GetNextPageToken() == "" {
			return names
		}
		req.PageToken = res.GetNextPageToken()
		if between != nil {
			between()
		}
	}
	w.t.Fatal("the list has no end")
	return nil
}

func TestTeamsAreListedByName(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c, elsewhere := w.running(3, 50), w.running(3, 50)
		w.join(c, who)
		w.join(elsewhere, who)
		longest := strings.Repeat("𝔘", 40)
		all := []string{"100% legs", "Ants", "red ants", "Red Army", "REDS", "reds & co", "Äpfel", longest}
		for _, i := range []int{3, 0, 7, 5, 1, 6, 2, 4} {
			w.team(c, all[i], who)
		}
		w.team(elsewhere, "Redwings", who)
		closed := w.team(c, "Redoubt", who)
		must(t, w.leave(closed, who))
		for size := int32(1); size < 9; size++ {
			if got := w.names(&campaignv1.ListTeamsRequest{CampaignId: c.GetId(), PageSize: size}, nil); !slices.Equal(got, all) {
				t.Errorf("in pages of %d: %v", size, got)
			}
		}
		for prefix, want := range map[string][]string{
			"re": all[2:6], "RED ": all[2:6], " red  A": all[2:4], "reds": all[4:6], "ÄP": all[6:7], "A\u0308p": all[6:7], "100%": all[:1], "redo": nil, "%": nil, "\U0010ffff": nil,
		} {
			if got := w.names(&campaignv1.ListTeamsRequest{CampaignId: c.GetId(), Prefix: prefix, PageSize: 1}, nil); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", prefix, got, want)
			}
		}
		n := 0
		got := w.names(&campaignv1.ListTeamsRequest{CampaignId: c.GetId(), PageSize: 2}, func() {
			n++
			w.team(c, fmt.Sprintf("00 new %d", n), who)
		})
		if !slices.Equal(got, all) {
			t.Errorf("while others are made: %v", got)
		}
		res, err := w.ListTeams(t.Context(), &campaignv1.ListTeamsRequest{CampaignId: c.GetId(), PageSize: 1})
		must(t, err)
		for _, req := range []*campaignv1.ListTeamsRequest{
			{CampaignId: elsewhere.GetId(), PageToken: res.GetNextPageToken()},
			{CampaignId: c.GetId(), Prefix: "re", PageToken: res.GetNextPageToken()},
			{CampaignId: c.GetId(), PageToken: "x" + res.GetNextPageToken()},
			{CampaignId: c.GetId(), PageToken: "what is this"},
			{CampaignId: c.GetId(), PageToken: "."},
		} {
			_, err := w.ListTeams(t.Context(), req)
			wantFault(t, err, fault.Invalid, "page_token_invalid")
		}
	})
}

func TestMembersAreListedInTheOrderInWhichTheyCame(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		c, people := w.running(100, 2), append(w.people(6), uuid.New()) // the last has no account any more
		w.join(c, people...)
		team := w.team(c, "Reds", people[0])
		for _, p := range people[1:] {
			w.clock.forward(time.Microsecond)
			must(t, w.enter(team, p))
		}
		var got []string
		req := &campaignv1.ListTeamMembersRequest{TeamId: team.GetId(), PageSize: 2}
		for {
			res, err := w.ListTeamMembers(t.Context(), req)
			must(t, err)
			for _, m := range res.GetMembers() {
				equal(t, "captain", m.GetCaptain(), m.GetUser().GetId() == team.GetCaptainId())
				equal(t, "known", m.GetUser().GetHandle() != "", m.GetUser().GetId() != people[6].String())
				got = append(got, m.GetUser().GetId())
			}
			if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
				break
			}
		}
		var want []string
		for _, p := range people {
			want = append(want, p.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		_, err := w.ListTeamMembers(t.Context(), &campaignv1.ListTeamMembersRequest{TeamId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "team_not_found")
	})
}

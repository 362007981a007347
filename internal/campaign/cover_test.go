package campaign_test

import (
	"testing"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func (w world) cover(who uuid.UUID, c *campaignv1.Campaign, picture string) (*campaignv1.Campaign, error) {
	res, err := w.UpdateCampaign(organizer(w.t, who), &campaignv1.UpdateCampaignRequest{CampaignId: c.GetId(), CoverMediaId: &picture})
	return res.GetCampaign(), err
}

func TestACoverIsShownUntilItIsReplacedOrTakenAway(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		first, second, third := w.picture(who), w.picture(who), w.picture(who)
		c := w.create(who, w.plan(func(req *campaignv1.CreateCampaignRequest) { req.CoverMediaId = first }))
		equal(t, "cover", c.GetCover().GetId(), first)
		equal(t, "cover for all", w.get(c.GetId()).GetCover().GetWidth(), 3)
		equal(t, "events", w.settle(), 1)

		for range 2 { // again changes nothing
			got, err := w.cover(who, c, second)
			must(t, err)
			equal(t, "cover", got.GetCover().GetId(), second)
		}
		equal(t, "events", w.settle(), 2)
		got, err := w.cover(who, c, "")
		must(t, err)
		if got.GetCover() != nil {
			t.Error("the cover is still there")
		}
		equal(t, "events", w.settle(), 1)
		got, err = w.cover(who, c, third)
		must(t, err)
		equal(t, "cover", got.GetCover().GetId(), third)
		w.settle()
		for picture, want := range map[string]bool{first: false, second: false, third: true} {
			equal(t, "there", w.isThere(picture), want)
		}
		equal(t, "cover for all", w.get(c.GetId()).GetCover().GetId(), third)
	})
}

func TestOnlyOnesOwnUploadedPictureIsACover(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c, foreign := w.create(who, w.plan()), w.picture(uuid.New())
		for _, picture := range []string{foreign, uuid.NewString()} {
			_, err := w.CreateCampaign(organizer(t, who), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.CoverMediaId = picture }))
			wantFault(t, err, fault.Precondition, "media_not_ready")
			_, err = w.cover(who, c, picture)
			wantFault(t, err, fault.Precondition, "media_not_ready")
		}
		equal(t, "campaigns", len(w.rows(`SELECT id::text FROM campaigns`)), 1)
		equal(t, "events", w.settle(), 0)
	})
}

func TestOfCoversThatAreChosenAtOnceOneStaysAndNoOther(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, who := open(t, seam), uuid.New()
		c := w.create(who, w.plan())
		pictures := make([]string, 6)
		for i := range pictures {
			pictures[i] = w.picture(who)
		}
		ends := allAtOnce(len(pictures), func(i int) error {
			_, err := w.cover(who, c, pictures[i])
			return err
		})
		equal(t, "successes", ends[""], len(pictures))
		w.settle()
		shown := w.get(c.GetId()).GetCover().GetId()
		for _, p := range pictures {
			equal(t, "is there", w.isThere(p), p == shown)
		}
	})
}

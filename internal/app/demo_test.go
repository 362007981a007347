package app_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/demo"
	"github.com/throng-social/throng/internal/postgres/pgtest"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// interrupted gives roles until it has given some.
type interrupted struct {
	*app.App

	after int
}

var errInterrupted = errors.New("interrupted")

func (i *interrupted) SetRole(ctx context.Context, handle, role string) error {
	if i.after--; i.after < 0 {
		return errInterrupted
	}
	return i.App.SetRole(ctx, handle, role)
}

func TestTheDemoCommunityIsMadeOnceAlsoAfterAnInterruption(t *testing.T) {
	t.Parallel()
	for _, given := range []int{0, 1, 2} {
		t.Run(fmt.Sprint("after roles: ", given), func(t *testing.T) {
			t.Parallel()
			d := deploy(t, pgtest.NewReplicated(t, 1), seams[0])
			if err := demo.Fill(t.Context(), d.base, &interrupted{d.app, given}); !errors.Is(err, errInterrupted) {
				t.Fatalf("interrupted, it ends with %v", err)
			}
			for range 2 {
				if err := demo.Fill(t.Context(), d.base, d.app); err != nil {
					t.Fatal(err)
				}
			}
			wantDemo(t, throng.New(d.base, throng.WithLogin(demo.Handle, demo.Password)))
		})
	}
}

func wantDemo(t *testing.T, c *throng.Client) {
	t.Helper()
	ctx := t.Context()
	home, err := c.Timeline.GetHomeTimeline(ctx, &timelinev1.GetHomeTimelineRequest{PageSize: 100})
	must(t, err)
	// Ten posts and a reply; check-ins become posts a little later.
	if n := len(home.GetItems()); n < 10 || n > 17 {
		t.Errorf("her home timeline has %d posts", n)
	}
	campaigns, err := c.Campaigns.ListCampaigns(ctx, &campaignv1.ListCampaignsRequest{})
	must(t, err)
	if len(campaigns.GetCampaigns()) != 2 {
		t.Fatalf("there are %d campaigns, want 2", len(campaigns.GetCampaigns()))
	}
	for _, each := range campaigns.GetCampaigns() {
		climate, err := c.Weather.GetClimate(ctx, &weatherv1.GetClimateRequest{LocationId: each.GetLocationId(), Metric: weatherv1.Metric_METRIC_TEMPERATURE})
		must(t, err)
		if len(climate.GetMonths()) != 12 {
			t.Errorf("at the place of %s the weather of %d months is known", each.GetTitle(), len(climate.GetMonths()))
		}
	}
	products, err := c.Reviews.ListProducts(ctx, &reviewv1.ListProductsRequest{})
	must(t, err)
	if len(products.GetProducts()) != 2 {
		t.Fatalf("there are %d products, want 2", len(products.GetProducts()))
	}
	courses, err := c.Courses.SearchCourses(ctx, &coursev1.SearchCoursesRequest{Query: "BIKE"})
	must(t, err)
	if len(courses.GetCourses()) != 1 {
		t.Fatalf("there are %d courses, want 1", len(courses.GetCourses()))
	}
	// A section that a busy machine does not answer in time fails alone.
	for {
		page, err := c.Courses.GetCoursePage(ctx, &coursev1.GetCoursePageRequest{CourseId: courses.GetCourses()[0].GetId()})
		must(t, err)
		if page.GetPrimaryInstructor().GetFailure() != nil || page.GetReviewMeta().GetFailure() != nil {
			continue
		}
		if who := page.GetPrimaryInstructor().GetContent().GetInstructor().GetLastName(); who != "Patel" {
			t.Errorf("the course is taught by %q", who)
		}
		if n := page.GetReviewMeta().GetContent().GetMeta().GetTotal(); n != 2 {
			t.Errorf("the course has %d reviews, want 2", n)
		}
		return
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package contract_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
)

func TestEveryMethodSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		rule, _ := proto.GetExtension(m.Options(), accessv1.E_Access).(*accessv1.Rule)
		level := rule.GetLevel()
		if level == accessv1.Level_LEVEL_UNSPECIFIED {
			t.Errorf("%s has no access rule", m.FullName())
		}
		if internal(m) != (level == accessv1.Level_LEVEL_INTERNAL) {
			t.Errorf("%s is %v: internal services are LEVEL_INTERNAL, and published ones never", m.FullName(), level)
		}
		if (level == accessv1.Level_LEVEL_ROLE) != (rule.GetRole() != accessv1.Role_ROLE_UNSPECIFIED) {
			t.Errorf("%s is %v with %v: a role is named with LEVEL_ROLE, and with nothing else", m.FullName(), level, rule.GetRole())
		}
	}
}

func TestInternalMethodsAreUnary(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		if internal(m) && (m.IsStreamingClient() || m.IsStreamingServer()) {
			t.Errorf("%s streams: a handler in this process could not stand in for a client", m.FullName())
		}
	}
}

// reads are the words that names of reading methods begin with.
var reads = []string{"Get", "BatchGet", "List", "Search", "Explain"}

func TestReadsAndOnlyReadsMayBeAskedByGET(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		if internal(m) || m.IsStreamingClient() || m.IsStreamingServer() {
			continue
		}
		isRead := slices.ContainsFunc(reads, func(word string) bool { return strings.HasPrefix(string(m.Name()), word) })
		if isRead != sideEffectFree(m) {
			t.Errorf("%s is a read: %v; marked NO_SIDE_EFFECTS: %v", m.FullName(), isRead, sideEffectFree(m))
		}
	}
}

func sideEffectFree(m protoreflect.MethodDescriptor) bool {
	options, _ := m.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
}

func TestEveryListIsPaged(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		lists := strings.HasPrefix(string(m.Name()), "List") || strings.HasPrefix(string(m.Name()), "Search")
		more := m.Output().Fields().ByName("next_page_token") != nil
		size, token := m.Input().Fields().ByName("page_size"), m.Input().Fields().ByName("page_token")
		switch {
		case internal(m) && lists:
			// Nouns page by id, so that a page can be asked for without the one before.
			if rules(m.Input().Fields().ByName("limit")).GetInt32().GetLte() == 0 {
				t.Errorf("%s has no bounded limit", m.FullName())
			}
		case lists || more || size != nil || token != nil:
			if !more || rules(size).GetInt32().GetLte() == 0 || rules(token).GetString().GetMaxLen() == 0 {
				t.Errorf("%s lacks one of page_size, page_token, next_page_token, or their bounds", m.FullName())
			}
		}
	}
}

// repeatable are the writes that need no idempotency key, and why.
var repeatable = map[protoreflect.FullName]string{
	"throng.campaign.v1.CampaignService.FreezeLeaderboard": "freezing what is frozen changes nothing",
	"throng.campaign.v1.CampaignService.JoinCampaign":      "one joins a campaign once",
	"throng.campaign.v1.CampaignService.JoinTeam":          "one is in a team once",
	"throng.campaign.v1.CampaignService.LeaveTeam":         "the membership has ended either way",
	"throng.campaign.v1.CampaignService.MakeCaptain":       "whoever is captain already stays it",
	"throng.campaign.v1.CampaignService.UpdateCampaign":    "it sets what it names, and sets the same again",
	"throng.campaign.v1.CampaignService.VoidCheckIn":       "the check-in is withdrawn either way",
	"throng.campaign.v1.CampaignService.WatchLeaderboard":  "it reads; streams cannot be marked as reads",
	"throng.course.v1.CourseService.AssignInstructor":      "whoever is it already stays it",
	"throng.course.v1.CourseService.CreateCourse":          "the course's number is one",
	"throng.course.v1.CourseService.DeleteCourse":          "the course is gone either way",
	"throng.course.v1.CourseService.DeleteInstructor":      "the instructor is gone either way",
	"throng.course.v1.CourseService.ImportCourses":         "what is stored is not stored again",
	"throng.course.v1.CourseService.UnassignInstructor":    "the assignment is gone either way",
	"throng.course.v1.CourseService.UpdateCourse":          "it sets what it names, and sets the same again",
	"throng.course.v1.CourseService.UpdateInstructor":      "it sets what it names, and sets the same again",
	"throng.graph.v1.GraphService.Block":                   "blocking twice is blocking once",
	"throng.graph.v1.GraphService.Follow":                  "following twice is following once",
	"throng.graph.v1.GraphService.ImportFollows":           "a follow that stands is not stored again",
	"throng.graph.v1.GraphService.Unblock":                 "the block is gone either way",
	"throng.graph.v1.GraphService.Unfollow":                "the follow is gone either way",
	"throng.post.v1.PostService.DeletePost":                "the post is gone either way",
	"throng.post.v1.PostService.LikePost":                  "a like is one a person and post",
	"throng.post.v1.PostService.UnlikePost":                "the like is gone either way",
	"throng.review.v1.ReviewService.CreateProduct":         "the product's key is one",
	"throng.review.v1.ReviewService.DeleteReview":          "the review is gone either way",
	"throng.review.v1.ReviewService.ImportReviews":         "a review that is stored is not stored again",
	"throng.review.v1.ReviewService.MarkHelpful":           "a mark is one a person and review",
	"throng.review.v1.ReviewService.ReportReview":          "a report is one a person and review",
	"throng.review.v1.ReviewService.ResolveReport":         "saying what holds already changes nothing",
	"throng.review.v1.ReviewService.RespondToReview":       "it sets the answer, and sets the same again",
	"throng.timeline.v1.TimelineService.SetPolicy":         "setting what is set already changes nothing",
	"throng.timeline.v1.TimelineService.WatchHomeTimeline": "it reads; streams cannot be marked as reads",
	"throng.user.v1.UserService.ChangePassword":            "the second call names a password that is no longer the present one",
	"throng.user.v1.UserService.DeleteAccount":             "the account is gone either way",
	"throng.user.v1.UserService.Login":                     "a repeated sign-in is a session more, listed, and gone after 30 days without use",
	"throng.user.v1.UserService.Logout":                    "the session has ended either way",
	"throng.user.v1.UserService.Refresh":                   "the token itself is good for one use",
	"throng.user.v1.UserService.RevokeSession":             "the session has ended either way",
	"throng.user.v1.UserService.UpdateProfile":             "it sets what it names, and sets the same again",
	"throng.weather.v1.WeatherService.RecordObservations":  "the same observation again changes nothing",
}

func TestEveryPublishedWriteMayBeRepeated(t *testing.T) {
	t.Parallel()
	unused := make(map[protoreflect.FullName]bool)
	for name := range repeatable {
		unused[name] = true
	}
	for _, m := range methods(t) {
		if internal(m) || sideEffectFree(m) {
			continue
		}
		key := m.Input().Fields().ByName("idempotency_key")
		_, excused := repeatable[m.FullName()]
		delete(unused, m.FullName())
		switch {
		case (key != nil) == excused:
			t.Errorf("%s needs an idempotency_key, or else a reason in this test", m.FullName())
		case key != nil && (rules(key).GetString().GetMinLen() != 8 || rules(key).GetString().GetMaxLen() != 64):
			t.Errorf("%s: an idempotency_key has 8 to 64 characters", m.FullName())
		}
	}
	for name := range unused {
		t.Errorf("%s is excused and is no write, or not there any more", name)
	}
}

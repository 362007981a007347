package user

import (
	"testing"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestGetUserTakesIDOrHandleInAnyCase(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada").GetUser()
		for _, req := range []*userv1.GetUserRequest{
			{Key: &userv1.GetUserRequest_Id{Id: ada.GetId()}},
			{Key: &userv1.GetUserRequest_Handle{Handle: "ada"}},
			{Key: &userv1.GetUserRequest_Handle{Handle: "ADA"}},
		} {
			res, err := p.GetUser(t.Context(), req)
			must(t, err)
			equal(t, "id", res.GetUser().GetId(), ada.GetId())
			equal(t, "handle", res.GetUser().GetHandle(), "ada")
		}
		for _, req := range []*userv1.GetUserRequest{
			{Key: &userv1.GetUserRequest_Id{Id: uuid.NewString()}},
			{Key: &userv1.GetUserRequest_Handle{Handle: "nobody"}},
		} {
			_, err := p.GetUser(t.Context(), req)
			refused(t, err, fault.NotFound, "user_not_found")
		}
	})
}

func TestAccountsComeInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada, ben, cleo := p.register(t, "ada").GetUser().GetId(), p.register(t, "ben").GetUser().GetId(), p.register(t, "cleo").GetUser().GetId()
		asked := []string{cleo, uuid.NewString(), ada, ben, ada}
		want := []string{"cleo", "ada", "ben", "ada"}
		for range 2 { // from the database, then from memory
			batch, err := p.BatchGetUsers(t.Context(), &userv1.BatchGetUsersRequest{Ids: asked})
			must(t, err)
			hydrated, err := p.HydrateUsers(t.Context(), &userv1.HydrateUsersRequest{UserIds: asked})
			must(t, err)
			for _, users := range [][]*userv1.User{batch.GetUsers(), hydrated.GetUsers()} {
				equal(t, "accounts", len(users), len(want))
				for i, u := range users {
					equal(t, "account", u.GetHandle(), want[i])
				}
			}
		}
	})
}

func TestUpdateProfileChangesWhatIsSet(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ctx := p.as(t, p.register(t, "ada").GetTokens())
		for _, c := range []struct {
			req       *userv1.UpdateProfileRequest
			name, bio string
		}{
			{&userv1.UpdateProfileRequest{DisplayName: new("Ada")}, "Ada", ""},
			{&userv1.UpdateProfileRequest{Bio: new("I count.")}, "Ada", "I count."},
			{&userv1.UpdateProfileRequest{}, "Ada", "I count."},
			{&userv1.UpdateProfileRequest{AvatarMediaId: new("")}, "Ada", "I count."},
			{&userv1.UpdateProfileRequest{DisplayName: new(""), Bio: new("")}, "ada", ""},
		} {
			res, err := p.UpdateProfile(ctx, c.req)
			must(t, err)
			equal(t, "name", res.GetUser().GetDisplayName(), c.name)
			equal(t, "bio", res.GetUser().GetBio(), c.bio)
			read, err := p.GetUser(ctx, &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: res.GetUser().GetId()}})
			must(t, err)
			equal(t, "name as others see it", read.GetUser().GetDisplayName(), c.name)
			equal(t, "bio as others see it", read.GetUser().GetBio(), c.bio)
		}
	})
}

// Another process may have the account in memory as it was. Whoever has seen the
// change never sees that.
func TestNobodySeesAnAccountAsItWasBeforeWhatHeHasSeen(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		q := p.another(t)
		ada := p.register(t, "ada")
		get := &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: ada.GetUser().GetId()}}
		_, err := q.GetUser(t.Context(), get)
		must(t, err)

		ctx, session := consistency.Begin(p.as(t, ada.GetTokens()), consistency.Position{})
		_, err = p.UpdateProfile(ctx, &userv1.UpdateProfileRequest{Bio: new("new")})
		must(t, err)
		seen, err := session.Ceiling(t.Context())
		must(t, err)

		ctx, _ = consistency.Begin(t.Context(), seen)
		res, err := q.GetUser(ctx, get)
		must(t, err)
		equal(t, "bio", res.GetUser().GetBio(), "new")
	})
}

// Package demo fills an empty deployment with a small community, so that whoever
// starts Throng for the first time sees something.
//
// It does what people would do, through the API and the Go SDK: signs people up,
// lets them follow one another, post, reply and like, take part in a campaign, review
// a product and teach a course. Running it again finds it there and does nothing; for
// as long as registrations are remembered, a day, it goes on with one that was
// interrupted.
package demo

import (
	"context"
	"fmt"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// How to sign in to the community.
const (
	Handle   = "ada"
	Operator = "olivia"
	Others   = "ben, chloe or dev"
	Password = "throng-demo"
)

// roleGiver gives roles; the app of the deployment does.
type roleGiver interface {
	SetRole(ctx context.Context, handle, role string) error
}

type person struct {
	handle, name, bio string
	posts             []string
}

var people = []person{
	{Handle, "Ada Marsh", "Runs before breakfast. Organises the Saturday group.", []string{
		"Good morning! Saturday's run starts at the old boathouse, 8:00. Bring a friend.",
		"New route is up: 7 km along the river, two small hills, one very good bakery.",
		"Thank you all for 40 sign-ups. We will need a second pace group.",
	}},
	{"ben", "Ben Okafor", "Photographs birds, badly. Learning.", []string{
		"Saw a kingfisher at the weir. By the time the camera was out it was a blue idea.",
		"Does anyone have a tripod to lend for the weekend?",
	}},
	{"chloe", "Chloé Lambert", "Baker. Sourdough, rye, opinions.", []string{
		"Rye today, sourdough tomorrow, croissants when I feel like it.",
		"If you come by after the run: the back door, the tray on the left.",
	}},
	{"dev", "Dev Patel", "Builds bikes from other bikes.", []string{
		"Repair evening on Thursday. Bring the bike and one excuse.",
		"A chain is a promise. Oil your promises.",
	}},
	{Operator, "Olivia Reyes", "Keeps this place running.", []string{
		"Welcome! This is a demo community. Sign up, follow a few people, say hello.",
	}},
}

// Fill makes the community unless it is there.
func Fill(ctx context.Context, base string, roles roleGiver) error {
	anyone := throng.New(base)
	// Her role is the last that is given.
	res, err := anyone.Users.GetUser(ctx, &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: Operator}})
	if err == nil && res.GetUser().GetRole() == accessv1.Role_ROLE_ADMIN {
		return nil
	}
	ids := map[string]string{}
	clients := map[string]*throng.Client{}
	for _, p := range people {
		ids[p.handle], clients[p.handle], err = join(ctx, base, anyone, p)
		if throng.Reason(err) == "handle_taken" {
			return nil // an old one that was interrupted, or changed since: it stays as it is
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.handle, err)
		}
	}
	for handle, c := range clients {
		for other, id := range ids {
			if other == handle {
				continue
			}
			if _, err := c.Graph.Follow(ctx, &graphv1.FollowRequest{UserId: id}); err != nil {
				return err
			}
		}
	}
	if err := talk(ctx, clients); err != nil {
		return err
	}
	return offer(ctx, base, roles, clients)
}

// offer does what takes roles. Ada may do all of it for as long as that takes, and runs
// campaigns, shop and school from then on. Tokens from before a role do not say it.
func offer(ctx context.Context, base string, roles roleGiver, clients map[string]*throng.Client) error {
	if err := roles.SetRole(ctx, Handle, "admin"); err != nil {
		return err
	}
	ada := throng.New(base, throng.WithLogin(Handle, Password))
	where, err := measure(ctx, ada)
	if err != nil {
		return fmt.Errorf("the weather: %w", err)
	}
	if err := compete(ctx, ada, where, clients); err != nil {
		return fmt.Errorf("campaigns: %w", err)
	}
	if _, err := sell(ctx, ada, jacket, clients); err != nil {
		return fmt.Errorf("the shop: %w", err)
	}
	reviewed, err := sell(ctx, ada, wheels, clients)
	if err != nil {
		return fmt.Errorf("the shop: %w", err)
	}
	if err := teach(ctx, ada, reviewed); err != nil {
		return fmt.Errorf("the school: %w", err)
	}
	if err := roles.SetRole(ctx, Handle, "organizer"); err != nil {
		return err
	}
	return roles.SetRole(ctx, Operator, "admin")
}

// join signs a person up. The same idempotency key signs in to the account of a
// first start that was interrupted.
func join(ctx context.Context, base string, anyone *throng.Client, p person) (string, *throng.Client, error) {
	res, err := anyone.Users.Register(ctx, &userv1.RegisterRequest{
		Email: p.handle + "@example.org", Handle: p.handle, Password: Password, DisplayName: p.name, IdempotencyKey: "demo-" + p.handle,
	})
	if err != nil {
		return "", nil, err
	}
	c := throng.New(base, throng.WithToken(res.GetTokens().GetAccessToken()))
	_, err = c.Users.UpdateProfile(ctx, &userv1.UpdateProfileRequest{Bio: &p.bio})
	return res.GetUser().GetId(), c, err
}

// talk posts in turns, so that the timeline is mixed, and answers the first.
func talk(ctx context.Context, clients map[string]*throng.Client) error {
	var first string
	for turn := range 3 {
		for _, p := range people {
			if turn >= len(p.posts) {
				continue
			}
			res, err := clients[p.handle].Posts.CreatePost(ctx, &postv1.CreatePostRequest{
				Text: p.posts[turn], IdempotencyKey: fmt.Sprintf("demo-post-%s-%d", p.handle, turn),
			})
			if err != nil {
				return err
			}
			if first == "" {
				first = res.GetPost().GetId()
			}
		}
	}
	for _, handle := range []string{"ben", "chloe"} {
		if _, err := clients[handle].Posts.LikePost(ctx, &postv1.LikePostRequest{PostId: first}); err != nil {
			return err
		}
	}
	_, err := clients["ben"].Posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: "I am in. Slow group, please.", ReplyToId: first, IdempotencyKey: "demo-reply-ben"})
	return err
}

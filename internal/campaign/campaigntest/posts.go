package campaigntest

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
)

// VerifyPosts holds everybody's posts to the check-ins: each that was not withdrawn
// has one, with the tag, and nothing else has. All events must have been handled.
func (c *Crowd) VerifyPosts(server string) {
	c.t.Helper()
	var g errgroup.Group
	g.SetLimit(c.Clients)
	posts, tell := make([][]string, len(c.people)), c.teller("posts")
	for i, p := range c.people {
		g.Go(func() (err error) {
			posts[i], err = c.postsOf(c.t.Context(), server, p.id)
			return err
		})
	}
	c.must(g.Wait())
	n := 0
	for i, p := range c.people {
		var want []string
		for _, made := range p.checkIns {
			if !made.void {
				want = append(want, made.text+" #"+c.Campaign.GetTag())
			}
		}
		n += len(want)
		slices.Sort(want)
		if slices.Sort(posts[i]); !slices.Equal(posts[i], want) {
			tell("%s has\n%q\nwant\n%q", p.handle, posts[i], want)
		}
	}
	c.t.Logf("%d posts of %d check-ins compared", n, c.Made())
}

func (c *Crowd) postsOf(ctx context.Context, server, author string) (texts []string, err error) {
	client := postv1connect.NewPostServiceClient(c.http, server)
	req := &postv1.ListPostsByAuthorRequest{AuthorId: author, PageSize: pageSize}
	for {
		res, err := client.ListPostsByAuthor(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("the posts of %s: %w", author, err)
		}
		for _, post := range res.GetPosts() {
			texts = append(texts, post.GetText())
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return texts, nil
		}
	}
}

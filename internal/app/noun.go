package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/graph"
	graphdynamo "github.com/throng-social/throng/internal/graph/dynamostore"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	postdynamo "github.com/throng-social/throng/internal/post/dynamostore"
	postpg "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/timeline"
	timelinedynamo "github.com/throng-social/throng/internal/timeline/dynamostore"
	timelinepg "github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/user"
)

// nouns are the services of this process; nil where one runs elsewhere.
type nouns struct {
	media    *pictures
	user     *user.Service
	graph    *graph.Service
	post     *post.Service
	timeline *timeline.Service
	campaign *campaign.Service
	review   *review.Service
}

// clients are how nouns reach one another: within, or over the network.
type clients struct {
	media mediav1connect.MediaInternalServiceClient
	user  userv1connect.UserInternalServiceClient
	graph graphv1connect.GraphInternalServiceClient
	post  postv1connect.PostInternalServiceClient
}

// remote makes clients for every noun that has an address.
func remote(s Settings) clients {
	client := &http.Client{Transport: internalTransport()}
	options := rpc.ClientOptions(s.Secret)
	return clients{
		media: mediav1connect.NewMediaInternalServiceClient(client, s.Peers["media"], options),
		user:  userv1connect.NewUserInternalServiceClient(client, s.Peers["user"], options),
		graph: graphv1connect.NewGraphInternalServiceClient(client, s.Peers["graph"], options),
		post:  postv1connect.NewPostInternalServiceClient(client, s.Peers["post"], options),
	}
}

// internalTransport speaks HTTP/2 without TLS, on few connections that stay.
func internalTransport() *http.Transport {
	t := &http.Transport{
		DialContext:     (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		MaxConnsPerHost: 64,
		IdleConnTimeout: time.Minute,
		Protocols:       &http.Protocols{},
	}
	t.Protocols.SetUnencryptedHTTP2(true)
	return t
}

// stores are those of the nouns that may have another than Postgres.
type stores struct {
	graph    graph.Store
	post     post.Store
	timeline timeline.Store
	boards   board.Board
}

// openStores makes them as the settings say. tables is nil where none is on DynamoDB.
func openStores(s Settings, db *postgres.DB, tables *dynamo.DB, pub *queue.Publisher) stores {
	st := stores{graph: graphpg.New(db, pub), post: postpg.New(db, pub), timeline: timelinepg.New(db, pub)}
	if s.GraphStore == storeDynamo {
		st.graph = graphdynamo.New(tables)
	}
	if s.PostStore == storeDynamo {
		st.post = postdynamo.New(tables)
	}
	if s.TimelineStore == storeDynamo {
		st.timeline = timelinedynamo.New(tables, timelinedynamo.Config{})
	}
	return st
}

// build makes the nouns that run here, from those that stand on none upwards. A
// noun that has an address in the peers is reached there even if it runs here
// too, which is how the seam is tested in one process.
func build(
	ctx context.Context, s Settings, db *postgres.DB, st stores, bus pubsub.Bus, limiter pace.Limiter, caches *cache.Group, pub *queue.Publisher, log *slog.Logger,
) (nouns, clients, error) {
	var n nouns
	c := remote(s)
	pages := page.NewSealer(s.secret())
	within := func(noun string) bool { return s.runs(noun) && s.Peers[noun] == "" }
	if s.runs("media") {
		var err error
		if n.media, err = newPictures(ctx, s, db, caches, log); err != nil {
			return n, c, err
		}
	}
	if within("media") {
		c.media = mediaWithin{n.media.Service}
	}
	if s.runs("user") {
		n.user = user.New(user.Deps{DB: db, Events: pub, Media: c.media, Pages: pages, Secret: s.secret(), Limits: s.signInLimits(), Hashing: s.Hashing, Limiter: limiter, Caches: caches, Log: log})
	}
	if within("user") {
		c.user = userWithin{n.user}
	}
	if s.runs("graph") {
		n.graph = graph.New(graph.Deps{Store: st.graph, Users: c.user, Pages: pages, FollowRate: s.followRate(), Limiter: limiter})
	}
	if within("graph") {
		c.graph = graphWithin{n.graph}
	}
	if s.runs("post") {
		n.post = post.New(post.Deps{Store: st.post, Media: c.media, Pages: pages, Rate: s.postRate(), Limiter: limiter, Caches: caches, Log: log})
	}
	if within("post") {
		c.post = postWithin{n.post}
	}
	if s.runs("timeline") {
		n.timeline = timeline.New(timeline.Deps{
			Store: st.timeline, Bus: bus, Users: c.user, Graph: c.graph, Posts: c.post, Pages: pages, Config: s.Timeline, Log: log,
		})
	}
	if s.runs("campaign") {
		n.campaign = campaign.New(campaign.Deps{
			DB: db, Events: pub, Bus: bus, Users: c.user, Graph: c.graph, Posts: c.post, Media: c.media, Pages: pages, Boards: st.boards,
			Rate: s.campaignRate(), Limiter: limiter, Caches: caches, Log: log,
		})
	}
	if s.runs("review") {
		n.review = review.New(review.Deps{
			DB: db, Events: pub, Users: c.user, Media: c.media, Pages: pages, Rate: s.reviewRate(), Limiter: limiter, Caches: caches, Log: log,
		})
	}
	return n, c, nil
}

func (s *Settings) signInLimits() user.Limits {
	if s.RateLimits {
		return user.DefaultLimits()
	}
	return user.NoLimits()
}

func (s *Settings) followRate() pace.Rate {
	if s.RateLimits {
		return graph.DefaultRate
	}
	return pace.Rate{}
}

func (s *Settings) postRate() pace.Rate {
	if s.RateLimits {
		return post.DefaultRate
	}
	return pace.Rate{}
}

func (s *Settings) campaignRate() pace.Rate {
	if s.RateLimits {
		return campaign.DefaultRate
	}
	return pace.Rate{}
}

func (s *Settings) reviewRate() pace.Rate {
	if s.RateLimits {
		return review.DefaultRate
	}
	return pace.Rate{}
}

// mountPublic adds what clients may call.
func (n nouns) mountPublic(s *rpc.Server) {
	if n.media != nil {
		s.Mount(mediav1connect.NewMediaServiceHandler(n.media, s.Options()))
	}
	if n.user != nil {
		s.Mount(userv1connect.NewUserServiceHandler(n.user, s.Options()))
	}
	if n.graph != nil {
		s.Mount(graphv1connect.NewGraphServiceHandler(n.graph, s.Options()))
	}
	if n.post != nil {
		s.Mount(postv1connect.NewPostServiceHandler(n.post, s.Options()))
	}
	if n.timeline != nil {
		s.Mount(timelinev1connect.NewTimelineServiceHandler(n.timeline, s.Options()))
	}
	if n.campaign != nil {
		s.Mount(campaignv1connect.NewCampaignServiceHandler(n.campaign, s.Options()))
	}
	if n.review != nil {
		s.Mount(reviewv1connect.NewReviewServiceHandler(n.review, s.Options()))
	}
}

// mountInternal adds what other nouns may call.
func (n nouns) mountInternal(s *rpc.Server) {
	if n.media != nil {
		s.Mount(mediav1connect.NewMediaInternalServiceHandler(n.media, s.Options()))
	}
	if n.user != nil {
		s.Mount(userv1connect.NewUserInternalServiceHandler(n.user, s.Options()))
	}
	if n.graph != nil {
		s.Mount(graphv1connect.NewGraphInternalServiceHandler(n.graph, s.Options()))
	}
	if n.post != nil {
		s.Mount(postv1connect.NewPostInternalServiceHandler(n.post, s.Options()))
	}
}

// recounts are the checks of what is precomputed, by noun.
func (n nouns) recounts() map[string]func(context.Context, func(string)) (int, error) {
	return map[string]func(context.Context, func(string)) (int, error){
		"graph": n.graph.Recount, "post": n.post.Recount, "timeline": n.timeline.Recount, "campaign": n.campaign.Recount,
		"review": n.review.Recount,
	}
}

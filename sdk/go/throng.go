// Package throng is the Go client of Throng.
//
//	client := throng.New("https://throng.example.org", throng.WithLogin("ada", password))
//	res, err := client.Timeline.GetHomeTimeline(ctx, &timelinev1.GetHomeTimelineRequest{})
//
// A Client holds the generated client of every service, and adds what each call
// needs and no contract can say: it signs in and stays signed in, sends the newest
// consistency token that it has seen, so that reads are never older than what was
// written or read before, gives every call a deadline, and repeats those calls
// that are safe to repeat when the server could not take them. Errors are Connect
// errors; Reason and Violations read what Throng adds to them.
//
// A Client is safe for concurrent use. Make one for each account: what one client
// has seen, its later calls see.
package throng

import (
	"context"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
)

const (
	// DefaultTimeout bounds a unary call with all its tries.
	DefaultTimeout = 20 * time.Second
	// streamTimeout bounds a stream; the server ends streams after an hour, too.
	streamTimeout = time.Hour
	// maxAnswer bounds what is read of one answer.
	maxAnswer = 16 << 20
)

// Client has the services.
type Client struct {
	Users     userv1connect.UserServiceClient
	Graph     graphv1connect.GraphServiceClient
	Posts     postv1connect.PostServiceClient
	Media     mediav1connect.MediaServiceClient
	Timeline  timelinev1connect.TimelineServiceClient
	Campaigns campaignv1connect.CampaignServiceClient
	Courses   coursev1connect.CourseServiceClient
	Reviews   reviewv1connect.ReviewServiceClient
	Weather   weatherv1connect.WeatherServiceClient
}

// Option changes a Client.
type Option func(*config)

type config struct {
	tokens   tokens
	login    *credentials
	client   connect.HTTPClient
	protocol connect.ClientOption
	timeout  time.Duration
}

// WithToken signs every call with an access token. Calls fail with
// `unauthenticated` once it has expired.
func WithToken(token string) Option {
	return WithTokenSource(func(context.Context) (string, error) { return token, nil })
}

// WithTokenSource asks for an access token before every call, so source ought to
// keep it until it expires. It is asked once more when the server refuses one.
func WithTokenSource(source func(context.Context) (string, error)) Option {
	return func(c *config) { c.tokens, c.login = given(source), nil }
}

// WithLogin signs in by handle or e-mail address with the first call, and renews
// the tokens before they expire.
func WithLogin(login, password string) Option {
	return func(c *config) { c.tokens, c.login = nil, &credentials{login, password} }
}

// WithHTTPClient replaces the HTTP client. Its transport decides on HTTP/2, which
// gRPC needs.
func WithHTTPClient(client connect.HTTPClient) Option {
	return func(c *config) { c.client = client }
}

// Protocol is how calls travel. Every server speaks all.
type Protocol int

// The protocols.
const (
	Connect Protocol = iota
	GRPC
	GRPCWeb
)

// WithProtocol chooses another protocol than Connect.
func WithProtocol(p Protocol) Option {
	return func(c *config) {
		switch p {
		case GRPC:
			c.protocol = connect.WithGRPC()
		case GRPCWeb:
			c.protocol = connect.WithGRPCWeb()
		default:
			c.protocol = connect.WithClientOptions()
		}
	}
}

// WithTimeout is for calls whose context has no deadline, in place of
// DefaultTimeout; streams may take an hour.
func WithTimeout(d time.Duration) Option {
	return func(c *config) { c.timeout = d }
}

// New makes a client for the server at baseURL. It connects with the first call.
func New(baseURL string, options ...Option) *Client {
	c := config{protocol: connect.WithClientOptions(), timeout: DefaultTimeout}
	for _, o := range options {
		o(&c)
	}
	if c.client == nil {
		c.client = &http.Client{Transport: newTransport(strings.HasPrefix(baseURL, "http://"))}
	}
	seen := &memory{}
	if c.login != nil {
		plain := c.calls(timeLimit{unary: c.timeout}, retrier{}, seen)
		c.tokens = &session{credentials: *c.login, users: userv1connect.NewUserServiceClient(c.client, baseURL, plain)}
	}
	// A call passes these from left to right: all its tries are within one limit,
	// and each try is signed anew and carries the newest token.
	calls := c.calls(timeLimit{unary: c.timeout}, retrier{}, signer{tokens: c.tokens}, seen)
	return &Client{
		Users:     userv1connect.NewUserServiceClient(c.client, baseURL, calls),
		Graph:     graphv1connect.NewGraphServiceClient(c.client, baseURL, calls),
		Posts:     postv1connect.NewPostServiceClient(c.client, baseURL, calls),
		Media:     mediav1connect.NewMediaServiceClient(c.client, baseURL, calls),
		Timeline:  timelinev1connect.NewTimelineServiceClient(c.client, baseURL, calls),
		Campaigns: campaignv1connect.NewCampaignServiceClient(c.client, baseURL, calls),
		Courses:   coursev1connect.NewCourseServiceClient(c.client, baseURL, calls),
		Reviews:   reviewv1connect.NewReviewServiceClient(c.client, baseURL, calls),
		Weather:   weatherv1connect.NewWeatherServiceClient(c.client, baseURL, calls),
	}
}

func (c config) calls(interceptors ...connect.Interceptor) connect.ClientOption {
	return connect.WithClientOptions(c.protocol, connect.WithReadMaxBytes(maxAnswer), connect.WithInterceptors(interceptors...))
}

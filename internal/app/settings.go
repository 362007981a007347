package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/user"
)

// Nouns are the services of a deployment, in the order in which they stand on
// one another.
var Nouns = []string{"media", "user", "graph", "post", "timeline", "campaign", "review"}

// called are the nouns that others call: those with an internal service. A process
// must know where each of them is.
var called = []string{"media", "user", "graph", "post"}

// Settings are all that can be set about a server or worker. Each field is the
// one place of its name, its variable, its default and its help.
type Settings struct {
	Database `embed:"" prefix:"db-"`
	Stores   `embed:""`
	Carrier  `embed:""`
	AWS      `embed:"" prefix:"aws-"`

	Shape          string   `env:"THRONG_SHAPE" enum:"one,aws" default:"one" help:"What parts run on that say nothing else: one (Postgres, memory, a folder) or aws (DynamoDB, SNS and SQS, Redis, S3)."`
	Addr           string   `env:"THRONG_ADDR" default:"127.0.0.1:8080" help:"Where clients are served: API and web app."`
	InternalAddr   string   `env:"THRONG_INTERNAL_ADDR" help:"Where other services of the deployment are served; empty for not at all."`
	OpsAddr        string   `env:"THRONG_OPS_ADDR" help:"Where probes and metrics are served; empty for beside the API."`
	Services       []string `env:"THRONG_SERVICES" default:"media,user,graph,post,timeline,campaign,review" help:"Which services this process runs."`
	Peers          Peers    `env:"THRONG_PEERS" help:"Internal addresses of the services that run elsewhere, as noun=URL;noun=URL." mapsep:";"`
	Queues         []string `env:"THRONG_QUEUES" default:"events,fanout,moves,bulk,upkeep,checkins" help:"Which queues a worker takes jobs from."`
	Secret         string   `env:"THRONG_SECRET" masked:"" help:"64 hexadecimal digits that all processes of a deployment share: seals tokens and links."`
	MediaStore     string   `env:"THRONG_MEDIA_STORE" enum:"folder,s3," default:"" help:"Where pictures are kept: folder or s3; empty: by the shape."`
	MediaDir       string   `env:"THRONG_MEDIA_DIR" default:"media" help:"Folder for pictures, which all processes that serve them share."`
	AllowedOrigins []string `env:"THRONG_ALLOWED_ORIGINS" help:"Web origins besides its own that may call the API."`
	TrustedProxies []string `env:"THRONG_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed."`
	RedisURL       string   `env:"THRONG_REDIS_URL" masked:"" help:"URL of the Redis that the parts set to redis use, as redis://user:password@host:6379/0, or rediss:// for TLS."`
	PubSub         string   `name:"pubsub" env:"THRONG_PUBSUB" enum:"postgres,redis," default:"" help:"What carries live messages between processes: postgres or redis; empty: by the shape."`
	Cache          string   `env:"THRONG_CACHE" enum:"memory,redis," default:"" help:"Where posts and profiles are cached: memory, of each process, or redis behind it, of all; empty: by the shape."`
	Boards         string   `env:"THRONG_BOARDS" enum:"memory,redis," default:"" help:"Where leaderboards are ranked: memory, of each process, or redis, of all together; empty: by the shape."`
	Limits         string   `env:"THRONG_LIMITS" enum:"memory,redis," default:"" help:"Where rate limits are counted: memory, of each process, or redis, of all together; empty: by the shape."`
	RateLimits     bool     `env:"THRONG_RATE_LIMITS" default:"true" negatable:"" help:"Limit sign-ins and writes of each account and address."`
	Concurrency    string   `env:"THRONG_CONCURRENCY" default:"auto" help:"How many calls are answered at once, past which the least important are refused: auto, off, or bounds such as 16-64."`
	TraceEndpoint  string   `env:"THRONG_TRACE_ENDPOINT" help:"OTLP/HTTP URL that traces are sent to; empty for none."`
	LogFormat      string   `env:"THRONG_LOG_FORMAT" enum:"text,json" default:"text" help:"Form of log lines: text or json."`
	LogLevel       string   `env:"THRONG_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged."`

	DrainTime time.Duration `env:"THRONG_DRAIN_TIME" default:"10s" help:"How long calls under way may go on at the end."`

	Timeline timeline.Config `embed:"" prefix:"timeline-"`
	S3       s3files.Config  `embed:"" prefix:"s3-"`

	// Hashing is the cost of passwords, which operators do not set: tests make hashes cheap.
	Hashing user.Hashing `kong:"-"`
}

// Peers maps nouns to the internal addresses where they are served.
type Peers map[string]string

// Database says where Postgres is.
type Database struct {
	URL      string   `name:"url" env:"THRONG_DB_URL" masked:"" help:"URL of the Postgres that is written to."`
	Readers  []string `name:"readers" env:"THRONG_DB_READERS" masked:"" help:"URLs of its streaming replicas."`
	MaxConns int32    `name:"max-conns" env:"THRONG_DB_MAX_CONNS" default:"16" help:"Greatest number of connections in each pool."`
}

// check refuses settings that cannot work, with a sentence that says why.
func (s *Settings) check() error {
	var errs []error
	if s.URL == "" {
		errs = append(errs, errors.New("THRONG_DB_URL is not set: name the Postgres to use, or run `throng dev`, which brings its own"))
	}
	if raw, err := hex.DecodeString(s.Secret); err != nil || len(raw) < 32 {
		errs = append(errs, errors.New("THRONG_SECRET must be at least 64 hexadecimal digits: make one with `openssl rand -hex 32`"))
	}
	for _, noun := range s.Services {
		if !slices.Contains(Nouns, noun) {
			errs = append(errs, fmt.Errorf("there is no service %q; there are %v", noun, Nouns))
		}
	}
	for _, noun := range called {
		if !s.runs(noun) && s.Peers[noun] == "" {
			errs = append(errs, fmt.Errorf("the service %q neither runs here nor has an address in THRONG_PEERS", noun))
		}
	}
	errs = append(errs, s.checkRedis())
	if _, err := s.proxies(); err != nil {
		errs = append(errs, err)
	}
	if _, err := s.concurrency(); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, s.checkStores(), s.checkQueue())
	if s.Timeline.Keep < 1 || s.Timeline.FanoutPage < 1 {
		errs = append(errs, errors.New("THRONG_TIMELINE_KEEP and THRONG_TIMELINE_FANOUT_PAGE must be at least 1"))
	}
	return errors.Join(append(errs, s.checkMedia())...)
}

func (s *Settings) secret() []byte {
	raw, _ := hex.DecodeString(s.Secret)
	return raw
}

func (s *Settings) proxies() ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range s.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("THRONG_TRUSTED_PROXIES: %w", err)
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, nil
}

func (s *Settings) runs(noun string) bool { return slices.Contains(s.Services, noun) }

// Package s3files keeps the bytes of pictures in a bucket of S3, or of a server
// that speaks as S3 does.
//
// An upload arrives at quarantine/<id>, by a PUT of the client's own to a presigned
// address, which holds him to type, size and time. A picture is kept at
// pictures/<id>, by a conditional write that the first one wins, so no repetition
// and no write that is done late changes what is there. The bucket is private:
// clients are shown pictures by the service.
//
// Every call has a deadline and few tries; where the time is up or the store
// fails, that is a fault of the kind Unavailable. Ids sort by time, so what has
// arrived in vain is found at the front of a listing.
package s3files

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/media"
)

const (
	// callTime bounds a call with all its tries; a claim waits for it, and a
	// transaction does.
	callTime = 5 * time.Second
	// tryTime bounds the wait for the head of one answer.
	tryTime  = 2 * time.Second
	maxTries = 3
	// firstPause is about that before the second try; each is four times the last.
	firstPause = 50 * time.Millisecond
	// readTime bounds reading one picture to whoever it is shown to.
	readTime = 2 * time.Minute
	// maxReads bounds the pictures that are read at a time; maxConns leaves room for
	// the other calls.
	maxReads = 192
	maxConns = 256
)

// The places of an id.
const (
	arrived = "quarantine/"
	kept    = "pictures/"
)

// Config says where the bucket is.
type Config struct {
	Bucket    string `name:"bucket" env:"THRONG_S3_BUCKET" help:"Bucket for pictures."`
	Region    string `name:"region" env:"THRONG_S3_REGION" help:"Region of the bucket."`
	Endpoint  string `name:"endpoint" env:"THRONG_S3_ENDPOINT" help:"URL of a server other than AWS's, in reach of browsers; empty for AWS."`
	PathStyle bool   `name:"path-style" env:"THRONG_S3_PATH_STYLE" help:"Name the bucket in the path and not in the host, as most other servers want it."`
	AccessKey string `name:"access-key" env:"THRONG_S3_ACCESS_KEY" masked:"" help:"Access key; empty for what AWS's own variables, files and roles give."`
	SecretKey string `name:"secret-key" env:"THRONG_S3_SECRET_KEY" masked:"" help:"Secret of the access key."`

	// Transport takes the requests instead of the network; for tests.
	Transport http.RoundTripper `kong:"-"`
}

// Files implements media.Files.
type Files struct {
	api     *s3.Client
	bucket  *string
	signer  *s3.PresignClient
	reading chan struct{}
}

var _ media.Files = (*Files)(nil)

// Open makes a client. It asks nothing of the bucket.
func Open(ctx context.Context, c Config) (*Files, error) {
	o := s3.Options{
		Region:       c.Region,
		UsePathStyle: c.PathStyle,
		HTTPClient:   &http.Client{Transport: c.transport()},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.Backoff = maxTries, retry.BackoffDelayerFunc(pause)
		}),
	}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
	}
	if c.AccessKey != "" {
		o.Credentials = aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, ""))
	} else {
		usual, err := config.LoadDefaultConfig(ctx, config.WithRegion(c.Region))
		if err != nil {
			return nil, err
		}
		o.Credentials = usual.Credentials
	}
	api := s3.New(o)
	return &Files{api: api, bucket: aws.String(c.Bucket), signer: newSigner(api), reading: make(chan struct{}, maxReads)}, nil
}

// pause comes after the first try, the second and so on. It differs from caller to
// caller, by half of it either way.
func pause(tries int, _ error) (time.Duration, error) {
	base := firstPause << (2 * (tries - 1))
	return base/2 + rand.N(base), nil
}

func (c Config) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		MaxConnsPerHost:       maxConns,
		MaxIdleConns:          maxConns,
		MaxIdleConnsPerHost:   maxConns,
		IdleConnTimeout:       time.Minute,
		TLSHandshakeTimeout:   tryTime,
		ResponseHeaderTimeout: tryTime,
	}
}

// Origin is where browsers send uploads to, as a page's policy names it.
func (f *Files) Origin(ctx context.Context) (string, error) {
	address, err := f.Address(ctx, media.Upload{ContentType: "image/png", Size: 1, From: time.Unix(0, 0), Until: time.Unix(1, 0)})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

func arrivedKey(mediaID uuid.UUID) *string { return aws.String(arrived + mediaID.String()) }

func keptKey(mediaID uuid.UUID) *string { return aws.String(kept + mediaID.String()) }

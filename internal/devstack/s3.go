package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// S3 is a running versitygw, which stands in for S3. Unlike the other emulators it takes its own credentials alone, and
// checks signatures and their expiry, rules for browsers and conditions as S3 does. It keeps an upload that is cut off
// half way, which S3 does not.
type S3 struct {
	*Emulator

	secret string
}

// StartS3 starts a store without buckets, or with those that its folder has: EnsureBucket makes them. It keeps its data
// on disk in any case. ctx bounds the start only.
func StartS3(ctx context.Context, o EmulatorOptions) (*S3, error) {
	s := &S3{}
	var err error
	s.Emulator, err = startEmulator(ctx, "versitygw", o, func(f *folder) (func(int) command, error) {
		path, err := program{name: "versitygw", variable: "THRONG_VERSITYGW"}.find(f.account)
		if err == nil {
			s.secret, err = f.password()
		}
		// Attributes of objects are kept in files of their own, as not every file system has room for them.
		for _, dir := range []string{"objects", "attributes"} {
			err = errors.Join(err, f.makeDir(dir))
		}
		return func(port int) command {
			return command{
				path: path,
				args: []string{
					"--quiet", "--keep-alive", "--region", Region, "--port", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
					"posix", "--sidecar", f.join("attributes"), f.join("objects"),
				},
				env: []string{"ROOT_ACCESS_KEY=" + superuser, "ROOT_SECRET_KEY=" + s.secret},
			}
		}, err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// makeDir makes a directory for the account in its folder.
func (f *folder) makeDir(name string) error {
	if err := os.MkdirAll(f.join(name), 0o700); err != nil {
		return err
	}
	dir, err := os.Open(f.join(name))
	if err != nil {
		return err
	}
	return errors.Join(f.take(dir, 0o700), dir.Close())
}

// AccessKey is that of the one account there is.
func (s *S3) AccessKey() string { return superuser }

// SecretKey is made once for a folder.
func (s *S3) SecretKey() string { return s.secret }

// Client is for those who look into buckets, and make them.
func (s *S3) Client() *s3.Client {
	return s3.New(s3.Options{
		Region: Region, BaseEndpoint: aws.String(s.Endpoint()), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey(), s.SecretKey(), ""),
	})
}

// EnsureBucket creates a private bucket where there is none of that name, to which browsers may send uploads from
// everywhere: who may is decided by the signature of the address.
func (s *S3) EnsureBucket(ctx context.Context, name string) error {
	api := s.Client()
	_, err := api.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: aws.String(name), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: Region},
	})
	if _, mine := errors.AsType[*types.BucketAlreadyOwnedByYou](err); err != nil && !mine {
		return fmt.Errorf("create bucket %s: %w", name, err)
	}
	_, err = api.PutBucketCors(ctx, &s3.PutBucketCorsInput{
		Bucket: aws.String(name),
		CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{
			AllowedMethods: []string{http.MethodPut}, AllowedOrigins: []string{"*"}, AllowedHeaders: []string{"Content-Type"}, MaxAgeSeconds: aws.Int32(3600),
		}}},
	})
	if err != nil {
		return fmt.Errorf("rules of bucket %s: %w", name, err)
	}
	return nil
}

package devstack

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func startS3(t *testing.T, dir string) *S3 {
	t.Helper()
	s, err := StartS3(t.Context(), EmulatorOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestBucketsKeepTheirObjects(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), newDir(t)
	s := startS3(t, dir)
	for range 2 { // the second time it is there already
		if err := s.EnsureBucket(ctx, "media"); err != nil {
			t.Fatal(err)
		}
	}
	object := &s3.GetObjectInput{Bucket: aws.String("media"), Key: aws.String("a/b")}
	_, err := s.Client().PutObject(ctx, &s3.PutObjectInput{Bucket: object.Bucket, Key: object.Key, Body: strings.NewReader("bytes"), ContentType: aws.String("image/png")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Kill(ctx), s.Restart(ctx)); err != nil {
		t.Fatal(err)
	}
	endpoint, secret := s.Endpoint(), s.SecretKey()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = startS3(t, dir)
	if s.Endpoint() != endpoint || s.SecretKey() != secret {
		t.Errorf("it was at %s, and is at %s, or its secret has changed", endpoint, s.Endpoint())
	}
	got, err := s.Client().GetObject(ctx, object)
	if err != nil || aws.ToString(got.ContentType) != "image/png" {
		t.Errorf("read %v, %v", got, err)
	}
}

func TestAStoreTakesItsOwnCredentialsAlone(t *testing.T) {
	t.Parallel()
	s := startS3(t, newDir(t))
	forged := &S3{Emulator: s.Emulator, secret: "made up, as it is not known"}
	err := forged.EnsureBucket(t.Context(), "media")
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "SignatureDoesNotMatch" {
		t.Errorf("got %v", err)
	}
}

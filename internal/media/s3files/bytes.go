package s3files

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

const (
	immutable = "public, max-age=31536000, immutable"
	// mostKept is more than any picture has: cleaning takes away and adds nothing.
	mostKept = 16 << 20
	// sweepPage is what one Sweep looks at, and what one request may delete.
	sweepPage = 1000
)

// Arrived implements media.Files. The signature holds an upload to its size, but not
// every store throws away one that is cut off.
func (f *Files) Arrived(ctx context.Context, mediaID uuid.UUID, size int64) ([]byte, error) {
	data, err := f.read(ctx, arrivedKey(mediaID), size+1)
	if err == nil && int64(len(data)) != size {
		return nil, errNotThere
	}
	return data, err
}

// read has the first so many bytes of an object in memory.
func (f *Files) read(ctx context.Context, key *string, most int64) ([]byte, error) {
	inner, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	res, err := f.api.GetObject(inner, &s3.GetObjectInput{Bucket: f.bucket, Key: key})
	if err != nil {
		return nil, translate(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, most))
	return data, translate(ctx, err)
}

// Discard implements media.Files.
func (f *Files) Discard(ctx context.Context, mediaID uuid.UUID) error {
	inner, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := f.api.DeleteObject(inner, &s3.DeleteObjectInput{Bucket: f.bucket, Key: arrivedKey(mediaID)})
	if err = translate(ctx, err); fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

const (
	// keepTries is for those who keep the same at the same time: whoever is refused may
	// look before the other one's is there.
	keepTries = 5
	keepPause = 10 * time.Millisecond
)

// Keep implements media.Files.
func (f *Files) Keep(ctx context.Context, mediaID uuid.UUID, contentType string, data []byte) ([]byte, error) {
	for try := 1; ; try++ {
		kept, err := f.keep(ctx, mediaID, contentType, data)
		if !fault.Is(err, fault.NotFound) || try == keepTries {
			return kept, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(keepPause << try):
		}
	}
}

// keep answers what is kept; not found where there was something, and is not.
func (f *Files) keep(ctx context.Context, mediaID uuid.UUID, contentType string, data []byte) ([]byte, error) {
	inner, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := f.api.PutObject(inner, &s3.PutObjectInput{
		Bucket: f.bucket, Key: keptKey(mediaID), Body: bytes.NewReader(data),
		ContentType: aws.String(contentType), CacheControl: aws.String(immutable), IfNoneMatch: aws.String("*"),
	})
	switch {
	case err == nil:
		return data, nil
	case isTaken(err):
		return f.read(ctx, keptKey(mediaID), mostKept)
	}
	return nil, translate(ctx, err)
}

// Remove implements media.Files.
func (f *Files) Remove(ctx context.Context, ids []uuid.UUID) error {
	keys := make([]types.ObjectIdentifier, 0, 2*len(ids))
	for _, mediaID := range ids {
		keys = append(keys, types.ObjectIdentifier{Key: arrivedKey(mediaID)}, types.ObjectIdentifier{Key: keptKey(mediaID)})
	}
	return f.remove(ctx, keys)
}

func (f *Files) remove(ctx context.Context, keys []types.ObjectIdentifier) error {
	if len(keys) == 0 {
		return nil
	}
	inner, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	res, err := f.api.DeleteObjects(inner, &s3.DeleteObjectsInput{
		Bucket: f.bucket, Delete: &types.Delete{Objects: keys, Quiet: aws.Bool(true)},
	})
	if err != nil {
		return translate(ctx, err)
	}
	for _, failed := range res.Errors {
		if err := translate(ctx, &smithy.GenericAPIError{Code: aws.ToString(failed.Code), Message: aws.ToString(failed.Key)}); !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// Sweep implements media.Files: what arrived for ids that are older than that.
// Listings are in the order of keys, and those have the time of their id in front.
func (f *Files) Sweep(ctx context.Context, before time.Time) error {
	inner, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	page, err := f.api.ListObjectsV2(inner, &s3.ListObjectsV2Input{Bucket: f.bucket, Prefix: aws.String(arrived), MaxKeys: aws.Int32(sweepPage)})
	if err != nil {
		return translate(ctx, err)
	}
	var old []types.ObjectIdentifier
	for _, o := range page.Contents {
		mediaID, err := uuid.Parse(aws.ToString(o.Key)[len(arrived):])
		if err != nil {
			continue
		}
		if !id.Time(mediaID).Before(before) {
			break
		}
		old = append(old, types.ObjectIdentifier{Key: o.Key})
	}
	return f.remove(ctx, old)
}

package s3files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
)

// Open implements media.Files. Nothing is asked of the bucket before the first
// Read, so that an answer without bytes costs no call.
func (f *Files) Open(ctx context.Context, mediaID uuid.UUID, size int64) (io.ReadSeekCloser, error) {
	inner, cancel := context.WithTimeout(ctx, readTime)
	return &object{files: f, key: keptKey(mediaID), size: size, outer: ctx, ctx: inner, cancel: cancel}, nil
}

// object reads from where it was sought, in one request until it is sought again.
type object struct {
	files  *Files
	key    *string
	size   int64
	at     int64
	body   io.ReadCloser   // of the request from at on; nil before there is one
	outer  context.Context //nolint:containedctx // a Reader is handed none
	ctx    context.Context //nolint:containedctx // the same, with the time for reading
	cancel context.CancelFunc
}

// Read implements io.Reader.
func (o *object) Read(b []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		if err := o.ask(); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(b[:min(int64(len(b)), o.size-o.at)])
	o.at += int64(n)
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return n, translate(o.outer, err)
}

// ask takes one of the places for readers, for as long as it has a body.
func (o *object) ask() error {
	select {
	case o.files.reading <- struct{}{}:
	default:
		return errBusy
	}
	in := &s3.GetObjectInput{Bucket: o.files.bucket, Key: o.key}
	if o.at > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", o.at))
	}
	res, err := o.files.api.GetObject(o.ctx, in)
	if err != nil {
		<-o.files.reading
		return translate(o.outer, err)
	}
	o.body = res.Body
	return nil
}

// Seek implements io.Seeker.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	to := offset
	switch whence {
	case io.SeekCurrent:
		to += o.at
	case io.SeekEnd:
		to += o.size
	}
	if to < 0 {
		return 0, errors.New("seek before the start of a picture")
	}
	if to != o.at {
		o.leave()
		o.at = to
	}
	return to, nil
}

// leave ends the request under way.
func (o *object) leave() {
	if o.body == nil {
		return
	}
	_ = o.body.Close()
	o.body = nil
	<-o.files.reading
}

// Close implements io.Closer.
func (o *object) Close() error {
	o.leave()
	o.cancel()
	return nil
}

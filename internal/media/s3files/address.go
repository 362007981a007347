package s3files

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/throng-social/throng/internal/media"
)

// newSigner signs nothing beyond what is asked: a checksum of bytes that are not
// known yet would be that of none.
func newSigner(api *s3.Client) *s3.PresignClient {
	return s3.NewPresignClient(api, s3.WithPresignClientFromClientOptions(func(o *s3.Options) {
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	}))
}

// Address implements media.Files. Nothing is asked of the bucket. Type and length
// are among the signed headers, which every client sends with a body of its own
// accord.
func (f *Files) Address(ctx context.Context, u media.Upload) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := f.signer.PresignPutObject(ctx,
		&s3.PutObjectInput{Bucket: f.bucket, Key: arrivedKey(u.MediaID), ContentType: aws.String(u.ContentType), ContentLength: aws.Int64(u.Size)},
		s3.WithPresignExpires(u.Until.Sub(u.From)),
		func(o *s3.PresignOptions) { o.Presigner = since{v4.NewSigner(unescaped), u.From} },
	)
	if err != nil {
		return "", translate(ctx, err)
	}
	return req.URL, nil
}

// unescaped is how S3 wants paths to be signed.
func unescaped(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }

// since signs as of a given time.
type since struct {
	*v4.Signer

	from time.Time
}

// PresignHTTP implements s3.HTTPPresignerV4.
func (s since) PresignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, o ...func(*v4.SignerOptions)) (string, http.Header, error) {
	return s.Signer.PresignHTTP(ctx, c, r, hash, service, region, s.from, o...)
}

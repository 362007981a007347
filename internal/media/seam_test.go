package media_test

import (
	"context"
	"testing"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// reach makes clients of the noun over a seam.
func reach(t testing.TB, seam rpctest.Seam, noun *media.Service) (mediav1connect.MediaServiceClient, mediav1connect.MediaInternalServiceClient) {
	t.Helper()
	if seam == rpctest.InProcess {
		return within{noun}, within{noun}
	}
	edge, internal := rpctest.Public(t), rpctest.Internal(t)
	edge.Mount(mediav1connect.NewMediaServiceHandler(noun, edge.Options()))
	internal.Mount(mediav1connect.NewMediaInternalServiceHandler(noun, internal.Options()))
	return mediav1connect.NewMediaServiceClient(edge.Client, edge.URL, edge.ClientOptions),
		mediav1connect.NewMediaInternalServiceClient(internal.Client, internal.URL, internal.ClientOptions)
}

// within stands before the noun in this process.
type within struct{ noun *media.Service }

func (w within) CreateUpload(ctx context.Context, req *mediav1.CreateUploadRequest) (*mediav1.CreateUploadResponse, error) {
	return rpctest.Within(ctx, w.noun.CreateUpload, req)
}

func (w within) GetMedia(ctx context.Context, req *mediav1.GetMediaRequest) (*mediav1.GetMediaResponse, error) {
	return rpctest.Within(ctx, w.noun.GetMedia, req)
}

func (w within) Claim(ctx context.Context, req *mediav1.ClaimRequest) (*mediav1.ClaimResponse, error) {
	return rpc.Within(ctx, w.noun.Claim, req)
}

func (w within) Resolve(ctx context.Context, req *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	return rpc.Within(ctx, w.noun.Resolve, req)
}

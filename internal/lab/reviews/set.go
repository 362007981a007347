package reviews

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// diskRatio is how many times the set's files are on disk: they themselves, and what
	// the import and its replica make of them.
	diskRatio = 1 + 2*4
	// productsPage is how many products are found with one call.
	productsPage = 100
)

// checkSet wants room for the set, unless it is there.
func (s *stage) checkSet(folder string) error {
	return deployment.CheckRoom(folder, s.Set, diskRatio*s.Set.Disk())
}

// load generates the set and imports it through the API, unless it is there. A load that
// was interrupted goes on where it was: the same seed makes the same set.
func (s *stage) load(ctx context.Context) error {
	if s.Server != "" {
		return nil
	}
	there, err := deployment.Has(s.Folder, s.Set)
	if err != nil || there {
		return err
	}
	files := filepath.Join(s.Folder, "files")
	defer os.RemoveAll(files) //nolint:errcheck // what is left goes with the folder, or is written over
	if _, err := generate.Write(ctx, s.Set, files, s.Out); err != nil {
		return err
	}
	if err := s.carry(ctx, files); err != nil {
		return err
	}
	return deployment.Keep(ctx, s.Deployment, s.Set)
}

// carry imports the files.
func (s *stage) carry(ctx context.Context, files string) error {
	began := time.Now()
	done, err := imports.Reviews(ctx, imports.ReviewsConfig{Client: throng.New(s.Base, throng.WithToken(s.token)), Path: files, Out: s.Out})
	if err == nil && done.Reviews != s.Set.Reviews {
		err = fmt.Errorf("%d reviews were imported, not %d", done.Reviews, s.Set.Reviews)
	}
	if err != nil {
		return err
	}
	s.loaded = &Loaded{Products: done.ProductsCreated, Reviews: done.ReviewsCreated, Seconds: time.Since(began).Seconds()}
	fmt.Fprintln(s.Out, done)
	return nil
}

var errNoProducts = errors.New("the deployment has no products: load some with `throng import reviews`")

// findProducts finds all that there are, as anybody may.
func (s *stage) findProducts(ctx context.Context) error {
	client := reviewv1connect.NewReviewServiceClient(load.NewClient(1), s.Base)
	bar := progress.New(s.Out, "finding", "products", s.Set.Products)
	defer bar.Finish()
	for token := ""; ; {
		res, err := s.productsPage(ctx, client, token)
		if err != nil {
			return err
		}
		for _, p := range res.GetProducts() {
			product, err := uuid.Parse(p.GetId())
			if err != nil {
				return err
			}
			s.products = append(s.products, product)
		}
		bar.Step(len(res.GetProducts()))
		if token = res.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(s.products) == 0 {
		return errNoProducts
	}
	return nil
}

func (s *stage) productsPage(ctx context.Context, client reviewv1connect.ReviewServiceClient, token string) (*reviewv1.ListProductsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return client.ListProducts(ctx, &reviewv1.ListProductsRequest{PageSize: productsPage, PageToken: token})
}

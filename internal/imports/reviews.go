package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

// ReviewsConfig says what to import.
type ReviewsConfig struct {
	Client *throng.Client
	// Path is a folder with a set of CSV files (review_set.go), a CSV file
	// (review_table.go), or JSON Lines by the ending .jsonl or .ndjson
	// (review_json.go). Files may be gzipped, with .gz after the ending of the last.
	Path string
	// Prefix is put before the names of products.
	Prefix string
	// Date is of the reviews of a CSV file, which has none, in milliseconds since 1970.
	Date int64
	// MaxErrors is how many bad lines are passed over; the next ends the import.
	MaxErrors int
	// Streams is how many streams carry the rows side by side, 1 to 4; 0 means 2.
	Streams int
	// Out is where progress and bad lines are written.
	Out io.Writer
}

// ReviewsSummary is what an import of reviews did.
type ReviewsSummary struct {
	// Reviews that were read.
	Reviews int64
	// Bad is how many lines could not be read, Strays how many photos and values are
	// of reviews that were not.
	Bad, Strays int64
	// What the server made of the others.
	ProductsCreated, ReviewsCreated, Refused int64
	Took                                     time.Duration
}

// String is for people.
func (s ReviewsSummary) String() string {
	return fmt.Sprintf("%d reviews: %d products and %d reviews created, %d refused, %d bad lines, %d photos and values of no review, in %.1f s",
		s.Reviews, s.ProductsCreated, s.ReviewsCreated, s.Refused, s.Bad, s.Strays, s.Took.Seconds())
}

// reviewSource reads reviews and their products. It passes over bad lines itself.
type reviewSource interface {
	// next answers a product, and a review of it unless it has none. Products may
	// come again, with the same key; io.EOF after the last.
	next() (*reviewv1.ImportedProduct, *reviewv1.ImportedReview, error)
	// place names the line that was read last.
	place() string
	// size is how many bytes there are, and offset how many of them were read.
	size() int64
	offset() int64
	close() error
}

// Reviews imports reviews with their products. The summary is true also beside an
// error. If ctx ends, what was sent is stored before Reviews returns. It is an error
// when a line was bad or refused.
func Reviews(ctx context.Context, c ReviewsConfig) (ReviewsSummary, error) {
	im := &reviewsImport{tolerance: &tolerance{most: c.MaxErrors}}
	if err := checkText("the prefix", c.Prefix, mostKey/2); err != nil || strings.ContainsAny(c.Prefix, blanks) {
		return im.summary, errors.Join(fmt.Errorf("%q is no beginning of a product's name", c.Prefix), err)
	}
	err := im.open(c)
	if err != nil {
		return im.summary, err
	}
	defer func() { _ = im.source.close() }()
	began := time.Now()
	im.progress = progress.New(c.Out, "importing", "reviews", im.source.size())
	im.tolerance.progress = im.progress
	carrying := &carrier[reviewv1.ImportReviewsRequest, reviewv1.ImportReviewsResponse]{
		open: c.Client.Reviews.ImportReviews, next: im.next, place: im.source.place, count: im.count, progress: im.progress, streams: c.Streams,
	}
	err = carrying.run(ctx)
	im.progress.Finish()
	im.summary.Bad, im.summary.Strays, im.summary.Took = im.tolerance.bad, im.tolerance.strays, time.Since(began)
	return im.summary, im.verdict(err)
}

// reviewsImport is one run. The reader counts rows, the senders what the server did.
type reviewsImport struct {
	source    reviewSource
	tolerance *tolerance
	progress  *progress.Progress
	summary   ReviewsSummary
}

// open finds out what is at a path.
func (im *reviewsImport) open(c ReviewsConfig) error {
	info, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	switch ending := filepath.Ext(strings.TrimSuffix(c.Path, ".gz")); {
	case info.IsDir():
		im.source, err = openReviewSet(c.Path, c.Prefix, im.tolerance)
	case ending == ".jsonl" || ending == ".ndjson":
		im.source, err = openReviewJSON(c.Path, c.Prefix, im.tolerance)
	case ending == ".csv":
		im.source, err = openReviewTable(c.Path, c.Prefix, c.Date, im.tolerance)
	default:
		err = fmt.Errorf("%s is no folder, and ends neither with .csv nor with .jsonl or .ndjson", c.Path)
	}
	return err
}

const (
	// messageBytes is about what the largest message has; the server takes 1 MB, and
	// the largest row is less than the rest.
	messageBytes = 640 << 10
	// rowBytes is what a row takes beside what it says.
	rowBytes = 8
)

// next reads the next rows; also those before an error. A message has the products
// of all its reviews, as the others may be stored by another stream, and later.
func (im *reviewsImport) next() (message[reviewv1.ImportReviewsRequest], error) {
	m := message[reviewv1.ImportReviewsRequest]{body: &reviewv1.ImportReviewsRequest{}}
	within, bytes := make(map[string]bool, messageRows), 0
	for len(m.body.GetReviews()) < messageRows && len(m.body.GetProducts()) < messageRows && bytes < messageBytes {
		product, review, err := im.source.next()
		if err != nil {
			m.offset = im.source.offset()
			return m, err
		}
		if key := product.GetKey(); !within[key] {
			within[key] = true
			m.body.Products = append(m.body.Products, product)
			bytes += proto.Size(product) + rowBytes
		}
		if review != nil {
			m.body.Reviews = append(m.body.Reviews, review)
			bytes += proto.Size(review) + rowBytes
			im.summary.Reviews++
		}
		m.rows = max(len(m.body.GetReviews()), 1)
	}
	m.offset = im.source.offset()
	return m, nil
}

// count adds what the server made of a stream.
func (im *reviewsImport) count(a *reviewv1.ImportReviewsResponse) {
	im.summary.ProductsCreated += a.GetProductsCreated()
	im.summary.ReviewsCreated += a.GetReviewsCreated()
	im.summary.Refused += a.GetRefused()
	for _, r := range a.GetRefusals() {
		im.progress.Sayf("line %d: refused, %s", r.GetLine(), r.GetReason())
	}
}

// verdict makes an error of bad and refused lines where there is no other.
func (im *reviewsImport) verdict(err error) error {
	if left := im.summary.Bad + im.summary.Refused; err == nil && left+im.summary.Strays > 0 {
		return fmt.Errorf("%d lines were not imported, and %d photos and values are of no review", left, im.summary.Strays)
	}
	return err
}

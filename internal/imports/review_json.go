package imports

import (
	"errors"
	"fmt"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protojson"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// longestJSON is how long a line may be that has a review.
const longestJSON = 512 << 10

// reviewJSON reads JSON Lines: one object a line, an ImportedReview of the contract.
type reviewJSON struct {
	prefix    string
	tolerance *tolerance
	name      string
	file      *lines
}

func openReviewJSON(path, prefix string, t *tolerance) (*reviewJSON, error) {
	file, err := openLines(path, longestJSON)
	if err != nil {
		return nil, err
	}
	return &reviewJSON{prefix: prefix, tolerance: t, name: filepath.Base(path), file: file}, nil
}

func (j *reviewJSON) close() error  { return j.file.Close() }
func (j *reviewJSON) size() int64   { return j.file.size }
func (j *reviewJSON) offset() int64 { return j.file.offset() }
func (j *reviewJSON) place() string { return fmt.Sprintf("%s line %d", j.name, j.file.number) }

// next implements reviewSource. Products that are not there are made without
// characteristics, as a line has none.
func (j *reviewJSON) next() (*reviewv1.ImportedProduct, *reviewv1.ImportedReview, error) {
	for {
		line, err := j.file.next()
		if err == nil && len(line) == 0 {
			continue
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return nil, nil, err
		}
		review := &reviewv1.ImportedReview{}
		if err == nil {
			err = parseJSONReview(line, j.prefix, review)
		}
		if err == nil {
			review.Line = j.file.number
			return &reviewv1.ImportedProduct{Key: review.GetProductKey()}, review, nil
		}
		if err := j.tolerance.pass(j.place(), err); err != nil {
			return nil, nil, err
		}
	}
}

// parseJSONReview reads an object.
func parseJSONReview(line []byte, prefix string, r *reviewv1.ImportedReview) error {
	if err := protojson.Unmarshal(line, r); err != nil {
		return err
	}
	if r.GetReviewerName() == "" {
		r.ReviewerName = anonymous
	}
	r.ProductKey = prefix + r.GetProductKey()
	return checkReview(r)
}

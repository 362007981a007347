package imports

import (
	"errors"
	"fmt"
	"math"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// reviewTable reads one CSV file in which each row has all that there is of a
// review, in the columns of the Women's Clothing E-Commerce Reviews: its first column
// is the review's id, whatever its name.
type reviewTable struct {
	prefix    string
	date      int64
	tolerance *tolerance
	file      *records
	columns   []int
}

// tableColumns are those of a review table that are imported, in the order in which
// parseTableReview knows them.
var tableColumns = []string{"Clothing ID", "Title", "Review Text", "Rating", "Recommended IND", "Positive Feedback Count", "Class Name"}

// anonymous is the name of reviewers of whom none is told.
const anonymous = "Anonymous"

func openReviewTable(path, prefix string, date int64, t *tolerance) (*reviewTable, error) {
	file, err := openRecords(path)
	if err != nil {
		return nil, err
	}
	columns, err := file.columns(tableColumns...)
	if err == nil && file.column(file.header[0]) == columns[0] {
		err = fmt.Errorf("the first column of %s is %q, but it must be the id of the review", file.name, file.header[0])
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &reviewTable{prefix: prefix, date: date, tolerance: t, file: file, columns: columns}, nil
}

func (t *reviewTable) close() error  { return t.file.Close() }
func (t *reviewTable) size() int64   { return t.file.size }
func (t *reviewTable) offset() int64 { return t.file.offset() }
func (t *reviewTable) place() string { return t.file.place() }

// next implements reviewSource.
func (t *reviewTable) next() (*reviewv1.ImportedProduct, *reviewv1.ImportedReview, error) {
	for {
		row, err := t.file.next()
		if err != nil && !errors.Is(err, errRecord) {
			return nil, nil, err
		}
		product, review := &reviewv1.ImportedProduct{}, &reviewv1.ImportedReview{Line: t.file.number, CreatedMs: t.date, ReviewerName: anonymous}
		if err == nil {
			err = parseTableReview(row, t.columns, t.prefix, product, review)
		}
		if err == nil {
			return product, review, nil
		}
		if err := t.tolerance.pass(t.place(), err); err != nil {
			return nil, nil, err
		}
	}
}

// parseTableReview reads a row, by the places of its columns.
func parseTableReview(row []string, columns []int, prefix string, product *reviewv1.ImportedProduct, r *reviewv1.ImportedReview) error {
	field := func(i int) string { return row[columns[i]] }
	rating, err := parseNumber("the rating", field(3), mostStars)
	if err != nil {
		return err
	}
	if r.Recommend, err = parseTruth("Recommended IND", field(4)); err != nil {
		return err
	}
	helpful, err := parseNumber("the Positive Feedback Count", field(5), math.MaxInt32)
	if err != nil {
		return err
	}
	r.ProductKey, r.Key, r.Summary, r.Body = prefix+field(0), row[0], field(1), field(2)
	r.Rating, r.HelpfulCount = int32(rating), int32(helpful) //nolint:gosec // both are bounded above
	product.Key = r.GetProductKey()
	if class := field(6); class != "" {
		product.Name = class + " " + field(0)
	}
	if err := checkText("the name", product.GetName(), mostProductName); err != nil {
		return err
	}
	return checkReview(r)
}

package imports

import (
	"errors"
	"fmt"
	"math"
	"slices"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// readReview makes a review of a row, with the photos and values that belong to it,
// or nil of a bad one, with which they are passed over.
func (s *reviewSet) readReview(row []string) (*reviewv1.ImportedReview, error) {
	columns := s.columns.review
	id, err := parseNumber("the id", row[columns[0]], math.MaxInt64)
	if err != nil {
		return nil, s.tolerance.pass(s.reviews.place(), err)
	}
	if id <= s.review {
		return nil, fmt.Errorf("%s: %w: id %d comes after %d, but it must ascend", s.reviews.place(), errOrder, id, s.review)
	}
	s.review = id
	r := &reviewv1.ImportedReview{Line: s.reviews.number, ProductKey: s.product.GetKey()}
	wrong := parseSetReview(row, columns, r)
	if err := s.addPhotos(id, r); err != nil {
		return nil, err
	}
	if err := s.addValues(id, r); err != nil {
		return nil, err
	}
	if wrong != nil {
		return nil, s.tolerance.pass(s.reviews.place(), wrong)
	}
	return r, nil
}

// parseSetReview reads a row of reviews.csv, by the places of its columns.
func parseSetReview(row []string, columns []int, r *reviewv1.ImportedReview) (err error) {
	field := func(i int) string { return row[columns[i]] }
	rating, err := parseNumber("the rating", field(1), mostStars)
	if err != nil {
		return err
	}
	if r.CreatedMs, err = parseNumber("the date", field(2), latest); err != nil {
		return err
	}
	if r.Recommend, err = parseTruth("recommend", field(5)); err != nil {
		return err
	}
	if r.Hidden, err = parseTruth("reported", field(6)); err != nil {
		return err
	}
	helpful, err := parseNumber("helpfulness", field(9), math.MaxInt32)
	if err != nil {
		return err
	}
	r.Key, r.Summary, r.Body, r.ReviewerName = field(0), field(3), field(4), field(7)
	if response := field(8); response != "null" {
		r.Response = response
	}
	r.Rating, r.HelpfulCount = int32(rating), int32(helpful) //nolint:gosec // both are bounded above
	return checkReview(r)
}

// addPhotos takes the photos of a review.
func (s *reviewSet) addPhotos(id int64, r *reviewv1.ImportedReview) error {
	if err := s.stray(s.photos, id); err != nil {
		return err
	}
	for {
		row, err := s.photos.take(id)
		if err != nil || row == nil {
			return err
		}
		url := row[s.columns.photo[0]]
		err = checkPhoto(url)
		if err == nil && len(r.GetPhotoUrls()) == mostPhotos {
			err = fmt.Errorf("review %d has %d photos already", id, mostPhotos)
		}
		if err == nil {
			r.PhotoUrls = append(r.PhotoUrls, url)
		} else if err := s.tolerance.pass(s.photos.place(), err); err != nil {
			return err
		}
	}
}

// addValues takes what a review says of the characteristics.
func (s *reviewSet) addValues(id int64, r *reviewv1.ImportedReview) error {
	if err := s.stray(s.values, id); err != nil {
		return err
	}
	for {
		row, err := s.values.take(id)
		if err != nil || row == nil {
			return err
		}
		if err := s.addValue(row, r); err == nil {
			continue
		} else if err := s.tolerance.pass(s.values.place(), err); err != nil {
			return err
		}
	}
}

func (s *reviewSet) addValue(row []string, r *reviewv1.ImportedReview) error {
	characteristic, err := parseNumber("the characteristic_id", row[s.columns.value[0]], math.MaxInt64)
	if err != nil {
		return err
	}
	value, err := parseNumber("the value", row[s.columns.value[1]], mostStars)
	if err != nil {
		return err
	}
	place := slices.Index(s.rated, characteristic)
	switch {
	case value == 0:
		return errors.New("a value is 1 to 5, not 0")
	case place < 0:
		return fmt.Errorf("product %d has no characteristic %d", s.id, characteristic)
	case r.GetValues() == nil:
		r.Values = make([]int32, len(s.rated))
	case r.GetValues()[place] != 0:
		return fmt.Errorf("the review says something of characteristic %d already", characteristic)
	}
	r.Values[place] = int32(value) //nolint:gosec // 1 to 5
	return nil
}

package imports

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// The bounds of the contract. They are kept here as well, as the server refuses a
// message as a whole.
const (
	mostKey             = 64
	mostProductName     = 200
	mostCharacteristics = 20
	mostCharacteristic  = 60
	mostSummary         = 300
	mostBody            = 10_000
	mostReviewer        = 100
	mostResponse        = 5000
	mostPhotos          = 20
	mostPhotoURL        = 1000
	mostStars           = 5
	// latest is the end of the year 2999, in milliseconds since 1970.
	latest = 32_503_680_000_000
)

// checkReview says what the contract has against a review.
func checkReview(r *reviewv1.ImportedReview) error {
	switch {
	case r.GetRating() < 1 || r.GetRating() > mostStars:
		return fmt.Errorf("the rating is 1 to 5, not %d", r.GetRating())
	case r.GetCreatedMs() < 0 || r.GetCreatedMs() > latest:
		return fmt.Errorf("the date %d is no time from 1970 to 2999 in milliseconds", r.GetCreatedMs())
	case r.GetHelpfulCount() < 0:
		return errors.New("helpfulness is less than 0")
	}
	return cmp.Or(
		checkKey("the product", r.GetProductKey()), checkKey("the review's id", r.GetKey()),
		checkText("the summary", r.GetSummary(), mostSummary), checkText("the body", r.GetBody(), mostBody),
		checkText("the reviewer's name", r.GetReviewerName(), mostReviewer), checkText("the response", r.GetResponse(), mostResponse),
		checkPhotos(r.GetPhotoUrls()), checkValues(r.GetValues()),
	)
}

func checkPhotos(urls []string) error {
	if len(urls) > mostPhotos {
		return fmt.Errorf("there are more than %d photos", mostPhotos)
	}
	for _, u := range urls {
		if err := checkPhoto(u); err != nil {
			return err
		}
	}
	return nil
}

func checkPhoto(url string) error {
	rest, found := strings.CutPrefix(url, "http://")
	if !found {
		rest, found = strings.CutPrefix(url, "https://")
	}
	if !found || rest == "" || strings.ContainsAny(rest, blanks) {
		return fmt.Errorf("%.60q is no address of http or https", url)
	}
	return checkText("the photo's address", url, mostPhotoURL)
}

func checkValues(values []int32) error {
	if len(values) > mostCharacteristics {
		return fmt.Errorf("there are more than %d values", mostCharacteristics)
	}
	for _, v := range values {
		if v < 0 || v > mostStars {
			return fmt.Errorf("a value is 1 to 5, not %d", v)
		}
	}
	return nil
}

// blanks are what no key and no address has.
const blanks = "\t\n\f\r \x00"

func checkKey(what, key string) error {
	if key == "" || strings.ContainsAny(key, blanks) {
		return fmt.Errorf("%s, %.60q, is empty or has blanks", what, key)
	}
	return checkText(what, key, mostKey)
}

func checkText(what, text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return fmt.Errorf("%s is not UTF-8", what)
	case strings.IndexByte(text, 0) >= 0:
		return fmt.Errorf("%s has the character NUL", what)
	case len(text) > most && utf8.RuneCountInString(text) > most:
		return fmt.Errorf("%s has more than %d characters", what, most)
	}
	return nil
}

// parseNumber reads a whole number from 0 to most.
func parseNumber(what, text string, most int64) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("%s, %.40q, is no whole number from 0 to %d", what, text, most)
	}
	return n, nil
}

// parseTruth reads true or false, or 1 or 0.
func parseTruth(what, text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "1", "t":
		return true, nil
	case "false", "0", "f", "":
		return false, nil
	}
	return false, fmt.Errorf("%s, %.40q, is neither true nor false", what, text)
}

// ParseDate reads a day, for reviews that have none, as milliseconds since 1970.
func ParseDate(text string) (int64, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err == nil && (day.UnixMilli() < 0 || day.UnixMilli() > latest) {
		err = errors.New("dates are from 1970 to 2999")
	}
	return day.UnixMilli(), err
}

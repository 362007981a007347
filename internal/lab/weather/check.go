package weather

import (
	"regexp"
	"strconv"
	"strings"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

// check says what is wrong with an answer whose values add up to these sums.
func (s sums) check(got *weatherv1.Summary) error {
	if got.GetCount() != s.count || got.GetSum() != s.sum {
		return load.Wrong("%d values with the sum %d, but the file has %d with %d", got.GetCount(), got.GetSum(), s.count, s.sum)
	}
	if s.count == 0 {
		if got == nil || got.Min != nil || got.Max != nil || got.GetMean() != "" {
			return load.Wrong("of no values there is more than nothing: %v", got)
		}
		return nil
	}
	if got.Min == nil || got.Max == nil || got.GetMin() != s.least || got.GetMax() != s.greatest {
		return load.Wrong("values from %d to %d, but the file has %d to %d", got.GetMin(), got.GetMax(), s.least, s.greatest)
	}
	if !s.hasMean(got.GetMean()) {
		return load.Wrong("the mean of %d values with the sum %d is said to be %q", s.count, s.sum, got.GetMean())
	}
	return nil
}

var decimal = regexp.MustCompile(`^-?(0|[1-9]\d*)\.\d{4}$`)

// hasMean says whether a text is the mean with four decimal places: none is closer, and of
// two that are as close it is the even one.
func (s sums) hasMean(text string) bool {
	if !decimal.MatchString(text) || text == "-0.0000" {
		return false
	}
	units, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
	off := 2 * (units*s.count - 100*s.sum)
	off = max(off, -off)
	return err == nil && (off < s.count || off == s.count && units%2 == 0)
}

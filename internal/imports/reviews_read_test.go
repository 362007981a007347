package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buf.build/go/protovalidate"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/progress"
)

// set is a folder of the reference's files, by their names without the ending.
type set map[string]string

const reviewsHeader = "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n"

// review is a row of reviews.csv.
func review(id, product int) string {
	return fmt.Sprintf("%d,%d,4,1596080481467,\"A \"\"summary\"\"\",\"a body\",true,false,\"ann\",\"ann@example.com\",null,7\n", id, product)
}

func (s set) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range s {
		must(t, os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600))
	}
	return dir
}

// read reads all that is at a path, as lines; and what was told of bad ones.
func read(t *testing.T, c ReviewsConfig) (all []string, told string, err error) {
	t.Helper()
	var out bytes.Buffer
	tolerance := &tolerance{most: c.MaxErrors, progress: progress.New(&out, "reading", "reviews", 1)}
	im := &reviewsImport{tolerance: tolerance}
	must(t, im.open(c))
	defer func() { must(t, im.source.close()) }()
	for {
		product, review, err := im.source.next()
		if errors.Is(err, io.EOF) {
			fmt.Fprintf(&out, "%d bad, %d strays", tolerance.bad, tolerance.strays)
			return all, out.String(), nil
		}
		if err != nil {
			return all, out.String(), err
		}
		line := fmt.Sprintf("product %s %s%v", product.GetKey(), product.GetName(), product.GetCharacteristics())
		if review != nil {
			line = fmt.Sprintf("review %s of %s%v%v", review.GetKey(), product.GetKey(), review.GetValues(), review.GetPhotoUrls())
		}
		all = append(all, line)
	}
}

func TestTheFilesOfASetAreJoined(t *testing.T) {
	t.Parallel()
	dir := set{
		"product":                "id,name,slogan\n1,Shoe,x\n2,\"Hat, red\",y\n4,Bag,z\n",
		"characteristics":        "id,product_id,name\n10,1,Fit\n11,1,Width\n12,3,Comfort\n",
		"reviews":                reviewsHeader + review(5, 1) + review(6, 1) + review(7, 5),
		"reviews_photos":         "id,review_id,url\n1,5,http://a.example/1\n2,5,https://a.example/2\n3,7,http://a.example/3\n",
		"characteristic_reviews": "id,characteristic_id,review_id,value\n1,11,5,3\n2,10,6,1\n3,11,6,5\n",
	}.write(t)
	got, told, err := read(t, ReviewsConfig{Path: dir, Prefix: "p"})
	must(t, err)
	want := []string{
		"product p1 Shoe[Fit Width]", "review 5 of p1[0 3][http://a.example/1 https://a.example/2]", "review 6 of p1[1 5][]",
		"product p2 Hat, red[]", "product p3 [Comfort]", "product p4 Bag[]", "product p5 []", "review 7 of p5[][http://a.example/3]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || told != "0 bad, 0 strays" {
		t.Errorf("got\n%s\nwant\n%s\ntold %s", strings.Join(got, "\n"), strings.Join(want, "\n"), told)
	}
}

func TestWhatBelongsToABadReviewIsPassedOverWithIt(t *testing.T) {
	t.Parallel()
	dir := set{
		"characteristics":        "id,product_id,name\n10,1,Fit\n11,1,Fit\n",
		"reviews":                reviewsHeader + review(1, 1) + "2,1,4,1596080481467,\"broken,body,true,false,ann,a@example.com,null,7\n" + review(3, 1) + "4,1,6,1,,,true,false,ann,,null,7\n" + review(5, 1),
		"reviews_photos":         "id,review_id,url\n1,0,http://a.example/0\n2,2,http://a.example/2\n3,4,http://a.example/4\n4,5,ftp://a.example\n5,5,http://a.example/5\n6,9,http://a.example/9\n",
		"characteristic_reviews": "id,characteristic_id,review_id,value\n1,10,1,0\n2,10,2,2\n3,99,3,3\n4,10,5,5\n5,10,5,5\n",
	}.write(t)
	got, told, err := read(t, ReviewsConfig{Path: dir, MaxErrors: 100})
	must(t, err)
	want := []string{"product 1 [Fit]", "review 1 of 1[][]", "review 3 of 1[][]", "review 5 of 1[5][http://a.example/5]"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, line := range []string{
		"characteristics.csv line 3: the product has \"Fit\" already", "reviews.csv line 3: this is no record", "reviews.csv line 5: the rating, \"6\"",
		"reviews_photos.csv line 5: \"ftp://a.example\" is no address", "characteristic_reviews.csv line 2: a value is 1 to 5, not 0",
		"characteristic_reviews.csv line 4: product 1 has no characteristic 99", "characteristic_reviews.csv line 6: the review says something of characteristic 10 already",
		"7 bad, 4 strays",
	} {
		if !strings.Contains(told, line) {
			t.Errorf("%q is not in\n%s", line, told)
		}
	}
}

func TestAFileThatIsNotSortedIsRefusedByLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files set
		want  string
	}{
		"reviews by product": {set{"reviews": reviewsHeader + review(1, 2) + review(2, 1)}, "reviews.csv line 3: the file is not sorted: product_id 1 comes after 2"},
		"reviews by id":      {set{"reviews": reviewsHeader + review(2, 1) + review(1, 1)}, "reviews.csv line 3: the file is not sorted: id 1 comes after 2"},
		"photos": {
			set{"reviews": reviewsHeader + review(1, 1) + review(9, 1), "reviews_photos": "id,review_id,url\n1,7,http://a.example\n2,6,http://a.example\n"},
			"reviews_photos.csv line 3: the file is not sorted: review_id 6 comes after 7",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, ReviewsConfig{Path: c.files.write(t), MaxErrors: 100})
			if !errors.Is(err, errOrder) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestTooManyBadRecordsEndTheReading(t *testing.T) {
	t.Parallel()
	dir := set{"reviews": reviewsHeader + "1\n2\n3\n" + review(4, 1)}.write(t)
	_, _, err := read(t, ReviewsConfig{Path: dir, MaxErrors: 2})
	if !errors.Is(err, errTooManyBad) || !strings.Contains(err.Error(), "stopped at reviews.csv line 4") {
		t.Error("got", err)
	}
}

func TestJSONLinesAreReviews(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "reviews.jsonl")
	must(t, os.WriteFile(name, []byte(`{"productKey": "hat", "key": "1", "rating": 5, "values": [1], "createdMs": "1596080481467"}`+"\n\n{\n"+`{"product_key": "hat", "key": "2", "rating": 9}`), 0o600))
	got, told, err := read(t, ReviewsConfig{Path: name, Prefix: "p_", MaxErrors: 2})
	must(t, err)
	if len(got) != 1 || got[0] != "review 1 of p_hat[1][]" {
		t.Error("got", got)
	}
	for _, want := range []string{"reviews.jsonl line 3: ", "reviews.jsonl line 4: the rating is 1 to 5, not 9"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not in %q", want, told)
		}
	}
}

// agreed holds that what a parser took the contract takes, too.
func agreed(t *testing.T, r *reviewv1.ImportedReview, err error) {
	t.Helper()
	if err != nil {
		if err.Error() == "" {
			t.Error("refused without a word")
		}
		return
	}
	if err := protovalidate.Validate(r); err != nil {
		t.Errorf("took %v: %v", r, err)
	}
}

func FuzzParseSetReview(f *testing.F) {
	columns := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	f.Add("1", "5", "1596080481467", "summary", "body", "true", "0", "ann", "null", "3")
	f.Add("", "6", "-1", "\x00", "\xff", "yes", "false", strings.Repeat("ä", 101), "thanks", "2147483648")
	f.Fuzz(func(t *testing.T, id, rating, date, summary, body, recommend, reported, name, response, helpful string) {
		r := &reviewv1.ImportedReview{ProductKey: "1"}
		err := parseSetReview([]string{id, rating, date, summary, body, recommend, reported, name, response, helpful}, columns, r)
		agreed(t, r, err)
	})
}

func FuzzParseTableReview(f *testing.F) {
	columns := []int{1, 2, 3, 4, 5, 6, 7}
	f.Add("0", "767", "", "Absolutely wonderful", "4", "1", "0", "Intimates", "p_")
	f.Fuzz(func(t *testing.T, id, product, title, text, rating, recommended, helpful, class, prefix string) {
		p, r := &reviewv1.ImportedProduct{}, &reviewv1.ImportedReview{}
		err := parseTableReview([]string{id, product, title, text, rating, recommended, helpful, class}, columns, prefix, p, r)
		agreed(t, r, err)
		if err == nil {
			if err := protovalidate.Validate(p); err != nil {
				t.Errorf("took %v: %v", p, err)
			}
		}
	})
}

func FuzzParseJSONReview(f *testing.F) {
	f.Add([]byte(`{"productKey": "hat", "key": "1", "rating": 5, "photoUrls": ["https://a.example/ä"]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r := &reviewv1.ImportedReview{}
		agreed(t, r, parseJSONReview(line, "p_", r))
	})
}

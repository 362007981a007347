package imports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"connectrpc.com/connect"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/generate"
)

func (d deployment) reviews(ctx context.Context, path string, out io.Writer) (imports.ReviewsSummary, error) {
	return imports.Reviews(ctx, imports.ReviewsConfig{Client: d.operator, Path: path, MaxErrors: 100, Date: 1_514_764_800_000, Out: out})
}

func (d deployment) product(key string) *reviewv1.Product {
	d.t.Helper()
	res, err := d.member.Reviews.GetProduct(d.t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_Key{Key: key}})
	must(d.t, err)
	return res.GetProduct()
}

func (d deployment) meta(p *reviewv1.Product) *reviewv1.ReviewMeta {
	d.t.Helper()
	res, err := d.member.Reviews.GetReviewMeta(d.t.Context(), &reviewv1.GetReviewMetaRequest{ProductId: p.GetId()})
	must(d.t, err)
	return res.GetMeta()
}

// clothing is the file of real reviews, where it is at hand, else a made one of the
// same form.
func clothing(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("THRONG_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	name := filepath.Join(dir, "reviews-clothing.csv")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	t.Log("the real reviews are not at hand; made ones stand for them")
	name = filepath.Join(t.TempDir(), "reviews.csv")
	text := ",Clothing ID,Age,Title,Review Text,Rating,Recommended IND,Positive Feedback Count,Division Name,Department Name,Class Name\n"
	for i := range 1000 {
		text += fmt.Sprintf("%d,%d,30,\"A \"\"title\"\"\",\"Text,\nof two lines\",%d,%d,%d,General,Tops,Knits\n", i, 700+i*i%149, 1+i*7%5, i%2, i%9)
	}
	must(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// counted is what a file of clothing says of a product, by itself.
type counted struct{ stars, n, recommended int64 }

// countClothing reads the file anew, with nothing of the import.
func countClothing(t *testing.T, name string) map[string]*counted {
	t.Helper()
	f, err := os.Open(name)
	must(t, err)
	defer func() { must(t, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	all := map[string]*counted{}
	for _, row := range rows[1:] {
		if all[row[1]] == nil {
			all[row[1]] = &counted{}
		}
		stars, err := strconv.ParseInt(row[5], 10, 64)
		must(t, err)
		all[row[1]].stars += stars
		all[row[1]].n++
		if row[6] == "1" {
			all[row[1]].recommended++
		}
	}
	return all
}

func TestRealReviewsAreImportedOnceWithTheMeansOfTheirFile(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	file := clothing(t)
	want := countClothing(t, file)
	for _, created := range []int64{1000, 0} {
		got, err := d.reviews(t.Context(), file, nil)
		must(t, err)
		if got.Reviews != 1000 || got.ReviewsCreated != created || (got.ProductsCreated > 0) != (created > 0) {
			t.Error("got", got)
		}
	}
	products := 0
	for token, more := "", true; more; more = token != "" {
		res, err := d.member.Reviews.ListProducts(t.Context(), &reviewv1.ListProductsRequest{PageSize: 100, PageToken: token})
		must(t, err)
		token = res.GetNextPageToken()
		products += len(res.GetProducts())
	}
	if products != len(want) || strings.Contains(file, "shared") && products != 149 {
		t.Errorf("%d products", products)
	}
	for key, c := range want {
		m := d.meta(d.product(key))
		mean := evenly(big.NewRat(c.stars, c.n))
		if m.GetTotal() != c.n || m.GetRecommended() != c.recommended || m.GetMeanRating() != mean {
			t.Errorf("product %s has %v, want %d reviews, %d recommended, mean %s", key, m, c.n, c.recommended, mean)
		}
	}
	must(t, d.app.Recount(t.Context(), "review", io.Discard))
}

// evenly writes a number to four places, half to even.
func evenly(r *big.Rat) string {
	scaled := new(big.Rat).Mul(r, big.NewRat(10_000, 1))
	whole, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	switch new(big.Int).Lsh(rest, 1).Cmp(scaled.Denom()) {
	case 1:
		whole.Add(whole, big.NewInt(1))
	case 0:
		whole.Add(whole, big.NewInt(int64(whole.Bit(0))))
	}
	return new(big.Rat).SetFrac(whole, big.NewInt(10_000)).FloatString(4)
}

func TestAGeneratedSetIsImportedWholeAndOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	dir := t.TempDir()
	spec, err := generate.Of(600, 3)
	must(t, err)
	_, err = generate.Write(t.Context(), spec, dir, nil)
	must(t, err)
	got, err := d.reviews(t.Context(), dir, nil)
	must(t, err)
	if got.ProductsCreated != spec.Products || got.ReviewsCreated != spec.Reviews || got.Bad+got.Strays+got.Refused != 0 {
		t.Errorf("got %v of %v", got, spec)
	}
	must(t, d.app.Recount(t.Context(), "review", io.Discard))
	var characteristics, values int64
	for key := range spec.Products {
		p := d.product(strconv.FormatInt(key+1, 10))
		characteristics += int64(len(p.GetCharacteristics()))
		for _, c := range d.meta(p).GetCharacteristics() {
			values += c.GetCount()
		}
	}
	// Those of reviews that are hidden do not count.
	if characteristics != spec.Characteristics || values > spec.Values || values < spec.Values*98/100 {
		t.Errorf("%d characteristics and %d values of %v", characteristics, values, spec)
	}
	again, err := d.reviews(t.Context(), dir, nil)
	must(t, err)
	if again.Reviews != spec.Reviews || again.ProductsCreated+again.ReviewsCreated != 0 {
		t.Error("again", again)
	}
}

func TestAnInterruptedImportOfReviewsGoesOnWhenRunAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	name := filepath.Join(t.TempDir(), "reviews.jsonl")
	var text strings.Builder
	const rows = 20_000
	for i := range rows {
		if i == 5500 {
			fmt.Fprintln(&text, "a bad line that is told of in the midst")
		}
		fmt.Fprintf(&text, `{"productKey": "p%d", "key": "%d", "rating": %d}`+"\n", i%50, i, 1+i%5)
	}
	must(t, os.WriteFile(name, []byte(text.String()), 0o600))
	ctx, interrupt := context.WithCancel(t.Context())
	got, err := d.reviews(ctx, name, onWrite(interrupt))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again to go on") || got.ReviewsCreated < 5000 || got.ReviewsCreated >= rows {
		t.Fatal("got", got, err)
	}
	again, err := d.reviews(t.Context(), name, nil)
	if err == nil || again.ReviewsCreated+got.ReviewsCreated != rows || again.ProductsCreated+got.ProductsCreated != 50 || again.Bad != 1 {
		t.Errorf("got %v, then %v, %v", got, again, err)
	}
	must(t, d.app.Recount(t.Context(), "review", io.Discard))
}

func TestABrokenQuoteInAFileIsNamedAndTheRestIsImportedOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	dir := t.TempDir()
	rows := "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n"
	for i := 1; i <= 9; i++ {
		body := `"quoted ""text"", 👍 שלום"`
		if i == 4 {
			body = `"a quote that is not closed`
		}
		rows += fmt.Sprintf("%d,1,5,1596080481467,\"summary\",%s,true,false,\"ann\",\"ann@example.com\",null,0\n", i, body)
	}
	must(t, os.WriteFile(filepath.Join(dir, "reviews.csv"), []byte(rows), 0o600))
	for _, created := range []int64{8, 0} {
		var out bytes.Buffer
		got, err := d.reviews(t.Context(), dir, &out)
		if err == nil || got.Bad != 1 || got.ReviewsCreated != created || !strings.Contains(out.String(), "reviews.csv line 5: ") {
			t.Errorf("got %v, %v: %s", got, err, out.String())
		}
	}
	res, err := d.member.Reviews.ListReviews(t.Context(), &reviewv1.ListReviewsRequest{ProductId: d.product("1").GetId()})
	must(t, err)
	if len(res.GetReviews()) != 8 || res.GetReviews()[0].GetBody() != `quoted "text", 👍 שלום` {
		t.Error("got", res.GetReviews())
	}
}

func TestRefusedReviewsAreNamedToo(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	name := filepath.Join(t.TempDir(), "reviews.ndjson")
	must(t, os.WriteFile(name, []byte(`{"productKey": "p", "key": "1", "rating": 1}`+"\n"+`{"productKey": "p", "key": "2", "rating": 1, "values": [3]}`), 0o600))
	var out bytes.Buffer
	got, err := d.reviews(t.Context(), name, &out)
	if err == nil || got.Refused != 1 || got.ReviewsCreated != 1 || !strings.Contains(out.String(), "line 2: refused, characteristic_unknown") {
		t.Error("got", got, err, out.String())
	}
	if _, err := imports.Reviews(t.Context(), imports.ReviewsConfig{Client: d.member, Path: name}); connect.CodeOf(err) != connect.CodePermissionDenied {
		t.Error("a member got", err)
	}
}

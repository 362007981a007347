package main

import (
	"context"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/imports"
)

type importReviewsCommand struct {
	importTarget `embed:""`
	Path         string `arg:"" type:"path" help:"A folder, a .csv, or a .jsonl; see above."`
	Prefix       string `help:"Put before each product's id to make its key."`
	Date         string `default:"2018-01-01" help:"The day of the reviews of a single CSV file, which has none."`
	Streams      int    `default:"2" help:"How many streams carry the reviews side by side, 1 to 4."`
}

// Help tells what is read.
func (*importReviewsCommand) Help() string {
	return `A folder has reviews.csv (id, product_id, rating, date, summary, body, recommend, reported, reviewer_name,
response, helpfulness) and, where there are, product.csv (id, name), characteristics.csv (id, product_id, name),
characteristic_reviews.csv (id, characteristic_id, review_id, value) and reviews_photos.csv (id, review_id, url).
Columns are found by their names, and others are left out, reviewer_email among them. Dates are milliseconds since
1970; recommend and reported are true or false, or 1 or 0; a reported review is hidden; a response "null" is none.
reviews.csv must be sorted by product_id and by id, product.csv by id, characteristics.csv by product_id, and the
other two by review_id: each is read once, in step with the others.

A .csv by itself has the columns of the Women's Clothing E-Commerce Reviews. The first column is the review's id,
Clothing ID is the product, Title the summary, Review Text the body, Rating the stars, Recommended IND whether the
reviewer recommends the product, Positive Feedback Count how many people it helped; a product is named by its Class
Name and id. Age, Division Name and Department Name are left out. Reviewers are "Anonymous", and the date is --date.

A .jsonl or .ndjson has an object a line, with the fields of throng.review.v1.ImportedReview as its JSON form has
them: productKey, key, rating, summary, body, recommend, reviewerName, createdMs, helpfulCount, hidden, response,
photoUrls, values.

A file by itself may be gzipped. A bad line is named and passed over. Reviews that are there already, by the ids of product and
review, add nothing, so an import that was interrupted goes on when it is run again.`
}

// Run imports; running it again adds what is missing.
func (c *importReviewsCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	date, err := imports.ParseDate(c.Date)
	if err != nil {
		return err
	}
	if err := c.checkDisk(func() (int64, error) { return imports.ReviewsDisk(c.Path) }); err != nil {
		return err
	}
	summary, err := imports.Reviews(ctx, imports.ReviewsConfig{
		Client: client, Path: c.Path, Prefix: c.Prefix, Date: date, MaxErrors: c.MaxErrors, Streams: c.Streams, Out: os.Stderr,
	})
	fmt.Println(summary)
	return err
}

package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
)

// shop is a database of its own with products and reviews in it, which stand still.
type shop struct {
	settings app.Settings
	set      *reviewSet
	// products are their ids; hot are those with the most reviews.
	products, hot []string
	// readers are not signed in.
	readers []*reader
}

const (
	shopName = "shop"
	// hotProducts is how many products are read again and again.
	hotProducts = 11
	shopReaders = 64
)

// openShop makes the shop where there is none of the size yet.
func (w *world) openShop(ctx context.Context, r *report) (*shop, error) {
	if w.shop != nil {
		return w.shop, nil
	}
	set, err := w.reviews(ctx, r)
	if err != nil {
		return nil, err
	}
	s := &shop{set: set, readers: signedOut(shopReaders)}
	if s.settings, err = w.newSettings(shopName); err != nil {
		return nil, err
	}
	if err := w.fillShop(ctx, s); err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	w.shop = s
	return s, nil
}

// fillShop uses what a kept folder has.
func (w *world) fillShop(ctx context.Context, s *shop) error {
	there, err := s.isThere(ctx)
	if err != nil || there {
		return err
	}
	return w.filled(ctx, shopName, s.set.load)
}

// isThere says whether the database has the whole set; one that is not there has not.
func (s *shop) isThere(ctx context.Context) (bool, error) {
	conn, err := pgx.Connect(ctx, s.settings.URL)
	if err != nil {
		return false, ctx.Err()
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var products, reviews int64
	if err := conn.QueryRow(ctx, "SELECT (SELECT count(*) FROM review_products), (SELECT count(*) FROM reviews)").Scan(&products, &reviews); err != nil {
		return false, ctx.Err()
	}
	return products == s.set.Products && reviews == s.set.Reviews, nil
}

// look finds what is to be read.
func (s *shop) look(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, q := range []struct {
		ids *[]string
		sql string
	}{
		{&s.products, "SELECT id::text FROM review_products ORDER BY id"},
		{&s.hot, fmt.Sprintf("SELECT product_id::text FROM review_meta ORDER BY stars_1 + stars_2 + stars_3 + stars_4 + stars_5 DESC, product_id LIMIT %d", hotProducts)},
	} {
		rows, err := conn.Query(ctx, q.sql)
		if err != nil {
			return err
		}
		if *q.ids, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
	}
	return nil
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/generate"
	throng "github.com/throng-social/throng/sdk/go"
)

// reviewSet is a generated set of products and reviews, in files.
type reviewSet struct {
	generate.Spec

	dir string
}

// reviews makes the set where there is none yet.
func (w *world) reviews(ctx context.Context, r *report) (*reviewSet, error) {
	if w.set != nil {
		return w.set, nil
	}
	spec, err := generate.Of(w.size.Products, 1)
	if err != nil {
		return nil, err
	}
	r.sayf("making reviews: %v", spec)
	set := &reviewSet{Spec: spec, dir: filepath.Join(w.dir, "reviews")}
	if err := errors.Join(spec.CheckDisk(w.dir), w.template(ctx)); err != nil {
		return nil, err
	}
	if _, err := generate.Write(ctx, spec, set.dir, nil); err != nil {
		return nil, err
	}
	w.set = set
	return set, nil
}

// load imports a set into a database that is a copy of the empty one, and answers how
// long that took until a replica has it, too.
func (w *world) load(ctx context.Context, database string, set *reviewSet) (took time.Duration, err error) {
	s, err := w.newSettings(database)
	if err != nil {
		return 0, err
	}
	r, err := run(ctx, w, s, "import")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	token, err := r.app.Token(ctx, operatorName, tokenLife)
	if err != nil {
		return 0, err
	}
	client := throng.New(r.base(), throng.WithToken(token))
	began := time.Now()
	done, err := imports.Reviews(ctx, imports.ReviewsConfig{Client: client, Path: set.dir})
	if err != nil {
		return 0, err
	}
	if err := w.caughtUp(ctx); err != nil {
		return 0, err
	}
	took = time.Since(began)
	if done.ReviewsCreated != set.Reviews || done.ProductsCreated != set.Products {
		return 0, fmt.Errorf("the import made %v", done)
	}
	return took, nil
}

// catchUps is how often a replica is waited for that has a lot to replay.
const catchUps = 20

// caughtUp waits until the replica has a large load, too.
func (w *world) caughtUp(ctx context.Context) (err error) {
	for range catchUps {
		if err = w.pg.CatchUp(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

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
	s := &shop{set: set, readers: make([]*reader, shopReaders)}
	for i := range s.readers {
		s.readers[i] = &reader{}
	}
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
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + shopName + " WITH (FORCE)", "CREATE DATABASE " + shopName + " TEMPLATE " + emptyName} {
		if err := w.exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := w.pg.CatchUp(ctx); err != nil {
		return err
	}
	if _, err := w.load(ctx, shopName, s.set); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return w.vacuum(ctx, conn)
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

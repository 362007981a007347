package bench

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	emptyName    = "empty"
	operatorName = "bench_operator"
)

// template makes the empty database, with an operator in it.
func (w *world) template(ctx context.Context) error {
	if err := w.migrated(ctx, emptyName); err != nil {
		return err
	}
	s, err := w.newSettings(emptyName)
	if err != nil {
		return err
	}
	r, err := run(ctx, w, s, "empty")
	if err != nil {
		return err
	}
	_, err = throng.New(r.base()).Users.Register(ctx, &userv1.RegisterRequest{
		Email: "operator@example.org", Handle: operatorName, Password: "correct horse", IdempotencyKey: "bench-operator",
	})
	if err == nil {
		err = r.app.SetRole(ctx, operatorName, "admin")
	}
	return errors.Join(err, r.stop())
}

// withEmpty lends a fresh copy of the empty database.
func (w *world) withEmpty(ctx context.Context, use func(database string) error) error {
	conn, err := pgx.Connect(ctx, w.pg.WriterURL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const name = "round"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name + " TEMPLATE " + emptyName, "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := w.pg.CatchUp(ctx); err != nil {
		return err
	}
	err = use(name)
	_, dropErr := conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
	return errors.Join(err, dropErr)
}

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// plannedOnce keeps the first plan of a statement whatever its arguments are. As they
	// come, statements that take a list are planned for each list.
	plannedOnce = "force_generic_plan"
	// A plan is made for tables as large as they are then, and Postgres keeps it until it
	// has looked at them again, which may be a minute later. Of a queue that was empty and
	// has a crowd's jobs by then each look would go through all of them.
	queuePlansLast, plansLast = time.Second, 10 * time.Second
)

// renewPlans has connections forget the plans that they keep after a time.
func renewPlans(c *pgxpool.Config, last time.Duration) {
	c.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		const planned = "planned"
		made, ok := conn.PgConn().CustomData()[planned].(time.Time)
		if ok && time.Since(made) < last {
			return true, nil
		}
		conn.PgConn().CustomData()[planned] = time.Now()
		if !ok {
			return true, nil // a new one has none
		}
		// One that cannot do that is lost, and another one is taken.
		_, err := conn.PgConn().Exec(ctx, "DISCARD PLANS").ReadAll()
		return err == nil, nil
	}
}

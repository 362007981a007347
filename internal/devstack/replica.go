package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// standbySignal is the file at whose sight a server follows instead of taking writes.
const standbySignal = "standby.signal"

// slotName is a replica's replication slot on the primary, which keeps the log that the replica still needs, and the
// name under which the replica reports. Replicas are counted from 0 in calls and from 1 in names.
func slotName(replica int) string { return "replica_" + strconv.Itoa(replica+1) }

// startReplicas starts as many as were asked for, side by side, and forgets the slots of those that are no more: an idle
// slot would have the primary keep log and dead rows for nobody.
func (p *Postgres) startReplicas(ctx context.Context) error {
	wanted := make([]string, 0, p.options.Replicas)
	for i := range p.options.Replicas {
		p.replicas = append(p.replicas, p.cluster("replica"+strconv.Itoa(i+1), func() string { return p.replicaSettings(i) }))
		wanted = append(wanted, slotName(i))
	}
	err := p.primary.do(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
			WHERE slot_name ~ '^replica_[0-9]+$' AND NOT active AND slot_name <> ALL ($1)`, wanted)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop old replication slots: %w", err)
	}
	return p.eachReplica(func(i int, c *cluster) error { return p.startReplica(ctx, i, c) })
}

// eachReplica works on all replicas at once.
func (p *Postgres) eachReplica(work func(i int, c *cluster) error) error {
	errs := make(chan error)
	for i, c := range p.replicas {
		go func() { errs <- work(i, c) }()
	}
	var all []error
	for range p.replicas {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// startReplica goes on with the copy of last time where it still follows the primary, and makes a new one otherwise.
func (p *Postgres) startReplica(ctx context.Context, i int, c *cluster) error {
	if p.related(ctx, i, c) {
		err := p.follow(ctx, i, c, 3*time.Second)
		if err == nil || ctx.Err() != nil {
			return err
		}
		p.log.WarnContext(ctx, "replica no longer follows and is built anew", slog.String("server", c.name), slog.Any("error", err))
		if err := c.crash(ctx); err != nil {
			return err
		}
	}
	if err := p.rebuild(ctx, i, c); err != nil {
		return fmt.Errorf("build postgres %s: %w", c.name, err)
	}
	return p.follow(ctx, i, c, 30*time.Second)
}

// related tells whether a copy is one of this very primary, which still has the log that the copy needs. What it
// cannot see, such as a copy that is ahead of a primary from a backup, follow finds out.
func (p *Postgres) related(ctx context.Context, i int, c *cluster) bool {
	_, err := os.Stat(c.folder.join(c.name, standbySignal)) // gone when somebody promoted it
	if err != nil || !c.exists() || !bytes.Equal(systemID(c), systemID(p.primary)) {
		return false
	}
	var kept bool
	err = p.primary.do(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_replication_slots
			WHERE slot_name = $1 AND wal_status <> 'lost')`, slotName(i)).Scan(&kept)
	})
	return err == nil && kept
}

// systemID is what initdb gave a cluster and all its copies: the first eight bytes of the control file.
func systemID(c *cluster) []byte {
	text, err := os.ReadFile(c.folder.join(c.name, "global", "pg_control"))
	if err != nil || len(text) < 8 {
		return nil
	}
	return text[:8]
}

// follow starts the replica, and waits until it has joined the primary's stream and takes connections. grace is how long
// it may show no progress.
func (p *Postgres) follow(ctx context.Context, i int, c *cluster, grace time.Duration) error {
	if err := p.run(ctx, c, 0); err != nil {
		return err
	}
	err := p.primary.do(ctx, func(conn *pgx.Conn) error { return c.joins(ctx, conn, slotName(i), grace) })
	if err == nil {
		err = c.await(ctx, "SELECT pg_is_in_recovery()")
	}
	if err != nil {
		return fmt.Errorf("%w; the end of %s says: %s", err, c.log.path, c.log.tail())
	}
	return nil
}

// joins waits until the primary, asked over conn, streams to the replica. To replay what it missed may take its time.
func (c *cluster) joins(ctx context.Context, conn *pgx.Conn, name string, grace time.Duration) error {
	var state string
	progress := time.Now()
	err := until(ctx, startLimit, func() bool {
		if state = streamState(ctx, conn, name); state == "catchup" {
			progress = time.Now()
		}
		return state == "streaming" || !c.proc.running() || time.Since(progress) > grace
	})
	if err == nil && state != "streaming" {
		err = errors.New("no stream from the primary")
	}
	if err != nil {
		return fmt.Errorf("follow with postgres %s: %w", c.name, err)
	}
	return nil
}

func streamState(ctx context.Context, conn *pgx.Conn, name string) string {
	var state string
	err := conn.QueryRow(ctx, "SELECT state FROM pg_stat_replication WHERE application_name = $1", name).Scan(&state)
	if err != nil {
		return ""
	}
	return state
}

// CatchUp waits until every replica shows all that was committed on the primary when it was called.
func (p *Postgres) CatchUp(ctx context.Context) error {
	if len(p.replicas) == 0 {
		return nil
	}
	var position string
	err := p.primary.do(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT pg_current_wal_lsn()::text").Scan(&position)
	})
	if err != nil {
		return err
	}
	return p.eachReplica(func(_ int, c *cluster) error {
		return c.await(ctx, "SELECT coalesce(pg_last_wal_replay_lsn() >= '"+position+"', false)")
	})
}

// await asks the server a yes-or-no question until the answer is yes.
func (c *cluster) await(ctx context.Context, question string) error {
	return c.do(ctx, func(conn *pgx.Conn) error {
		var failed error
		err := until(ctx, startLimit, func() (yes bool) {
			failed = conn.QueryRow(ctx, question).Scan(&yes)
			return yes || failed != nil
		})
		if err = errors.Join(err, failed); err != nil {
			return fmt.Errorf("wait for postgres %s: %w", c.name, err)
		}
		return nil
	})
}

// rebuild replaces the replica's directory by a fresh copy of the primary's.
func (p *Postgres) rebuild(ctx context.Context, i int, c *cluster) error {
	temp := c.name + ".new"
	if err := c.endOrphan(ctx); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(c.dir()), os.RemoveAll(p.folder.join(temp)), p.renewSlot(ctx, slotName(i))); err != nil {
		return err
	}
	if err := p.backup(ctx, temp); err != nil {
		return err
	}
	if err := p.folder.write(temp+"/"+standbySignal, ""); err != nil {
		return err
	}
	return os.Rename(p.folder.join(temp), c.dir())
}

// renewSlot makes a slot that keeps the log from now on. The old one is in use for a moment after its replica ended.
func (p *Postgres) renewSlot(ctx context.Context, name string) error {
	return p.primary.do(ctx, func(conn *pgx.Conn) error {
		var dropped error
		err := until(ctx, patience, func() bool {
			_, dropped = conn.Exec(ctx, `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
				WHERE slot_name = $1`, name)
			var failure *pgconn.PgError
			return !errors.As(dropped, &failure) || failure.Code != "55006" // object_in_use
		})
		if err = errors.Join(err, dropped); err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "SELECT pg_create_physical_replication_slot($1, true)", name)
		return err
	})
}

package devstack

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// StopPrimary ends the primary in order; replicas go on serving reads. It is no reason for Done.
func (p *Postgres) StopPrimary(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.primary.stop(ctx)
}

// KillPrimary ends the primary at once, as a crash would: the next StartPrimary recovers. It is no reason for Done.
func (p *Postgres) KillPrimary(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.primary.crash(ctx)
}

// StartPrimary brings a stopped or killed primary back on the same port. Replicas find it by themselves (see CatchUp).
func (p *Postgres) StartPrimary(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("postgres is closed")
	}
	if p.primary.proc.running() {
		return nil
	}
	return p.run(ctx, p.primary, p.primary.port)
}

// PauseReplay lets a replica, counted from 0, fall behind: it still receives what the primary writes, and shows none of
// it until ResumeReplay. The primary then waits for nothing, as replicas are asynchronous.
func (p *Postgres) PauseReplay(ctx context.Context, replica int) error {
	return p.replay(ctx, replica, "SELECT pg_wal_replay_pause()", "SELECT pg_get_wal_replay_pause_state() = 'paused'")
}

// ResumeReplay lets a paused replica go on. It does not wait until the replica has caught up: CatchUp does.
func (p *Postgres) ResumeReplay(ctx context.Context, replica int) error {
	return p.replay(ctx, replica, "SELECT pg_wal_replay_resume()", "SELECT pg_get_wal_replay_pause_state() = 'not paused'")
}

func (p *Postgres) replay(ctx context.Context, replica int, change, changed string) error {
	if replica < 0 || replica >= len(p.replicas) {
		return fmt.Errorf("replica %d of %d", replica, len(p.replicas))
	}
	c := p.replicas[replica]
	err := c.do(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, change)
		return err
	})
	if err != nil {
		return err
	}
	return c.await(ctx, changed)
}

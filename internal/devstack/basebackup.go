package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// backup copies the running primary into a new directory of the data folder, with pg_basebackup where the installation
// has it. The log written meanwhile is not copied: the replica's slot keeps it.
func (p *Postgres) backup(ctx context.Context, name string) error {
	if !p.bin.has("pg_basebackup") {
		return p.copyBackup(ctx, name)
	}
	args := []string{
		"-D", p.folder.join(name), "-h", "127.0.0.1", "-p", strconv.Itoa(p.primary.port), "-U", superuser,
		"--no-password", "--checkpoint", "fast", "--wal-method", "none",
	}
	if !p.options.Durable {
		args = append(args, "--no-sync")
	}
	return run(ctx, command{
		path: p.bin.path("pg_basebackup"), args: args, account: p.folder.account,
		env: []string{"PGPASSWORD=" + p.password, "PGSSLMODE=disable", "PGGSSENCMODE=disable"},
	})
}

// copyBackup does by hand what pg_basebackup does, for installations without it: between the two calls that open and
// end a backup the files may be copied while they change, as the log repairs what was copied half old and half new.
func (p *Postgres) copyBackup(ctx context.Context, name string) error {
	begin, end := "SELECT pg_backup_start('throng', true)", "SELECT labelfile FROM pg_backup_stop(false)"
	if p.bin.major < 15 {
		begin, end = "SELECT pg_start_backup('throng', true, false)", "SELECT labelfile FROM pg_stop_backup(false, false)"
	}
	return p.primary.do(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, begin); err != nil {
			return fmt.Errorf("begin backup: %w", err)
		}
		if err := p.copyFiles(ctx, name); err != nil {
			return fmt.Errorf("copy files: %w", err)
		}
		var label string
		if err := conn.QueryRow(ctx, end).Scan(&label); err != nil {
			return fmt.Errorf("end backup: %w", err)
		}
		return p.folder.write(name+"/backup_label", label)
	})
}

// emptied are the directories whose content belongs to the running primary alone.
var emptied = []string{
	"pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans", "pgsql_tmp",
}

func (p *Postgres) copyFiles(ctx context.Context, name string) error {
	return filepath.WalkDir(p.primary.dir(), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || entry != nil && skipped(entry) {
			return nil // a table may be dropped under way
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		relative, err := filepath.Rel(p.primary.dir(), path)
		if err != nil {
			return err
		}
		target := p.folder.join(name, relative)
		if !entry.IsDir() {
			return p.copyFile(path, target)
		}
		if err := p.makeDir(target); err != nil || !slices.Contains(emptied, entry.Name()) {
			return err
		}
		if entry.Name() == "pg_wal" {
			if err := p.makeDir(filepath.Join(target, "archive_status")); err != nil {
				return err
			}
		}
		return fs.SkipDir
	})
}

func skipped(entry fs.DirEntry) bool {
	name := entry.Name()
	return !entry.IsDir() && (!entry.Type().IsRegular() || name == "postmaster.pid" || name == "postmaster.opts" ||
		name == "pg_internal.init" || strings.HasPrefix(name, "pgsql_tmp"))
}

func (p *Postgres) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(p.folder.take(dir, 0o700), dir.Close())
}

func (p *Postgres) copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, p.folder.account.own(out), out.Close())
}

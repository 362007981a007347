package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/throng-social/throng/internal/fault"
)

// retryHint is told to clients when the database is away: it usually is back
// after a fail-over of seconds.
const retryHint = 2 * time.Second

var unavailable = fault.New(fault.Unavailable, "database_unavailable", "the service is unavailable at the moment").After(retryHint)

// Fault gives an error of the driver its kind. Faults pass unchanged, so it may
// be applied twice. What it does not know stays as it is: an internal error.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return ofCode(pg)
	}
	return ofConnection(err)
}

func ofConnection(err error) error {
	var netErr net.Error
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found", "not found").Because(err)
	case errors.Is(err, context.Canceled):
		return fault.New(fault.Canceled, "canceled", "the call was canceled").Because(err)
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(err)
	case errors.As(err, &netErr), pgconn.SafeToRetry(err), isClosed(err):
		return unavailable.Because(err)
	}
	return err
}

func isClosed(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF")
}

// isLost tells whether a connection is one no more: the server has ended it, or it broke.
func isLost(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "57P")
	}
	var netErr net.Error
	var connect *pgconn.ConnectError
	return err != nil && !errors.As(err, &connect) && (isClosed(err) || errors.As(err, &netErr) && !netErr.Timeout())
}

// ofCode goes by SQLSTATE; https://www.postgresql.org/docs/current/errcodes-appendix.html
func ofCode(pg *pgconn.PgError) error {
	switch {
	case pg.Code == "23505":
		return fault.New(fault.Exists, "exists", "it exists already").Because(pg)
	case pg.Code == "22021":
		return fault.New(fault.Invalid, "text_invalid", "text may not contain the character NUL").Because(pg)
	case pg.Code == "57014":
		return fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(pg)
	case conflict(pg.Code):
		return fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again").After(time.Second).Because(pg)
	case pg.Code == "53300", strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "08"):
		return unavailable.Because(pg)
	}
	return pg
}

// Violates tells whether err is a broken constraint of that name.
func Violates(err error, constraint string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.ConstraintName == constraint
}

// LacksValue tells whether err is that a column of that name must have a value.
func LacksValue(err error, column string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "23502" && pg.ColumnName == column
}

func isConflict(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && conflict(pg.Code)
}

func conflict(code string) bool { return code == "40001" || code == "40P01" }

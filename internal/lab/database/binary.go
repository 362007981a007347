package database

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/progress"
)

// signature begins every COPY in binary form; the flags and the length of an
// extension, both nothing, are part of it.
const signature = "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"

// epoch is where Postgres counts microseconds from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

const (
	copyBuffer = 256 << 10
	// toldEvery is after how many rows progress is noted, and the context looked at.
	toldEvery = 10_000
)

// row is the rows of a table on their way: begun by its number of columns,
// followed by as many values.
type row struct {
	out *bufio.Writer
	buf []byte
}

func (r *row) begin(columns uint16) { r.buf = binary.BigEndian.AppendUint16(r.buf[:0], columns) }

func (r *row) uuid(id uuid.UUID) {
	r.buf = append(binary.BigEndian.AppendUint32(r.buf, uint32(len(id))), id[:]...)
}

func (r *row) int64(n int64) {
	r.buf = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(r.buf, 8), uint64(n)) //nolint:gosec // the same bits
}

func (r *row) int16(n int16) {
	r.buf = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(r.buf, 2), uint16(n)) //nolint:gosec // the same bits
}

func (r *row) time(t time.Time) { r.int64(t.UnixMicro() - epoch) }

func (r *row) text(s string) {
	r.buf = append(binary.BigEndian.AppendUint32(r.buf, uint32(len(s))), s...) //nolint:gosec // a line of text
}

// end sends the row off.
func (r *row) end() error {
	_, err := r.out.Write(r.buf)
	return err
}

// writeRows writes all rows of a table in the order in which it has them.
func writeRows(ctx context.Context, out io.Writer, t table, p *progress.Progress) error {
	r := &row{out: bufio.NewWriterSize(out, copyBuffer)}
	if _, err := r.out.WriteString(signature); err != nil {
		return err
	}
	n := 0
	for fill := range t.rows {
		fill(r)
		if err := r.end(); err != nil {
			return err
		}
		if n++; n%toldEvery == 0 {
			p.Step(toldEvery)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
	}
	p.Step(n % toldEvery)
	if err := binary.Write(r.out, binary.BigEndian, int16(-1)); err != nil {
		return err
	}
	return r.out.Flush()
}

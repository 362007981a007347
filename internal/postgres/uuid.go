package postgres

import (
	"encoding/binary"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Ids go over the wire as they are in memory. Left to itself the driver writes
// each as text first and reads lists by reflection, which costs more than many a
// query does.

// registerUUID teaches a connection.
func registerUUID(m *pgtype.Map) {
	one := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: uuidCodec{}}
	m.RegisterType(one)
	m.RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: &uuidsCodec{pgtype.ArrayCodec{ElementType: one}}})
}

// uuidCodec knows uuid.UUID, and leaves every other type to the driver.
type uuidCodec struct{ pgtype.UUIDCodec }

// PlanEncode implements pgtype.Codec.
func (c uuidCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeUUID{}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

// PlanScan implements pgtype.Codec.
func (c uuidCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return scanUUID{}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

type encodeUUID struct{}

// Encode implements pgtype.EncodePlan.
func (encodeUUID) Encode(value any, buf []byte) ([]byte, error) {
	u, ok := value.(uuid.UUID)
	if !ok {
		return nil, errUUID
	}
	return append(buf, u[:]...), nil
}

type scanUUID struct{}

var errUUID = errors.New("no uuid")

// Scan implements pgtype.ScanPlan.
func (scanUUID) Scan(src []byte, target any) error {
	to, ok := target.(*uuid.UUID)
	if !ok || len(src) != len(to) {
		return errUUID
	}
	copy(to[:], src)
	return nil
}

// uuidsCodec knows []uuid.UUID in one dimension, and leaves the rest to the
// driver.
type uuidsCodec struct{ pgtype.ArrayCodec }

// PlanEncode implements pgtype.Codec.
func (c *uuidsCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.([]uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return encodeUUIDs{}
	}
	return c.ArrayCodec.PlanEncode(m, oid, format, value)
}

// PlanScan implements pgtype.Codec.
func (c *uuidsCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*[]uuid.UUID); ok && format == pgtype.BinaryFormatCode {
		return scanUUIDs{}
	}
	return c.ArrayCodec.PlanScan(m, oid, format, target)
}

// An array begins with its number of dimensions, whether there are nulls, and the
// type of its elements; then come length and lower bound of each dimension, then
// each element after its length.
const (
	arrayHead      = 3 * 4
	arrayDimension = 2 * 4
	arrayElement   = 4 + 16
)

type encodeUUIDs struct{}

// Encode implements pgtype.EncodePlan.
func (encodeUUIDs) Encode(value any, buf []byte) ([]byte, error) {
	list, ok := value.([]uuid.UUID)
	switch {
	case !ok:
		return nil, errUUID
	case list == nil:
		return nil, nil
	case len(list) == 0:
		return binary.BigEndian.AppendUint32(append(buf, 0, 0, 0, 0, 0, 0, 0, 0), pgtype.UUIDOID), nil
	}
	buf = append(buf, 0, 0, 0, 1, 0, 0, 0, 0)
	buf = binary.BigEndian.AppendUint32(buf, pgtype.UUIDOID)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(list))) //nolint:gosec // the server takes no longer ones
	buf = append(buf, 0, 0, 0, 1)
	for _, u := range list {
		buf = append(append(buf, 0, 0, 0, 16), u[:]...)
	}
	return buf, nil
}

type scanUUIDs struct{}

// Scan implements pgtype.ScanPlan.
func (scanUUIDs) Scan(src []byte, target any) error {
	to, ok := target.(*[]uuid.UUID)
	switch {
	case !ok:
		return errUUID
	case src == nil:
		*to = nil
		return nil
	case len(src) < arrayHead:
		return errUUID
	case binary.BigEndian.Uint32(src) == 0:
		*to = []uuid.UUID{}
		return nil
	}
	return scanElements(src, to)
}

func scanElements(src []byte, to *[]uuid.UUID) error {
	if binary.BigEndian.Uint32(src) != 1 || len(src) < arrayHead+arrayDimension {
		return errUUID
	}
	n := int(binary.BigEndian.Uint32(src[arrayHead:]))
	src = src[arrayHead+arrayDimension:]
	if len(src) != n*arrayElement {
		return errUUID
	}
	list := make([]uuid.UUID, n)
	for i := range list {
		copy(list[i][:], src[i*arrayElement+4:])
	}
	*to = list
	return nil
}

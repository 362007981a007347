package user

import (
	"bytes"
	"net"
	"strings"

	"github.com/sqlc-dev/pqtype"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

const (
	// maxDetails bounds what a client says of its device, as JSON.
	maxDetails   = 4 << 10
	maxUserAgent = 256
)

// device is from where a session is used.
type device struct {
	address   pqtype.Inet
	userAgent string
	details   pqtype.NullRawMessage
}

func newDevice(c identity.Caller, details *structpb.Struct) (device, error) {
	d := device{userAgent: storable(c.UserAgent)}
	if c.Address.IsValid() {
		ip := net.IP(c.Address.AsSlice())
		bits := len(ip) * 8
		d.address = pqtype.Inet{IPNet: net.IPNet{IP: ip, Mask: net.CIDRMask(bits, bits)}, Valid: true}
	}
	var err error
	d.details, err = writeDetails(details)
	return d, err
}

// storable is what the database takes of a header.
func storable(s string) string {
	s = s[:min(len(s), maxUserAgent)]
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}

func writeDetails(s *structpb.Struct) (pqtype.NullRawMessage, error) {
	if len(s.GetFields()) == 0 {
		return pqtype.NullRawMessage{}, nil
	}
	raw, err := protojson.Marshal(s)
	if err != nil || bytes.Contains(raw, []byte(`\u0000`)) {
		return pqtype.NullRawMessage{}, fault.InField("details", "details_invalid", "details must be plain JSON")
	}
	if len(raw) > maxDetails {
		return pqtype.NullRawMessage{}, fault.InField("details", "details_too_large", "details may have at most %d bytes as JSON", maxDetails)
	}
	return pqtype.NullRawMessage{RawMessage: raw, Valid: true}, nil
}

func readDetails(raw pqtype.NullRawMessage) (*structpb.Struct, error) {
	if !raw.Valid {
		return nil, nil //nolint:nilnil // no details are no details
	}
	s := &structpb.Struct{}
	return s, protojson.Unmarshal(raw.RawMessage, s)
}

package redisboard

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"

	"github.com/throng-social/throng/internal/campaign/board"
)

// A member of the sorted set is an entry in an order that memory comparison keeps:
// all members have the same score in Redis, whose scores are floating-point numbers
// and would not hold ours exactly. First come 24 bytes that order, the complement of
// the score, position and fact; then the subject; then when the score was reached,
// which is of no consequence there, as the subject is another before.
const (
	orderSize   = 24
	subjectSize = 16
	placeSize   = orderSize + subjectSize
	memberSize  = placeSize + 8
)

func member(e board.Entry) string {
	return string(binary.BigEndian.AppendUint64(place(e), uint64(e.Reached))) //nolint:gosec // read back the same way
}

func place(e board.Entry) []byte {
	raw := make([]byte, 0, memberSize)
	raw = binary.BigEndian.AppendUint64(raw, ^uint64(e.Score))   //nolint:gosec // read back the same way
	raw = binary.BigEndian.AppendUint64(raw, uint64(e.Position)) //nolint:gosec // read back the same way
	raw = binary.BigEndian.AppendUint64(raw, uint64(e.FactID))   //nolint:gosec // read back the same way
	return append(raw, e.SubjectID[:]...)
}

func entry(m string) (e board.Entry, ok bool) {
	if len(m) != memberSize {
		return e, false
	}
	number := func(at int) uint64 { return binary.BigEndian.Uint64([]byte(m[at : at+8])) }
	e.Score = int64(^number(0))   //nolint:gosec // written the same way
	e.Position = int64(number(8)) //nolint:gosec // written the same way
	e.FactID = int64(number(16))  //nolint:gosec // written the same way
	copy(e.SubjectID[:], m[orderSize:placeSize])
	e.Reached = int64(number(placeSize)) //nolint:gosec // written the same way
	return e, true
}

var errForm = errors.New("redisboard: the answer has another form")

// decode reads what the script answers: position, size, first rank, members, and
// members with ranks.
func decode(answer any) (a board.Answer, err error) {
	list, _ := answer.([]any)
	if len(list) != 5 {
		return a, errForm
	}
	said, ok1 := list[0].(string)
	size, ok2 := list[1].(int64)
	first, ok3 := list[2].(int64)
	entries, ok4 := list[3].([]any)
	found, ok5 := list[4].([]any)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || len(found)%2 != 0 {
		return a, errForm
	}
	a.Size, a.First = size, first
	if a.Position, err = strconv.ParseInt(said, 10, 64); err != nil {
		return a, errForm
	}
	a.Entries = make([]board.Entry, 0, len(entries))
	for _, raw := range entries {
		e, ok := decodeMember(raw)
		if !ok {
			return a, errForm
		}
		a.Entries = append(a.Entries, e)
	}
	for pair := range slices.Chunk(found, 2) {
		e, ok := decodeMember(pair[0])
		rank, ranked := pair[1].(int64)
		if !ok || !ranked {
			return a, errForm
		}
		a.Found = append(a.Found, board.Found{Entry: e, Rank: rank})
	}
	return a, nil
}

func decodeMember(raw any) (board.Entry, bool) {
	m, ok := raw.(string)
	if !ok {
		return board.Entry{}, false
	}
	return entry(m)
}

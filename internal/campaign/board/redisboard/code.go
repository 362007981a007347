package redisboard

import (
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/throng-social/throng/internal/campaign/board"
)

// A member of the sorted set is an entry in an order that memory comparison keeps:
// all members have the same score in Redis, whose scores are floating-point numbers
// and would not hold ours exactly. First come 24 bytes that order, the complement of
// the score, position and fact; then the subject; then when the score was reached,
// which is of no consequence there, as the subject is another before.
const (
	orderSize  = 24
	placeSize  = orderSize + 16
	memberSize = placeSize + 8
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

func subjectOf(member string) string { return member[orderSize:placeSize] }

// entry reads a member.
func entry(m string) (e board.Entry) {
	number := func(at int) uint64 { return binary.BigEndian.Uint64([]byte(m[at : at+8])) }
	e.Score = int64(^number(0))   //nolint:gosec // written the same way
	e.Position = int64(number(8)) //nolint:gosec // written the same way
	e.FactID = int64(number(16))  //nolint:gosec // written the same way
	copy(e.SubjectID[:], m[orderSize:placeSize])
	e.Reached = int64(number(placeSize)) //nolint:gosec // written the same way
	return e
}

var errForm = errors.New("redisboard: the answer has another form")

// decode reads what the script answers: position, size, first rank, members one after
// the other, and found members likewise with their ranks, if those were asked for.
func decode(answer any) (a board.Answer, err error) {
	list, _ := answer.([]any)
	if len(list) != 6 {
		return a, errForm
	}
	said, ok1 := list[0].(string)
	size, ok2 := list[1].(int64)
	first, ok3 := list[2].(int64)
	members, ok4 := list[3].(string)
	found, ok5 := list[4].(string)
	ranks, ok6 := list[5].([]any)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return a, errForm
	}
	a.Size, a.First = size, first
	if a.Position, err = strconv.ParseInt(said, 10, 64); err != nil {
		return a, errForm
	}
	if a.Entries, err = decodeMembers(members); err != nil {
		return a, err
	}
	a.Found, err = decodeFound(found, ranks)
	return a, err
}

func decodeMembers(members string) ([]board.Entry, error) {
	if len(members)%memberSize != 0 {
		return nil, errForm
	}
	entries := make([]board.Entry, 0, len(members)/memberSize)
	for ; members != ""; members = members[memberSize:] {
		entries = append(entries, entry(members[:memberSize]))
	}
	return entries, nil
}

func decodeFound(members string, ranks []any) ([]board.Found, error) {
	entries, err := decodeMembers(members)
	if err != nil || len(ranks) > 0 && len(ranks) != len(entries) {
		return nil, errForm
	}
	found := make([]board.Found, len(entries))
	for i, e := range entries {
		found[i].Entry = e
	}
	for i, said := range ranks {
		rank, ok := said.(int64)
		if !ok {
			return nil, errForm
		}
		found[i].Rank = rank
	}
	return found, nil
}

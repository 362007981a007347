// Package walk goes over lists that are kept in the order of a key, a page at a
// time and one list after the other: for whoever takes all that a store keeps.
//
// Where a walk stands is a text (place), which may be kept and gone on from in
// another process. What is added before that place meanwhile is not met.
package walk

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Key is that of an entry: one id, or two, in the order of its list.
type Key [2]uuid.UUID

// List takes the next entries after a key, most or some more, and answers the key of
// the last one and whether there may be others after it.
type List func(ctx context.Context, after Key, most int) (last Key, more bool, err error)

// Rows is the list of what a query answers: fetch asks for at most so many rows after
// a key, in order, and take has each of them and answers its key.
func Rows[R any](fetch func(ctx context.Context, after Key, most int32) ([]R, error), take func(row R) Key) List {
	return func(ctx context.Context, after Key, most int) (last Key, more bool, err error) {
		limit := int32(min(most, math.MaxInt32)) //nolint:gosec // bounded here
		rows, err := fetch(ctx, after, limit)
		for _, r := range rows {
			last = take(r)
		}
		return last, len(rows) == int(limit), err
	}
}

// Page goes on from a place, of which "" is the first, and answers the place after it:
// "" at the end. A page may be empty though others follow.
func Page(ctx context.Context, place string, most int, lists ...List) (next string, err error) {
	at, after, err := parse(place, len(lists))
	if err != nil {
		return "", err
	}
	last, more, err := lists[at](ctx, after, most)
	switch {
	case err != nil:
		return "", err
	case more:
		return format(at, last), nil
	case at+1 < len(lists):
		return format(at+1, Key{}), nil
	}
	return "", nil
}

// format writes a place: the number of its list, then the key.
func format(list int, k Key) string { return fmt.Sprintf("%d/%s/%s", list, k[0], k[1]) }

func parse(place string, lists int) (list int, k Key, err error) {
	if place == "" {
		return 0, k, nil
	}
	parts := strings.Split(place, "/")
	if len(parts) != 1+len(k) {
		return 0, k, fmt.Errorf("walk: %q is no place", place)
	}
	if list, err = strconv.Atoi(parts[0]); err != nil || list < 0 || list >= lists {
		return 0, k, fmt.Errorf("walk: %q is a place in none of %d lists", place, lists)
	}
	for i := range k {
		if k[i], err = uuid.Parse(parts[1+i]); err != nil {
			return 0, k, fmt.Errorf("walk: %q is no place: %w", place, err)
		}
	}
	return list, k, nil
}

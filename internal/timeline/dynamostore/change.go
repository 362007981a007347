package dynamostore

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
)

// together bounds the writes of one transaction; DynamoDB takes 100. Fewer meet
// fewer others.
const together = 60

// step is writes that are made together or not at all. Those who share another
// write, on an item that they depend on, are made along with one of it.
type step struct {
	share  *dynamo.Write
	writes []dynamo.Write
}

// take makes steps, as many as fit in each transaction, and answers which were made.
// The others had conditions that did not hold, their own or the shared one. After
// an error some may have been made that are not answered.
func (s *Store) take(ctx context.Context, steps []step) (made []bool, err error) {
	made = make([]bool, len(steps))
	parts := pack(steps)
	if len(parts) == 1 {
		left, err := s.takePart(ctx, steps, parts[0])
		for _, i := range left {
			made[i] = true
		}
		return made, err
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, part := range parts {
		g.Go(func() error {
			left, err := s.takePart(ctx, steps, part)
			mu.Lock()
			defer mu.Unlock()
			for _, i := range left {
				made[i] = true
			}
			return err
		})
	}
	err = g.Wait()
	return made, err
}

// pack parts steps, by their numbers, into transactions.
func pack(steps []step) (parts [][]int) {
	size := together
	for i, st := range steps {
		n := len(st.writes) + 1
		if size+n > together {
			parts, size = append(parts, nil), 0
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], i)
		size += n
	}
	return parts
}

// takePart leaves out the steps whose conditions do not hold, and tries again with
// the others.
func (s *Store) takePart(ctx context.Context, steps []step, part []int) (made []int, err error) {
	for len(part) > 0 {
		writes, owners := gather(steps, part)
		err := s.db.Transact(ctx, writes...)
		if err == nil {
			return part, nil
		}
		u := dynamo.AsUnmet(err)
		if u == nil {
			return nil, err
		}
		failed := map[int]bool{}
		for i := range writes {
			if u.At(i) {
				for _, owner := range owners[i] {
					failed[owner] = true
				}
			}
		}
		var left []int
		for _, i := range part {
			if !failed[i] {
				left = append(left, i)
			}
		}
		part = left
	}
	return nil, nil
}

// gather puts the writes of steps together, those that are shared once, with the
// steps that stand and fall with each.
func gather(steps []step, part []int) (writes []dynamo.Write, owners [][]int) {
	shared := map[dynamo.Key]int{}
	for _, i := range part {
		if sh := steps[i].share; sh != nil {
			at, known := shared[sh.Key]
			if !known {
				at = len(writes)
				shared[sh.Key], writes, owners = at, append(writes, *sh), append(owners, nil)
			}
			owners[at] = append(owners[at], i)
		}
		for _, w := range steps[i].writes {
			writes, owners = append(writes, w), append(owners, []int{i})
		}
	}
	return writes, owners
}

// change is an edge as it was read and as it is to be; nothing where there is none.
type change struct{ from, to *edge }

// alter makes changes of edges, both items of each at once, if the edge still is what
// it was read as. It answers which were made.
func (s *Store) alter(ctx context.Context, changes []change) (made []bool, err error) {
	w := s.db.Stamp(ctx)
	steps := make([]step, len(changes))
	for i, c := range changes {
		e := c.to
		if e == nil {
			e = c.from
		}
		for _, k := range []dynamo.Key{edgeKey(e.Author, e.Reader), audienceKey(e.Author, e.Reader)} {
			steps[i].writes = append(steps[i].writes, c.write(k, w))
		}
	}
	return s.take(ctx, steps)
}

func (c change) write(k dynamo.Key, stamp dynamo.Stamp) dynamo.Write {
	w := write(k)
	if c.to != nil {
		w.Put = c.to.item(stamp)
	} else {
		w.Delete = true
	}
	if c.from == nil {
		w.If = "attribute_not_exists(pk)"
		return w
	}
	w.If, w.Values = "g = :g AND m = :m", dynamo.Item{":g": dynamo.N(c.from.generation), ":m": dynamo.N(int(c.from.mode))}
	return w
}

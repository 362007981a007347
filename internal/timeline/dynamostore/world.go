package dynamostore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// known is what a method that changes edges goes by, read strongly.
type known struct {
	edges   map[timeline.Edge]*edge
	readers map[uuid.UUID]*reader
	authors map[uuid.UUID]author
}

// pairOf is an edge without its incarnation.
func pairOf(e timeline.Edge) timeline.Edge { return timeline.Edge{Author: e.Author, Reader: e.Reader} }

// distinct leaves one of each pair, the last.
func distinct(list []timeline.Edge) []timeline.Edge {
	at := make(map[timeline.Edge]int, len(list))
	var kept []timeline.Edge
	for _, e := range list {
		if i, twice := at[pairOf(e)]; twice {
			kept[i] = e
			continue
		}
		at[pairOf(e)] = len(kept)
		kept = append(kept, e)
	}
	return kept
}

// look reads edges with their readers and authors, in one go. The epoch of an author is
// read no later than an edge is changed by it, so it may have passed since, and the
// edge counts as pull then.
func (s *Store) look(ctx context.Context, list []timeline.Edge) (known, error) {
	keys := make([]dynamo.Key, 0, 3*len(list))
	for _, e := range list {
		keys = append(keys, edgeKey(e.Author, e.Reader), readerKey(e.Reader), authorKey(e.Author))
	}
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys)
	k := known{edges: map[timeline.Edge]*edge{}, readers: map[uuid.UUID]*reader{}, authors: map[uuid.UUID]author{}}
	for _, e := range list {
		if i, ok := items[edgeKey(e.Author, e.Reader)]; ok {
			found := edgeOf(i, e.Author, e.Reader)
			k.edges[pairOf(e)] = &found
		}
		if i, ok := items[readerKey(e.Reader)]; ok {
			found := readerOf(i, e.Reader)
			k.readers[e.Reader] = &found
		}
		if i, ok := items[authorKey(e.Author)]; ok {
			k.authors[e.Author] = authorOf(i)
		}
	}
	return k, err
}

// settled is the generation of the reader's last wake.
func (k known) settled(id uuid.UUID) int64 {
	if r := k.readers[id]; r != nil {
		return r.settled
	}
	return 0
}

// admit makes the readers and authors of edges known who are not: in the register
// first, so that whoever has edges is in it.
func (s *Store) admit(ctx context.Context, list []timeline.Edge, k known) error {
	now, stamp := time.Now(), s.db.Stamp(ctx)
	var register []dynamo.Write
	items := map[dynamo.Key]dynamo.Write{}
	for _, e := range list {
		if key := readerKey(e.Reader); k.readers[e.Reader] == nil && items[key].Key != key {
			w := write(key)
			w.Put, w.If = newReader(now, stamp), "attribute_not_exists(pk)"
			items[key], register = w, append(register, registration(readers(shardOf(e.Reader)), e.Reader, stamp))
		}
		if key := authorKey(e.Author); !k.authors[e.Author].registered && items[key].Key != key {
			w := write(key)
			w.Update, w.Values = "SET r = :t, w = :w", dynamo.Item{":t": dynamo.Bool(true), ":w": stamp.Value()}
			items[key], register = w, append(register, registration(authors(shardOf(e.Author)), e.Author, stamp))
		}
	}
	if err := s.db.BatchWrite(ctx, dynamo.Timeline, register); err != nil {
		return err
	}
	return s.create(ctx, slices.Collect(maps.Values(items)))
}

func registration(register string, who uuid.UUID, stamp dynamo.Stamp) dynamo.Write {
	w := write(dynamo.Key{PK: register, SK: who.String()})
	w.Put = dynamo.Item{"w": stamp.Value()}
	return w
}

// create makes items that others may have made before.
func (s *Store) create(ctx context.Context, writes []dynamo.Write) error {
	return each(ctx, len(writes), func(ctx context.Context, i int) error {
		_, err := s.db.Do(ctx, writes[i])
		if unmet(err) {
			return nil
		}
		return err
	})
}

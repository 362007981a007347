package cache

import (
	"github.com/maypok86/otter/v2"
	"google.golang.org/protobuf/proto"
)

// memory is where entries are kept. It is otter and nothing else, but behind an
// interface and by pointer: the compiler makes a generic type's functions anew in each
// package that knows of a type with such a field, for each form of key and value, and
// otter's are thousands.
type memory[K comparable, V any] interface {
	GetIfPresent(key K) (*entry[V], bool)
	Set(key K, e *entry[V]) (*entry[V], bool)
	Invalidate(key K) (*entry[V], bool)
	InvalidateAll()
	CleanUp()
	EstimatedSize() int
}

// newMemory keeps both bounds by one: where bytes are bounded, an entry weighs as much as
// its message, but no less than its part of the size.
func newMemory[K comparable, V any](c Config) memory[K, V] {
	if c.Bytes == 0 {
		return otter.Must(&otter.Options[K, *entry[V]]{MaximumSize: c.Size})
	}
	least := c.Bytes/c.Size + 1
	return otter.Must(&otter.Options[K, *entry[V]]{
		MaximumWeight: uint64(c.Bytes),                                                              //nolint:gosec // not negative
		Weigher:       func(_ K, e *entry[V]) uint32 { return uint32(max(weight(e.value), least)) }, //nolint:gosec // a message has less than 2 GB
	})
}

// weight is what a message takes on the wire; 0 for all else.
func weight(value any) int {
	m, ok := value.(proto.Message)
	if !ok {
		return 0
	}
	return proto.Size(m)
}

package cache

import "github.com/maypok86/otter/v2"

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

func newMemory[K comparable, V any](size int) memory[K, V] {
	return otter.Must(&otter.Options[K, *entry[V]]{MaximumSize: size})
}

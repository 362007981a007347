package memory

import (
	"slices"

	"github.com/throng-social/throng/internal/campaign/board"
)

const (
	// width is how many a node holds at most; one with less than a quarter of it is
	// merged with a neighbour where both fit into three quarters.
	width = 128
	// loaded is how full the nodes of a new tree are: the next changes find room.
	loaded = width * 7 / 8
)

// tree is a counted B+ tree of slots: each inner node knows how many are below it,
// so that ranks are sums along one way down.
type tree struct {
	root *node
	// at is the entry of a slot. No two are equal.
	at func(slot) *board.Entry
}

// node is a leaf, which has slots, or an inner node, which has children. Only the
// root may have neither.
type node struct {
	slots    []slot
	children []*node
	// count is how many slots are below an inner node.
	count int
}

func (n *node) leaf() bool { return len(n.children) == 0 }

func (n *node) size() int {
	if n.leaf() {
		return len(n.slots)
	}
	return n.count
}

// width is how many slots or children it has.
func (n *node) width() int { return max(len(n.slots), len(n.children)) }

// first is the least slot below.
func (n *node) first() slot {
	for !n.leaf() {
		n = n.children[0]
	}
	return n.slots[0]
}

// newTree is made of n slots, from 0 on, in order.
func newTree(n int, at func(slot) *board.Entry) *tree {
	level := []*node{}
	for from := 0; from < n; from += loaded {
		leaf := newLeaf()
		for s := from; s < min(from+loaded, n); s++ {
			leaf.slots = append(leaf.slots, slot(s))
		}
		level = append(level, leaf)
	}
	for len(level) > 1 {
		above := []*node{}
		for part := range slices.Chunk(level, loaded) {
			above = append(above, parent(part))
		}
		level = above
	}
	if len(level) == 0 {
		level = append(level, newLeaf())
	}
	return &tree{root: level[0], at: at}
}

func newLeaf() *node { return &node{slots: make([]slot, 0, width+1)} }

func parent(children []*node) *node {
	n := &node{children: append(make([]*node, 0, width+1), children...)}
	for _, c := range children {
		n.count += c.size()
	}
	return n
}

// insert adds a slot that is not there.
func (t *tree) insert(s slot) {
	if right := t.insertBelow(t.root, s); right != nil {
		t.root = parent([]*node{t.root, right})
	}
}

// insertBelow answers the right half of a node that had to be split.
func (t *tree) insertBelow(n *node, s slot) *node {
	if n.leaf() {
		n.slots = slices.Insert(n.slots, t.before(n, t.at(s)), s)
	} else {
		n.count++
		i := t.child(n, t.at(s))
		if right := t.insertBelow(n.children[i], s); right != nil {
			n.children = slices.Insert(n.children, i+1, right)
		}
	}
	if n.width() <= width {
		return nil
	}
	return split(n)
}

// split moves the right half of a node into a new one.
func split(n *node) *node {
	if n.leaf() {
		right := newLeaf()
		right.slots = append(right.slots, n.slots[width/2:]...)
		n.slots = n.slots[:width/2]
		return right
	}
	right := parent(n.children[width/2:])
	clear(n.children[width/2:])
	n.children = n.children[:width/2]
	n.count -= right.count
	return right
}

// before is how many slots of a leaf come before an entry.
func (t *tree) before(n *node, e *board.Entry) int {
	i, _ := slices.BinarySearchFunc(n.slots, e, func(s slot, e *board.Entry) int { return board.Compare(*t.at(s), *e) })
	return i
}

// child is the one that an entry belongs below: the last whose first slot does not
// come after it, or else the first.
func (t *tree) child(n *node, e *board.Entry) int {
	i, found := slices.BinarySearchFunc(n.children, e, func(c *node, e *board.Entry) int { return board.Compare(*t.at(c.first()), *e) })
	if found {
		return i
	}
	return max(i-1, 0)
}

// remove takes out a slot that is there.
func (t *tree) remove(s slot) {
	t.removeBelow(t.root, t.at(s))
	for len(t.root.children) == 1 {
		t.root = t.root.children[0]
	}
}

func (t *tree) removeBelow(n *node, e *board.Entry) {
	if n.leaf() {
		i := t.before(n, e)
		n.slots = slices.Delete(n.slots, i, i+1)
		return
	}
	n.count--
	i := t.child(n, e)
	c := n.children[i]
	t.removeBelow(c, e)
	switch {
	case c.size() == 0 && len(n.children) > 1:
		n.children = slices.Delete(n.children, i, i+1)
	case c.width() < width/4:
		merge(n, i)
	}
}

// merge joins a child with a neighbour, if it has one and both fit. Thereby no node
// but the root is left without anything below it: a child that loses its last has a
// neighbour, or its parent goes with it.
func merge(n *node, i int) {
	i = min(i, len(n.children)-2)
	if i < 0 {
		return
	}
	left, right := n.children[i], n.children[i+1]
	if left.width()+right.width() > width*3/4 {
		return
	}
	left.slots = append(left.slots, right.slots...)
	left.children = append(left.children, right.children...)
	left.count += right.count
	n.children = slices.Delete(n.children, i+1, i+2)
}

// rank is how many come before an entry, whether or not it is there.
func (t *tree) rank(e *board.Entry) int {
	rank, n := 0, t.root
	for !n.leaf() {
		i := t.child(n, e)
		for _, c := range n.children[:i] {
			rank += c.size()
		}
		n = n.children[i]
	}
	return rank + t.before(n, e)
}

// list appends n slots from a rank on, which counts from 0.
func (t *tree) list(to []slot, rank, n int) []slot { return list(t.root, to, rank, n) }

func list(at *node, to []slot, rank, n int) []slot {
	if at.leaf() {
		rank = min(rank, len(at.slots))
		return append(to, at.slots[rank:min(rank+n, len(at.slots))]...)
	}
	for _, c := range at.children {
		size := c.size()
		switch {
		case n == 0:
			return to
		case rank >= size:
			rank -= size
		default:
			had := len(to)
			to = list(c, to, rank, n)
			n -= len(to) - had
			rank = 0
		}
	}
	return to
}

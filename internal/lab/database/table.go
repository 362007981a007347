package database

import (
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/lab/world"
)

// table is what goes into one.
type table struct {
	name, columns string
	// large tables are those whose rows grow with the follows.
	large bool
	// rows yields one function after the other, each of which writes a row.
	rows iter.Seq[func(*row)]
}

// pull is the mode of an edge whose author's log is read.
const pull = 1

// rowsOf is how many rows a world has in all tables.
func rowsOf(w *world.World) int64 {
	posts := 0
	for person := range w.Size() {
		posts += w.Written(person)
	}
	return int64(3*w.Size() + posts + 2*w.Follows())
}

// tables are all in which a world leaves something, in an order that keeps what
// belongs together together. Each of the large ones is in the order of its
// primary key.
func tables(w *world.World, generation int64) []table {
	ids := make([]uuid.UUID, w.Size())
	for person := range ids {
		ids[person] = w.ID(person)
	}
	return []table{
		{"users", "id, handle, display_name, name_key, bio", false, users(w, ids)},
		{"graph_counts", "user_id, followers, following", false, counts(w, ids)},
		{"timeline_readers", "reader_id", false, readers(ids)},
		{"posts", "id, author_id, text, idempotency_key, request_hash", false, posts(w, ids)},
		{"graph_follows", "follower_id, followee_id, created_at", true, follows(w, ids)},
		{"timeline_edges", "author_id, reader_id, since, mode, generation", true, edges(w, ids, generation)},
	}
}

// The two of a name make 1,600, so that most searches find some and none all.
var (
	firstNames = [...]string{
		"Ada", "Ben", "Chloe", "Dev", "Eun", "Femi", "Grace", "Hugo", "Iris", "Jonas", "Kofi", "Lena", "Mateo", "Nadia", "Omar", "Pia", "Quinn", "Rosa", "Sami", "Tara",
		"Uma", "Viktor", "Wen", "Ximena", "Yusuf", "Zoe", "Arne", "Bea", "Carlos", "Dana", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jade", "Karim", "Luca", "Mina", "Noor",
	}
	lastNames = [...]string{
		"Abe", "Bauer", "Costa", "Diallo", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Khan", "Lopez", "Moreau", "Novak", "Okafor", "Patel", "Quist", "Rossi", "Silva", "Tan",
		"Ueda", "Varga", "Weber", "Xu", "Yilmaz", "Zhang", "Ahmed", "Berg", "Cruz", "Dubois", "Eriksen", "Ferrari", "Gupta", "Horvat", "Ivanov", "Jung", "Kaya", "Lund", "Marsh", "Nagy",
	}
	lowerFirst, lowerLast = lower(firstNames[:]), lower(lastNames[:])
)

func lower(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n[0]+'a'-'A') + n[1:]
	}
	return out
}

func users(w *world.World, ids []uuid.UUID) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for person, id := range ids {
			first, last := person%len(firstNames), person/len(firstNames)%len(lastNames)
			ok := yield(func(r *row) {
				r.begin(5)
				r.uuid(id)
				r.text(w.Handle(person))
				r.text(firstNames[first] + " " + lastNames[last])
				r.text(lowerFirst[first] + " " + lowerLast[last])
				r.text(fmt.Sprintf("Number %d of a made world, of the class %s.", person, w.Class(person)))
			})
			if !ok {
				return
			}
		}
	}
}

func counts(w *world.World, ids []uuid.UUID) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for person, id := range ids {
			ok := yield(func(r *row) {
				r.begin(3)
				r.uuid(id)
				r.int64(int64(len(w.Followers(person))))
				r.int64(int64(len(w.Following(person))))
			})
			if !ok {
				return
			}
		}
	}
}

func readers(ids []uuid.UUID) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for _, id := range ids {
			ok := yield(func(r *row) {
				r.begin(1)
				r.uuid(id)
			})
			if !ok {
				return
			}
		}
	}
}

func posts(w *world.World, ids []uuid.UUID) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for person, id := range ids {
			for n := range w.Written(person) {
				ok := yield(func(r *row) {
					r.begin(5)
					r.uuid(w.PostID(person, n))
					r.uuid(id)
					r.text(fmt.Sprintf("Post %d of %s, from before. Saturday's run starts at the old boathouse, eight o'clock.", n, w.Handle(person)))
					r.text(fmt.Sprintf("world-%d", n))
					r.text("\x00")
				})
				if !ok {
					return
				}
			}
		}
	}
}

func follows(w *world.World, ids []uuid.UUID) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for follower := range ids {
			for _, followee := range w.Following(follower) {
				ok := yield(func(r *row) {
					r.begin(3)
					r.uuid(ids[follower])
					r.uuid(ids[followee])
					r.time(w.Since(follower, int(followee)))
				})
				if !ok {
					return
				}
			}
		}
	}
}

// edges are the timeline's copy of the follows.
func edges(w *world.World, ids []uuid.UUID, generation int64) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for author := range ids {
			for _, reader := range w.Followers(author) {
				ok := yield(func(r *row) {
					r.begin(5)
					r.uuid(ids[author])
					r.uuid(ids[reader])
					r.int64(w.Since(int(reader), author).UnixMicro())
					r.int16(pull)
					r.int64(generation)
				})
				if !ok {
					return
				}
			}
		}
	}
}

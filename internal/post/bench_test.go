package post_test

import (
	"testing"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// The benchmarks measure the noun, not the way to it.

func BenchmarkCreatePost(b *testing.B) {
	w := open(b, rpctest.InProcess)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		author := uuid.New()
		for pb.Next() {
			w.create(author, say("hello"))
		}
	})
}

// BenchmarkHydratePosts reads a page of 20 for a reader who likes one of them.
func BenchmarkHydratePosts(b *testing.B) {
	w, viewer := open(b, rpctest.InProcess), uuid.New()
	req := &postv1.HydratePostsRequest{ViewerId: viewer.String()}
	for i := range 20 {
		p := w.create(uuid.New(), say("hello"))
		if req.PostIds = append(req.PostIds, p.GetId()); i == 0 {
			w.like(viewer, p)
		}
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.service.HydratePosts(b.Context(), req); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkListLog merges the logs of 2,000 authors out of 20,000, with 200,000
// posts.
func BenchmarkListLog(b *testing.B) {
	w := open(b, rpctest.InProcess)
	w.exec(`INSERT INTO posts (author_id, text, idempotency_key, request_hash)
		SELECT md5((n % 20000)::text)::uuid, 'hello', n::text, '' FROM generate_series(1, 200000) AS n`)
	w.exec(`VACUUM ANALYZE posts`)
	req := &postv1.ListLogRequest{Limit: 21}
	rows, err := w.db.Writer(b.Context()).Query(b.Context(), `SELECT md5((n * 10)::text)::uuid::text FROM generate_series(1, 2000) AS n`)
	must(b, err)
	defer rows.Close()
	for rows.Next() {
		var author string
		must(b, rows.Scan(&author))
		req.AuthorIds = append(req.AuthorIds, author)
	}
	rows.Close()
	b.ResetTimer()
	for b.Loop() {
		if _, err := w.service.ListLog(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

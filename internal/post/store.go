package post

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/queue"
)

// Store keeps posts, likes and their counts.
//
// A method that answers without an error has done all of what it promises, and
// one that answers an error has done all of it or nothing: after an Unavailable
// or TimedOut fault the caller cannot know which, and may ask again, as every
// write here is idempotent. Errors are faults by kind; those that are no fault
// are internal.
//
// Writes and the reads that decide them see everything that was committed before
// they began. Other reads see at least what the consistency session of the context
// demands, or, where primary is asked for, everything that was committed before.
type Store interface {
	Writes
	Reads
	Upkeep
	Transfers
}

// Writes are what authors and readers change, with the reads that decide it.
type Writes interface {
	// Create stores a post under a new id, counts it with the post that it answers
	// and announces it, atomically. Ids are greater than those of posts whose
	// creation was answered before, but for what the clocks of two makers differ.
	// NotFound where the author has used the key before, or where the post to reply
	// to does not stand: Made tells which. One key makes one post at most, also under
	// concurrent calls and after the post was deleted.
	Create(ctx context.Context, d Draft) (uuid.UUID, error)
	// Made finds the post that was made with the author's key, deleted or not.
	// NotFound where there is none.
	Made(ctx context.Context, author uuid.UUID, key string) (Made, error)
	// Stands tells whether a post exists and is not deleted.
	Stands(ctx context.Context, post uuid.UUID) (bool, error)
	// Delete leaves a tombstone without text and pictures, counts the post off the
	// one that it answers and announces that its pictures are free, atomically. may
	// is asked first about the post as it stands, perhaps more than once, and what it
	// refuses is not done; a deleted post stays as it is. changed are the posts that
	// look different now, or may where there is an error too. NotFound where there
	// never was such a post.
	Delete(ctx context.Context, post uuid.UUID, may func(Standing) error) (changed []uuid.UUID, err error)
	// Like adds the user to those who like a post. The count is exact for a moment
	// between this change and the answer; changed is false where the like stood
	// already. NotFound where the post does not stand.
	Like(ctx context.Context, user, post uuid.UUID) (likes int64, changed bool, err error)
	// Unlike takes the user out, as Like adds him.
	Unlike(ctx context.Context, user, post uuid.UUID) (likes int64, changed bool, err error)
}

// Reads are what readers are shown.
type Reads interface {
	// Load answers those of the posts that stand, in any order, each once.
	Load(ctx context.Context, posts []uuid.UUID, primary bool) ([]Content, error)
	// Liked answers which of the posts the user likes.
	Liked(ctx context.Context, user uuid.UUID, posts []uuid.UUID, primary bool) ([]uuid.UUID, error)
	// ListLog answers the posts in a range of some authors' logs that stand, newest
	// first, each once: none that belongs there is missing between the first and the
	// last one answered, and fewer than the limit are all there are.
	ListLog(ctx context.Context, r LogRange) ([]Entry, error)
	// ListReplies answers replies to a post that stand and have a greater id than
	// after, oldest first.
	ListReplies(ctx context.Context, post, after uuid.UUID, limit int32) ([]uuid.UUID, error)
}

// Upkeep is what workers and operators ask for.
type Upkeep interface {
	// ErasePosts deletes at most so many posts of an author, each as Delete does, and
	// answers how many; fewer than the limit means that none are left.
	ErasePosts(ctx context.Context, author uuid.UUID, limit int32) (n int, changed []uuid.UUID, err error)
	// EraseLikes takes back at most so many likes of a user, also of deleted posts,
	// and answers of which posts; fewer than the limit means that none are left.
	EraseLikes(ctx context.Context, user uuid.UUID, limit int32) (changed []uuid.UUID, err error)
	// Enqueue keeps a message to the noun's own workers, which is delivered at least
	// once.
	Enqueue(ctx context.Context, task queue.Task) error
	// Recount compares the stored counts with what they count, also while posts are
	// made and liked. It reports the first thousand differences by post, changes
	// nothing and answers how many there are.
	Recount(ctx context.Context, report func(Miscount)) (int, error)
}

// Draft is a post that has no id yet.
type Draft struct {
	Author uuid.UUID
	Text   string
	Media  []uuid.UUID
	// ReplyTo is the post that it answers; the zero id for none.
	ReplyTo uuid.UUID
	// Key is the author's idempotency key, and Hash tells requests with one key apart.
	Key  string
	Hash []byte
}

// Made is what is known of a post by its author's key.
type Made struct {
	ID   uuid.UUID
	Hash []byte
}

// Standing is a post as a deletion finds it.
type Standing struct {
	ID      uuid.UUID
	Author  uuid.UUID
	Media   []uuid.UUID
	ReplyTo uuid.UUID
	Key     string
	Deleted bool
}

// Content is the part of a post that all readers share.
type Content struct {
	ID      uuid.UUID
	Author  uuid.UUID
	Text    string
	Media   []uuid.UUID
	ReplyTo uuid.UUID
	Likes   int64
	Replies int64
}

// LogRange is what part of whose logs is asked for.
type LogRange struct {
	// Authors are in order and unique, at least one.
	Authors []uuid.UUID
	// From is the smallest id that may be answered, Before is greater than each.
	From, Before uuid.UUID
	// Limit bounds the answer, PerAuthor the part of each author; both are at least 1,
	// and PerAuthor is at most Limit.
	Limit, PerAuthor int32
	// Primary asks for everything that was committed before the call.
	Primary bool
}

// Entry is a post in the log of its author.
type Entry struct{ ID, Author uuid.UUID }

// Miscount is a post whose stored counts are not what they count.
type Miscount struct {
	Post                    uuid.UUID
	Likes, LikesCounted     int64
	Replies, RepliesCounted int64
}

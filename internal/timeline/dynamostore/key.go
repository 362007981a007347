package dynamostore

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
)

// Keys, by what they lead to. Ids are in their text form, whose order is theirs.
//
//	E#<reader> <post>      an entry
//	F#<reader> !           the reader; it comes before
//	F#<reader> <author>    an edge, for reads
//	A#<author> <reader>    the same edge, for fan-outs
//	P#<author> !           the author: epoch and rates
//	R#<shard>  <reader>    the register of readers
//	Q#<shard>  <author>    the register of authors
//	X          !, <n>      flips: how many there were, and the last one of each author
//	S          policy, cost#<kind>
const (
	self      = "!"
	flips     = "X"
	settings  = "S"
	policyKey = "policy"
	costKey   = "cost#"
)

// shards spread the registers. They may grow only along with a move of what is there.
const shards = 16

func shardOf(u uuid.UUID) int { return int(u[15]) % shards }

func entries(reader uuid.UUID) string   { return "E#" + reader.String() }
func following(reader uuid.UUID) string { return "F#" + reader.String() }
func followers(author uuid.UUID) string { return "A#" + author.String() }
func readers(shard int) string          { return fmt.Sprintf("R#%02d", shard) }
func authors(shard int) string          { return fmt.Sprintf("Q#%02d", shard) }

func entryKey(reader, post uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: entries(reader), SK: post.String()}
}

func readerKey(reader uuid.UUID) dynamo.Key { return dynamo.Key{PK: following(reader), SK: self} }
func authorKey(author uuid.UUID) dynamo.Key { return dynamo.Key{PK: "P#" + author.String(), SK: self} }

func edgeKey(author, reader uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: following(reader), SK: author.String()}
}

func audienceKey(author, reader uuid.UUID) dynamo.Key {
	return dynamo.Key{PK: followers(author), SK: reader.String()}
}

// flipKey orders flips by number.
func flipKey(n int64) dynamo.Key { return dynamo.Key{PK: flips, SK: fmt.Sprintf("%019d", n)} }

// idOf reads an id that is part of a key or an attribute; no id where there is none.
func idOf(text string) uuid.UUID {
	u, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil
	}
	return u
}

// A time is kept in microseconds since 1970; 0 is the epoch.
func micros(t time.Time) dynamo.Value             { return dynamo.N(t.UnixMicro()) } //nolint:ireturn // an attribute
func timeOf(i dynamo.Item, name string) time.Time { return time.UnixMicro(i.Int(name)) }

// write is one of this table.
func write(k dynamo.Key) dynamo.Write { return dynamo.Write{Table: dynamo.Timeline, Key: k} }

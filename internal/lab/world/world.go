// Package world makes worlds of people who follow one another, look, and post.
//
// A world is decided by its spec, a seed among it: the same spec is the same
// world, on every machine, to the last follow. So a world that was loaded into a
// database (internal/lab/database) can be made again in memory by whoever measures
// there, and be asked who follows whom.
//
// The people are of three classes (class.go): regular ones, influencers and
// celebrities, with ranges of followers and following. The ranges of following
// are kept to the letter. They leave too few follows for those of followers, so
// these are shares: each account is drawn a number in its class's range, and all
// numbers are multiplied by one factor, which makes as many followers as there
// are follows (share.go). Somebody who would have to be followed twice by the same
// people has fewer. Who follows whom is then left to chance, as in the
// configuration model: everybody has as many ends to hand out as he follows
// people, and every account takes as many at random (follow.go).
//
// How often people look and post is drawn, too (rate.go), lognormally and without
// regard to their followers. statement.go states exactly what was made.
package world

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// The least world has room for an influencer's 100 follows; the largest takes
// about 2 GB to make.
const (
	LeastPeople = 101
	MostPeople  = 500_000
)

// Spec decides on a world.
type Spec struct {
	// People is how many there are, 101 to 500,000.
	People int `json:"people"`
	// Seed decides on everything that is left to chance.
	Seed uint64 `json:"seed"`
	// Star adds one account with exactly so many followers, at most all of the
	// others; 0 adds none.
	Star int `json:"star,omitempty"`
	// Posts is how many posts everybody has written before, in the mean; each in
	// proportion to how often he posts.
	Posts float64 `json:"posts,omitempty"`
}

const mostPosts = 1000

func (s Spec) check() error {
	switch {
	case s.People < LeastPeople || s.People > MostPeople:
		return fmt.Errorf("a world has %d to %d people, not %d", LeastPeople, MostPeople, s.People)
	case s.Star < 0 || s.Star > s.People:
		return fmt.Errorf("in a world of %d others a star has 1 to %d followers, not %d", s.People, s.People, s.Star)
	case !(s.Posts >= 0 && s.Posts <= mostPosts): // and so is NaN
		return fmt.Errorf("people have written 0 to %d posts in the mean, not %v", mostPosts, s.Posts)
	}
	return nil
}

// World is a made world. People are numbers from 0; a star is the last. It is not
// to be changed.
type World struct {
	Spec

	// Factor is what drawn numbers of followers were multiplied by.
	Factor float64
	// Views and Writes are how often everybody looks and posts, against the mean.
	Views, Writes Rates

	class     []Class
	following lists
	followers lists
	posts     []int32
}

// New makes a world. 100,000 people take a few seconds.
func New(s Spec) (*World, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	w := &World{Spec: s}
	w.class = classes(s)
	w.follow()
	w.Views, w.Writes = newRates(w.Size(), w.random(streamViews)), newRates(w.Size(), w.random(streamWrites))
	w.write()
	return w, nil
}

// Size is how many people there are, the star among them.
func (w *World) Size() int { return len(w.class) }

// Class is of what class somebody is.
func (w *World) Class(person int) Class { return w.class[person] }

// Following is whom somebody follows, ascending. It is not to be changed.
func (w *World) Following(person int) []int32 { return w.following.of(person) }

// Followers is who follows somebody, ascending. It is not to be changed.
func (w *World) Followers(person int) []int32 { return w.followers.of(person) }

// Follows is how many follows there are.
func (w *World) Follows() int { return len(w.following.all) }

// Written is how many posts somebody has written before.
func (w *World) Written(person int) int { return int(w.posts[person]) }

// Each thing that is left to chance has random numbers of its own, so that one
// more draw for one changes nothing else.
const (
	streamClasses = iota + 1
	streamFollowing
	streamFollowers
	streamPairs
	streamViews
	streamWrites
	streamStar
)

func (w *World) random(stream uint64) *rand.Rand { return stream0(w.Seed, stream) }

func stream0(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// The world's time: accounts came up to a day after its beginning, follows in the
// hundred days after, posts in the hundred days after that. All of it is past.
var (
	beginning  = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	followTime = beginning.Add(24 * time.Hour)
	postTime   = followTime.Add(era)
)

const era = 100 * 24 * time.Hour

// ID is somebody's account id, a UUIDv7; ascending with the person.
func (w *World) ID(person int) uuid.UUID {
	return w.id(beginning.Add(time.Duration(person)*100*time.Microsecond), 0, uint64(person)) //nolint:gosec // a person is no negative number
}

// Handle is somebody's handle.
func (w *World) Handle(person int) string { return fmt.Sprintf("w%d_%d", w.Seed, person) }

// Since is when somebody began to follow somebody, to the microsecond.
func (w *World) Since(follower, followee int) time.Time {
	n := mix(w.Seed, uint64(follower)<<32|uint64(followee)) //nolint:gosec // people are no negative numbers
	return followTime.Add(time.Duration(n%uint64(era/time.Microsecond)) * time.Microsecond)
}

// PostID is the id of the n-th post that somebody wrote before.
func (w *World) PostID(person, n int) uuid.UUID {
	salt := uint64(person)<<32 | uint64(n) //nolint:gosec // neither is negative
	at := time.Duration(mix(w.Seed+1, salt) % uint64(era))
	return w.id(postTime.Add(at), 1, salt)
}

// id is the UUIDv7 of a moment, with a fraction of the millisecond in it.
func (w *World) id(at time.Time, kind, salt uint64) (id uuid.UUID) {
	us := uint64(at.UnixMicro())
	binary.BigEndian.PutUint64(id[:8], us/1000<<16|0x7000|us%1000*4096/1000)
	binary.BigEndian.PutUint64(id[8:], 1<<63|mix(w.Seed^kind<<62, salt)>>2)
	return id
}

// mix makes a number of two that looks random (splitmix64's last steps).
func mix(a, b uint64) uint64 {
	z := (a ^ 0x9e3779b97f4a7c15) + b*0xbf58476d1ce4e5b9
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

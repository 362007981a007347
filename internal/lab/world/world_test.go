package world_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/lab/world"
)

func made(t *testing.T, s world.Spec) *world.World {
	t.Helper()
	w, err := world.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// limits are the hard ranges of following.
var limits = map[world.Class][2]int{
	world.Regular: {50, 200}, world.Influencer: {100, 500}, world.Celebrity: {50, 200}, world.Star: {50, 200},
}

func TestEveryWorldKeepsTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := world.Spec{People: rapid.IntRange(world.LeastPeople, 500).Draw(t, "people"), Seed: rapid.Uint64().Draw(t, "seed")}
		if rapid.Bool().Draw(t, "with a star") {
			s.Star = rapid.IntRange(1, s.People).Draw(t, "star")
		}
		w, err := world.New(s)
		if err != nil {
			t.Fatal(err)
		}
		pairs, back := 0, 0
		for person := range w.Size() {
			list := w.Following(person)
			limit := limits[w.Class(person)]
			if n := len(list); n < limit[0] || n > min(limit[1], w.Size()-1) {
				t.Fatalf("%d of class %v follows %d", person, w.Class(person), n)
			}
			for i, followee := range list {
				if int(followee) == person || i > 0 && list[i-1] >= followee {
					t.Fatalf("%d follows %v", person, list)
				}
				if _, ok := slices.BinarySearch(w.Followers(int(followee)), int32(person)); !ok {
					t.Fatalf("%d follows %d, and is not among the followers", person, followee)
				}
			}
			pairs, back = pairs+len(list), back+len(w.Followers(person))
		}
		if pairs != back || pairs != w.Follows() {
			t.Fatalf("%d follow, %d are followed, %d follows in all", pairs, back, w.Follows())
		}
		if s.Star > 0 && len(w.Followers(s.People)) != s.Star {
			t.Fatalf("the star has %d followers, want %d", len(w.Followers(s.People)), s.Star)
		}
	})
}

func TestTheSameSpecIsTheSameWorldAndAnotherSeedIsAnother(t *testing.T) {
	t.Parallel()
	s := world.Spec{People: 400, Seed: 5, Star: 77, Posts: 2}
	one, same := made(t, s), made(t, s)
	s.Seed = 6
	other := made(t, s)
	differ := 0
	for p := range one.Size() {
		if !slices.Equal(one.Following(p), same.Following(p)) || one.ID(p) != same.ID(p) || one.Written(p) != same.Written(p) || one.Views.Of(p) != same.Views.Of(p) {
			t.Fatalf("person %d of the same world is another", p)
		}
		if !slices.Equal(one.Following(p), other.Following(p)) {
			differ++
		}
		if one.ID(p) == other.ID(p) || one.Handle(p) == other.Handle(p) {
			t.Fatalf("person %d of two worlds is the same account", p)
		}
	}
	if differ < one.Size()*9/10 {
		t.Errorf("only %d of %d follow others in the other world", differ, one.Size())
	}
}

func TestAHundredThousandPeopleHaveOneToThreeLargeAccounts(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 100_000, Seed: 11})
	s := w.Statement()
	if s.Large < 1 || s.Large > 3 {
		t.Errorf("%d accounts have 50,000 followers, want one to three", s.Large)
	}
	if s.Follows < 11_000_000 || s.Follows > 14_000_000 {
		t.Errorf("there are %d follows", s.Follows)
	}
	for i, want := range []struct{ people, least, most int }{{85_000, 50, 200}, {14_000, 100, 500}, {1000, 50, 200}} {
		c := s.Classes[i]
		if c.People != want.people || c.Following.Least != want.least || c.Following.Most != want.most {
			t.Errorf("%s: %d people follow %d to %d, want %+v", c.Class, c.People, c.Following.Least, c.Following.Most, want)
		}
		// Above the scaled range nobody is, below it nobody but for those who would
		// have to be followed twice by the same people.
		if most := w.Factor*float64(c.ReferenceFollowers.Most) + 1; float64(c.Followers.Most) > most {
			t.Errorf("%s: somebody has %d followers, of at most %.0f", c.Class, c.Followers.Most, most)
		}
		if least := w.Factor*float64(c.ReferenceFollowers.Least) - 1; float64(c.Followers.Least) < least*0.95 {
			t.Errorf("%s: somebody has %d followers, of at least %.0f", c.Class, c.Followers.Least, least)
		}
	}
}

func TestAStarCanBeFollowedByEverybodyElse(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 3000, Seed: 2, Star: 3000})
	if n := len(w.Followers(3000)); w.Size() != 3001 || n != 3000 || w.Class(3000) != world.Star {
		t.Errorf("the star of class %v has %d followers in a world of %d", w.Class(3000), n, w.Size())
	}
}

func TestAWorldThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []world.Spec{
		{People: 100},
		{People: 500_001},
		{People: 200, Star: 201},
		{People: 200, Star: -1},
		{People: 200, Posts: -1},
		{People: 200, Posts: math.NaN()},
		{People: 200, Posts: 1e6},
	} {
		if _, err := world.New(s); err == nil {
			t.Errorf("%+v was made", s)
		}
	}
}

func TestAccountsAndPostsHaveIdsOfThePast(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 300, Seed: 9, Posts: 4})
	handle := regexp.MustCompile(`^[a-z0-9_]{3,30}$`)
	seen, last := map[uuid.UUID]bool{}, uuid.Nil
	check := func(id uuid.UUID) {
		sec, nsec := id.Time().UnixTime()
		if at := time.Unix(sec, nsec); id.Version() != 7 || id.Variant() != uuid.RFC4122 || at.Year() != 2025 || seen[id] {
			t.Fatalf("%v is of %v, version %d", id, at, id.Version())
		}
		seen[id] = true
	}
	written := 0
	for p := range w.Size() {
		check(w.ID(p))
		if w.ID(p).String() <= last.String() {
			t.Fatal("ids do not ascend")
		}
		last = w.ID(p)
		if !handle.MatchString(w.Handle(p)) {
			t.Fatalf("%q is no handle", w.Handle(p))
		}
		for n := range w.Written(p) {
			check(w.PostID(p, n))
		}
		written += w.Written(p)
	}
	if written != 4*300 {
		t.Errorf("%d posts were written, want 1200", written)
	}
	if long := made(t, world.Spec{People: 101, Seed: math.MaxUint64}).Handle(100); !handle.MatchString(long) {
		t.Errorf("%q is no handle", long)
	}
}

func TestRatesAreLognormalAndDrawnAsOftenAsTheySay(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 5000, Seed: 4})
	for name, r := range map[string]world.Rates{"views": w.Views, "writes": w.Writes} {
		sum, logs, squares := 0.0, 0.0, 0.0
		n := float64(w.Size())
		for p := range w.Size() {
			l := math.Log(r.Of(p))
			sum, logs, squares = sum+r.Of(p), logs+l, squares+l*l
		}
		spread := math.Sqrt(squares/n - logs/n*logs/n)
		if math.Abs(sum/n-1) > 1e-9 || math.Abs(spread-1.5) > 0.05 {
			t.Errorf("%s have the mean %v and the spread %v, want 1 and 1.5", name, sum/n, spread)
		}
	}
	often := 0
	const draws = 100_000
	for n := range uint64(draws) {
		if w.Views.Of(w.Views.Draw(1, n)) > 1 {
			often++
		}
	}
	want := 0.0
	for p := range w.Size() {
		if v := w.Views.Of(p); v > 1 {
			want += v / float64(w.Size())
		}
	}
	if got := float64(often) / draws; math.Abs(got-want) > 0.01 {
		t.Errorf("those above the mean were drawn in %v of all, want %v", got, want)
	}
}

func TestLooksAndPostsAreIndependent(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 5000, Seed: 4})
	product := 0.0
	for p := range w.Size() {
		product += (math.Log(w.Views.Of(p)) + 1.125) * (math.Log(w.Writes.Of(p)) + 1.125) / (1.5 * 1.5)
	}
	if r := product / float64(w.Size()); math.Abs(r) > 0.05 {
		t.Errorf("they correlate: %v", r)
	}
}

func TestTheStatementSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	w := made(t, world.Spec{People: 1000, Seed: 3, Star: 10, Posts: 1})
	s := w.Statement()
	people, follows := 0, 0
	for _, c := range s.Classes {
		people, follows = people+c.People, follows+c.Follows
	}
	if people != 1001 || s.People != people || follows != w.Follows() || s.Follows != follows || s.Posts != 1001 {
		t.Errorf("%d people and %d follows in the classes, %+v", people, follows, s)
	}
	var out strings.Builder
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"regular", "influencer", "celebrity", "star", "50000-500000", "1001 people"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
}

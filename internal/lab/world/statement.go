package world

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Statement says exactly what was made, beside what was asked for.
type Statement struct {
	Spec    Spec             `json:"spec"`
	People  int              `json:"people"`
	Follows int              `json:"follows"`
	Posts   int              `json:"posts"`
	Factor  float64          `json:"factor"`
	Classes []ClassStatement `json:"classes"`
	// Large is how many accounts have at least LargeFrom followers.
	Large     int `json:"large"`
	LargeFrom int `json:"largeFrom"`
}

// ClassStatement is about one class. The references are the ranges asked for, of
// followers before the factor.
type ClassStatement struct {
	Class              string `json:"class"`
	People             int    `json:"people"`
	Follows            int    `json:"follows"`
	Followers          Spread `json:"followers"`
	ReferenceFollowers Range  `json:"referenceFollowers"`
	Following          Spread `json:"following"`
	ReferenceFollowing Range  `json:"referenceFollowing"`
}

// Spread is of numbers.
type Spread struct {
	Least  int `json:"least"`
	Median int `json:"median"`
	Most   int `json:"most"`
}

func spreadOf(numbers []int) Spread {
	slices.Sort(numbers)
	return Spread{numbers[0], numbers[(len(numbers)-1)/2], numbers[len(numbers)-1]}
}

// large accounts are those of celebrities before the factor.
const large = 50_000

// Statement counts what there is.
func (w *World) Statement() Statement {
	s := Statement{Spec: w.Spec, People: w.Size(), Follows: w.Follows(), Factor: w.Factor, LargeFrom: large}
	for c := range Class(classCount) {
		if cs, ok := w.stateOf(c); ok {
			s.Classes = append(s.Classes, cs)
		}
	}
	for person := range w.Size() {
		s.Posts += w.Written(person)
		if len(w.Followers(person)) >= large {
			s.Large++
		}
	}
	return s
}

func (w *World) stateOf(c Class) (cs ClassStatement, ok bool) {
	var followers, following []int
	for person, of := range w.class {
		if of != c {
			continue
		}
		followers = append(followers, len(w.Followers(person)))
		following = append(following, len(w.Following(person)))
		cs.Follows += len(w.Followers(person))
	}
	if len(followers) == 0 {
		return cs, false
	}
	r := references[c]
	cs.Class, cs.People = r.name, len(followers)
	cs.Followers, cs.ReferenceFollowers = spreadOf(followers), r.followers
	cs.Following, cs.ReferenceFollowing = spreadOf(following), r.following
	return cs, true
}

// Write prints the statement for people.
func (s Statement) Write(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "class\tpeople\tfollowers: least\tmedian\tmost\tin all\treference\tx factor\tfollowing: least\tmedian\tmost\treference\t")
	for _, c := range s.Classes {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%d\t%d\t%d\t%s\t\n", c.Class, c.People,
			c.Followers.Least, c.Followers.Median, c.Followers.Most, c.Follows, c.ReferenceFollowers, c.ReferenceFollowers.Times(s.Factor),
			c.Following.Least, c.Following.Median, c.Following.Most, c.ReferenceFollowing)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d people, %d follows, %d posts; seed %d; factor %.4f; %d with at least %d followers\n",
		s.People, s.Follows, s.Posts, s.Spec.Seed, s.Factor, s.Large, s.LargeFrom)
	return err
}

// String is for people.
func (r Range) String() string {
	if r == (Range{}) {
		return "-"
	}
	return fmt.Sprintf("%d-%d", r.Least, r.Most)
}

// Times is the range with a factor.
func (r Range) Times(factor float64) string {
	if r == (Range{}) {
		return "-"
	}
	return fmt.Sprintf("%.1f-%.0f", factor*float64(r.Least), factor*float64(r.Most))
}

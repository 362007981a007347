package generate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// drawing draws the courses and instructors of a set, each by itself.
type drawing struct {
	CourseSpec
	// star spreads the ranks of stars among the ids.
	star int64
}

func newDrawing(s CourseSpec) drawing { return drawing{CourseSpec: s, star: coprime(s.Instructors)} }

// Instructor is one of a set, as its files have him.
type Instructor struct {
	FirstName, MiddleInitial, LastName, AcademicTitle, Title, Organization string
	Learners, Ratings                                                      int64
	// AverageHundredths is the mean of the ratings; 0 where there are none.
	AverageHundredths int32
}

// instructor draws one by his id.
func (d *drawing) instructor(by *dice, key int64) (who Instructor) {
	r := by.of(d.Seed, instructorDice, key-1)
	if r.IntN(3) == 0 {
		who.MiddleInitial = one(r, initials)
	}
	who.FirstName, who.LastName, who.AcademicTitle = one(r, firstNames), one(r, lastNames), one(r, academicTitles)
	who.Title, who.Organization = one(r, positions), one(r, organizations)
	who.Ratings = int64(math.Exp(4 + 1.8*r.NormFloat64()))
	who.Learners = who.Ratings*int64(5+r.IntN(40)) + int64(r.IntN(50))
	if who.Ratings > 0 {
		who.AverageHundredths = min(max(int32(440+35*r.NormFloat64()), 100), 500)
	}
	return who
}

// lesson is what is drawn of a course, but for its syllabus.
type lesson struct {
	number, title, topic, promise string
	// teachers are ids, that of the primary instructor first.
	teachers []int64
}

// course draws one with so many assistants; keys have room for its teachers.
func (d *drawing) course(r *rand.Rand, i, assistants int64, keys []int64) (c lesson) {
	var topics []string
	c.number, topics = numberOf(r, i)
	c.topic = one(r, topics)
	c.title = one(r, approaches) + c.topic
	c.promise = one(r, promises)
	keys = append(keys[:0], d.draw(r, i))
	for range assistants {
		keys = append(keys, d.assistant(r, i, keys))
	}
	c.teachers = keys
	return c
}

// numberOf draws a course's number, and what the course may be about.
func numberOf(r *rand.Rand, i int64) (number string, topics []string) {
	subject := subjects[pick(r, subjectWeights)]
	return subject.prefix + "-" + strconv.FormatInt(i+1, 10), subject.topics
}

// assistant draws somebody who does not teach the course yet.
func (d *drawing) assistant(r *rand.Rand, course int64, teachers []int64) int64 {
	key := d.draw(r, course)
	for slices.Contains(teachers, key) {
		key = key%d.Instructors + 1
	}
	return key
}

const (
	// school is how many instructors a school has.
	school = 2000
	// stars are how many of a hundred draws are of anybody, by fame.
	stars = 10
)

// draw answers somebody's id: in most cases of the course's own school, else anybody's
// by his fame, which falls with rank as 1 / (rank + flatten).
func (d *drawing) draw(r *rand.Rand, course int64) int64 {
	if r.IntN(100) >= stars {
		near := int64(float64(course)/float64(d.Courses)*float64(d.Instructors)) / school * school
		return near + r.Int64N(min(school, d.Instructors-near)) + 1
	}
	u, n := r.Float64(), float64(d.Instructors)
	rank := int64(flatten*math.Pow((n+flatten)/flatten, u)) - flatten
	return min(max(rank, 0), d.Instructors-1)*d.star%d.Instructors + 1
}

// assistantPlaces is how many places for assistants a course has.
func assistantPlaces(r *rand.Rand) int64 {
	return min(int64(math.Exp(1.1*r.NormFloat64())), mostPlaces)
}

// mostPlaces is where a course is full: even where it gets more assistants than it has
// places, they are fewer than a hundred.
const mostPlaces = 60

// Teaching knows who teaches the courses of a set: what its files have, without them, in
// a byte a course. It may be asked from several goroutines.
type Teaching struct {
	drawing
	// assistants is how many each course has.
	assistants []uint8
}

// TeachingOf goes over all courses of a set.
func TeachingOf(s CourseSpec) *Teaching {
	t := &Teaching{drawing: newDrawing(s), assistants: make([]uint8, s.Courses)}
	by, places := newDice(), share{rows: s.Assistants}
	for course := range s.Courses {
		n := assistantPlaces(by.of(s.Seed, assistantDice, course))
		t.assistants[course] = uint8(n) //nolint:gosec // at most mostPlaces
		places.places += n
	}
	for course, n := range t.assistants {
		t.assistants[course] = uint8(places.take(int64(n))) //nolint:gosec // fewer than a hundred
	}
	return t
}

// Number is that of a course, which are counted from 0.
func (t *Teaching) Number(course int64) string {
	number, _ := numberOf(newDice().of(t.Seed, courseDice, course), course)
	return number
}

// Course is the number of a course, and the ids of those who teach it, the primary
// instructor's first.
func (t *Teaching) Course(course int64) (number string, teachers []int64) {
	c := t.course(newDice().of(t.Seed, courseDice, course), course, int64(t.assistants[course]), nil)
	return c.number, c.teachers
}

// AssistantsOf is how many a course has.
func (t *Teaching) AssistantsOf(course int64) int { return int(t.assistants[course]) }

// Instructor is somebody by his id, of which there are as many as instructors, from 1.
func (t *Teaching) Instructor(key int64) Instructor { return t.instructor(newDice(), key) }

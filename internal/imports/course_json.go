package imports

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
)

// courseJSON reads JSON Lines: an object a line, with an instructor or a course.
type courseJSON struct {
	prefix    string
	tolerance *tolerance
	name      string
	file      *lines
}

func openCourseJSON(path, prefix string, t *tolerance) (*courseJSON, error) {
	file, err := openLines(path, longestJSON)
	if err != nil {
		return nil, err
	}
	return &courseJSON{prefix: prefix, tolerance: t, name: filepath.Base(path), file: file}, nil
}

func (j *courseJSON) close() error  { return j.file.Close() }
func (j *courseJSON) size() int64   { return j.file.size }
func (j *courseJSON) offset() int64 { return j.file.offset() }
func (j *courseJSON) place() string { return fmt.Sprintf("%s line %d", j.name, j.file.number) }

// next implements courseSource.
func (j *courseJSON) next() (*coursev1.ImportedInstructor, *coursev1.ImportedCourse, error) {
	for {
		line, err := j.file.next()
		if err == nil && len(line) == 0 {
			continue
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return nil, nil, err
		}
		var who *coursev1.ImportedInstructor
		var c *coursev1.ImportedCourse
		if err == nil {
			who, c, err = parseCourseLine(line, j.prefix)
		}
		if err == nil {
			if c != nil {
				c.Line = j.file.number
			}
			return who, c, nil
		}
		if err := j.tolerance.pass(j.place(), err); err != nil {
			return nil, nil, err
		}
	}
}

// courseLine is an object; either part is an Imported... of the contract.
type courseLine struct {
	Instructor json.RawMessage `json:"instructor"`
	Course     json.RawMessage `json:"course"`
}

// parseCourseLine reads an object.
func parseCourseLine(line []byte, prefix string) (*coursev1.ImportedInstructor, *coursev1.ImportedCourse, error) {
	var l courseLine
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, nil, err
	}
	switch {
	case len(l.Instructor) > 0 && len(l.Course) == 0:
		who := &coursev1.ImportedInstructor{}
		if err := protojson.Unmarshal(l.Instructor, who); err != nil {
			return nil, nil, err
		}
		if who.GetKey() == "" {
			return nil, nil, errNoKey
		}
		who.Key = prefix + who.GetKey()
		return who, nil, checkInstructor(who)
	case len(l.Course) > 0 && len(l.Instructor) == 0:
		c := &coursev1.ImportedCourse{}
		if err := protojson.Unmarshal(l.Course, c); err != nil {
			return nil, nil, err
		}
		c.Number, c.AssistantKeys = strings.ToUpper(c.GetNumber()), prefixed(prefix, c.GetAssistantKeys())
		if c.GetPrimaryInstructorKey() != "" {
			c.PrimaryInstructorKey = prefix + c.GetPrimaryInstructorKey()
		}
		return nil, c, checkCourse(c)
	default:
		return nil, nil, errors.New("it must have an instructor or a course")
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/throng-social/throng/internal/lab/generate"
)

type labGenerateCourses struct {
	Out     string `required:"" type:"path" help:"The folder of the files, which are written over."`
	Courses int64  `default:"10000" help:"How many courses, 200 to 100,000,000; as many instructors, and half as many assistants again."`
	Full    bool   `help:"The full size in place of that: 10,000,000 courses, 10,000,000 instructors, 15,000,000 assistants."`
	Seed    uint64 `default:"1" help:"The same seed makes the same set."`
}

// Run writes the set and prints how many rows it has.
func (c *labGenerateCourses) Run(ctx context.Context) error {
	if c.Full {
		c.Courses = generate.FullCourses
	}
	spec, err := generate.OfCourses(c.Courses, c.Seed)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o750); err != nil {
		return err
	}
	if err := spec.CheckDisk(c.Out); err != nil {
		return err
	}
	began := time.Now()
	written, err := generate.WriteCourses(ctx, spec, c.Out, os.Stderr)
	fmt.Printf("%v, in %.1f s\n", written, time.Since(began).Seconds())
	return err
}

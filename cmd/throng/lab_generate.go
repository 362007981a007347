package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/throng-social/throng/internal/lab/generate"
)

type labGenerate struct {
	Courses labGenerateCourses `cmd:"" help:"Write a set of courses and instructors, as 'throng import courses' reads it."`
	Reviews labGenerateReviews `cmd:"" help:"Write a set of reviews, as 'throng import reviews' reads it."`
	Weather labGenerateWeather `cmd:"" help:"Write observations of the weather, as 'throng import weather' reads them."`
}

type labGenerateReviews struct {
	Out      string `required:"" type:"path" help:"The folder of the files, which are written over."`
	Products int64  `default:"10000" help:"How many products, 100 to 20,000,000; the other numbers are in proportion."`
	Full     bool   `help:"The full size in place of that: 1,000,011 products, 5,774,952 reviews, 2,742,540 photos, 3,347,679 characteristics, 19,327,575 values."`
	Seed     uint64 `default:"1" help:"The same seed makes the same set."`
}

// Run writes the set and prints how many rows it has.
func (c *labGenerateReviews) Run(ctx context.Context) error {
	spec, err := setOf(c.Products, c.Full, c.Seed)
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
	written, err := generate.Write(ctx, spec, c.Out, os.Stderr)
	fmt.Printf("%v, in %.1f s\n", written, time.Since(began).Seconds())
	return err
}

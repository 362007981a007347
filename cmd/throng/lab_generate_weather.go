package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/lab/generate"
)

type labGenerateWeather struct {
	Out    string `required:"" type:"path" help:"The CSV file, which is written over."`
	Form   string `enum:"sparse,dense" default:"sparse" help:"sparse: few observations each of many places, over five years; dense: one every ten minutes."`
	Places int64  `default:"0" help:"How many places, up to 125,000; 0 for 1,000, or 2 dense ones."`
	Rows   int64  `default:"0" help:"How many observations; 0 for 100,000."`
	Full   bool   `help:"The full size in place of these: 10,000,000 rows of 122,000 places, or 10,512,000 of 100 dense ones, over two years."`
	Seed   uint64 `default:"1" help:"The same seed makes the same file."`
}

const (
	labSparsePlaces = 1000
	labDensePlaces  = 2
	labWeatherRows  = 100_000
)

// Run writes the file and prints how much it has.
func (c *labGenerateWeather) Run(ctx context.Context) error {
	w := c.spec()
	if err := w.Check(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o750); err != nil {
		return err
	}
	if err := w.CheckDisk(filepath.Dir(c.Out)); err != nil {
		return err
	}
	began := time.Now()
	if err := generate.WriteWeather(ctx, w, c.Out, os.Stderr); err != nil {
		return err
	}
	fmt.Printf("%v, in %.1f s\n", w, time.Since(began).Seconds())
	return nil
}

func (c *labGenerateWeather) spec() generate.Weather {
	form := generate.Form(c.Form)
	if c.Full {
		return generate.FullWeather(form, c.Seed)
	}
	w := generate.Weather{Form: form, Places: labSparsePlaces, Rows: labWeatherRows, Seed: c.Seed}
	if form == generate.Dense {
		w.Places = labDensePlaces
	}
	if c.Places != 0 {
		w.Places = c.Places
	}
	if c.Rows != 0 {
		w.Rows = c.Rows
	}
	return w
}

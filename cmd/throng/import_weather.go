package main

import (
	"context"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/imports"
)

type importWeatherCommand struct {
	importTarget `embed:""`
	File         string `arg:"" type:"existingfile" help:"The file, .csv, plain or gzipped; see above."`
	Streams      int    `default:"1" help:"How many streams carry the observations side by side, 1 to 4."`
}

// Help tells what is read.
func (*importWeatherCommand) Help() string {
	return `A file of comma-separated values with a header. Columns are found by their names, whatever the case and the order,
and others are left out. There are two forms.

The general one has location, time, temperature, humidity and wind_speed, of which any of the last three may be
missing. A time is one of RFC 3339, as in 2024-05-01T13:30:00+02:00, or has no zone, as in 2024-05-01 13:30:00, or
2024-05-01 13:30, and is of UTC then. Temperatures are in degrees Celsius, from -100 to 70; humidity in percent, from
0 to 100; wind speed in kilometres an hour, from 0 to 500. More than two decimal places are rounded, half to even.

The other one is that of daily observations of the Australian Bureau of Meteorology. It has Date (31-12-2008 or
2008-12-31) and Location, and two readings a line: Temp9am, Humidity9am and WindSpeed9am become the observation of
09:00, Temp3pm, Humidity3pm and WindSpeed3pm that of 15:00. As it names no zone, its hours are stored as those of UTC.
It is known by its columns Temp9am and Temp3pm.

An empty field, NA, NaN or null is a value that was not measured, which counts nowhere and is no 0. A reading without
any value is left out and counted. A bad line is named and passed over as a whole. An observation of a place and time
that is known takes the place of the one before: importing a file again changes nothing, so an import that was
interrupted goes on when it is run again. Where a file has two different ones of one place and time, the later one
stays, with one stream.`
}

// Run imports; running it again adds what is missing.
func (c *importWeatherCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if err := c.checkDisk(func() (int64, error) { return imports.WeatherDisk(c.File) }); err != nil {
		return err
	}
	summary, err := imports.Weather(ctx, imports.WeatherConfig{Client: client, File: c.File, MaxErrors: c.MaxErrors, Streams: c.Streams, Out: os.Stderr})
	fmt.Println(summary)
	return err
}

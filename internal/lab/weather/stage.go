package weather

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// fileName is that of the set's file in the folder, where it stays.
	fileName = "weather.csv"
	// diskRatio is how many times the set's file is on disk: it itself, and what the import
	// and its replica make of it.
	diskRatio = 1 + 2*5
	// placesPage is how many places are found with one call.
	placesPage = 100
)

// stage is the deployment, with what is known of it.
type stage struct {
	Config
	*deployment.Deployment

	truth  *truth
	loaded *Loaded
}

func openStage(ctx context.Context, c Config) (s *stage, err error) {
	s = &stage{Config: c}
	s.Deployment, err = deployment.Open(ctx, deployment.Options{
		Name: "throng-lab-weather", Folder: c.Dir, Server: c.Server, Running: c.Running, Serve: c.Serve, Concurrency: c.Concurrency, Prepare: s.prepare,
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepare wants room for the set, unless it is there.
func (s *stage) prepare(folder string) error {
	return deployment.CheckRoom(folder, s.Set, diskRatio*s.Set.Disk())
}

func (s *stage) open(ctx context.Context) (err error) {
	file, rows := s.File, 0
	if s.Server == "" {
		file, rows = filepath.Join(s.Folder, fileName), int(s.Set.Rows)
		if err := s.load(ctx, file); err != nil {
			return err
		}
	}
	if s.truth, err = readTruth(ctx, file, rows); err != nil {
		return err
	}
	if rows > 0 && len(s.truth.at) != rows {
		return fmt.Errorf("%s has %d observations, not %d: remove it, and it is made anew", file, len(s.truth.at), rows)
	}
	return s.findPlaces(ctx)
}

// load generates the set and imports it through the API, unless it is there. A load that
// was interrupted goes on where it was: the same seed makes the same set.
func (s *stage) load(ctx context.Context, file string) error {
	there, err := deployment.Has(s.Folder, s.Set)
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); there && err == nil {
		return nil
	}
	if err := generate.WriteWeather(ctx, s.Set, file, s.Out); err != nil || there {
		return err
	}
	if err := s.carry(ctx, file); err != nil {
		return err
	}
	return deployment.Keep(ctx, s.Deployment, s.Set)
}

// carry imports the file.
func (s *stage) carry(ctx context.Context, file string) error {
	token, err := s.Administrator(ctx, "w"+strconv.FormatInt(time.Now().UnixMicro(), 36)+"_operator")
	if err != nil {
		return err
	}
	done, err := imports.Weather(ctx, imports.WeatherConfig{Client: throng.New(s.Base, throng.WithToken(token)), File: file, Out: s.Out})
	if err == nil && done.Observations != s.Set.Rows {
		err = fmt.Errorf("%d observations were imported, not %d", done.Observations, s.Set.Rows)
	}
	if err != nil {
		return err
	}
	s.loaded = &Loaded{Places: done.LocationsCreated, Observations: done.Created, Seconds: done.Took.Seconds()}
	fmt.Fprintln(s.Out, done)
	return nil
}

// findPlaces finds the ids of all places that the file has, as anybody may.
func (s *stage) findPlaces(ctx context.Context) error {
	missing, err := s.truth.byName()
	if err != nil {
		return err
	}
	client := weatherv1connect.NewWeatherServiceClient(load.NewClient(1), s.Base)
	bar := progress.New(s.Out, "finding", "places", int64(len(missing)))
	defer bar.Finish()
	for token := ""; len(missing) > 0; {
		res, err := s.placesPage(ctx, client, token)
		if err != nil {
			return err
		}
		for _, l := range res.GetLocations() {
			if place, ok := missing[l.GetName()]; ok {
				s.truth.ids[place] = l.GetId()
				delete(missing, l.GetName())
				bar.Step(1)
			}
		}
		if token = res.GetNextPageToken(); token == "" {
			break
		}
	}
	for name := range missing {
		return fmt.Errorf("%d places of the file are not there, such as %s: load it with `throng import weather`", len(missing), name)
	}
	return nil
}

func (s *stage) placesPage(ctx context.Context, client weatherv1connect.WeatherServiceClient, token string) (*weatherv1.SearchLocationsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return client.SearchLocations(ctx, &weatherv1.SearchLocationsRequest{PageSize: placesPage, PageToken: token})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"

	"github.com/throng-social/throng/internal/imports"
	throng "github.com/throng-social/throng/sdk/go"
)

type importCommand struct {
	Courses importCoursesCommand `cmd:"" help:"Load courses and those who teach them: CSV files or JSON Lines."`
	Follows importFollowsCommand `cmd:"" help:"Load a follow graph: lines of two names, the first follows the second."`
	Reviews importReviewsCommand `cmd:"" help:"Load products and their reviews: a set of CSV files, one CSV file, or JSON Lines."`
	Weather importWeatherCommand `cmd:"" help:"Load observations of the weather: a CSV file."`
}

// importTarget is where an import goes, and who sends it.
type importTarget struct {
	Server    string `env:"THRONG_SERVER" default:"http://127.0.0.1:8080" help:"The API."`
	Login     string `env:"THRONG_LOGIN" help:"An operator's handle or address."`
	Password  string `env:"THRONG_PASSWORD" help:"His password."`
	Token     string `env:"THRONG_TOKEN" help:"Or an operator's access token, as 'throng token' prints it."`
	Disk      string `default:"." help:"A folder on the server's disk, whose room is checked first where the server is this machine."`
	MaxErrors int    `default:"100" help:"How many bad lines are passed over before the import stops."`
}

type importFollowsCommand struct {
	importTarget `embed:""`
	File         string `arg:"" type:"existingfile" help:"The file, plain or .gz; lines that begin with # are passed over."`
	Prefix       string `help:"Put before each name to make its handle."`
}

// Run imports; running it again adds what is missing.
func (c *importFollowsCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	if err := c.checkDisk(func() (int64, error) { return imports.FollowsDisk(c.File) }); err != nil {
		return err
	}
	summary, err := imports.Follows(ctx, imports.FollowsConfig{Client: client, File: c.File, Prefix: c.Prefix, MaxErrors: c.MaxErrors, Out: os.Stderr})
	fmt.Println(summary)
	return err
}

var errNoOperator = errors.New("an import needs an operator: give --login and --password, or --token")

func (c *importTarget) client() (*throng.Client, error) {
	switch {
	case c.Token != "":
		return throng.New(c.Server, throng.WithToken(c.Token)), nil
	case c.Login != "" && c.Password != "":
		return throng.New(c.Server, throng.WithLogin(c.Login, c.Password)), nil
	}
	return nil, errNoOperator
}

// checkDisk refuses an import for which the server, if it is this machine, has no
// room.
func (c *importTarget) checkDisk(estimate func() (int64, error)) error {
	server, err := url.Parse(c.Server)
	if err != nil {
		return err
	}
	if host := net.ParseIP(server.Hostname()); server.Hostname() != "localhost" && (host == nil || !host.IsLoopback()) {
		return nil
	}
	need, err := estimate()
	if err != nil {
		return err
	}
	free, err := imports.FreeDisk(c.Disk)
	if err == nil && free < need {
		return fmt.Errorf("the import needs about %d MB of disk, and %s has %d MB free", need>>20, c.Disk, free>>20)
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/throng-social/throng/internal/imports"
	throng "github.com/throng-social/throng/sdk/go"
)

type importCommand struct {
	Follows importFollowsCommand `cmd:"" help:"Load a follow graph: lines of two names, the first follows the second."`
}

type importFollowsCommand struct {
	File      string `arg:"" type:"existingfile" help:"The file, plain or .gz; lines that begin with # are passed over."`
	Prefix    string `help:"Put before each name to make its handle."`
	Server    string `env:"THRONG_SERVER" default:"http://127.0.0.1:8080" help:"The API."`
	Login     string `env:"THRONG_LOGIN" help:"An operator's handle or address."`
	Password  string `env:"THRONG_PASSWORD" help:"His password."`
	Token     string `env:"THRONG_TOKEN" help:"Or an operator's access token, as 'throng token' prints it."`
	MaxErrors int    `default:"100" help:"How many bad lines are passed over before the import stops."`
}

// Run imports; running it again adds what is missing.
func (c *importFollowsCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	summary, err := imports.Follows(ctx, imports.FollowsConfig{Client: client, File: c.File, Prefix: c.Prefix, MaxErrors: c.MaxErrors, Out: os.Stderr})
	fmt.Println(summary)
	return err
}

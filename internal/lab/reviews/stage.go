package reviews

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/deployment"
)

// stage is the deployment with what is in it.
type stage struct {
	Config
	*deployment.Deployment

	// prefix is what the handles of this run begin with, token the operator's.
	prefix, token string
	// people have accounts, and write.
	people   crowd
	products []uuid.UUID
	loaded   *Loaded
}

func openStage(ctx context.Context, c Config) (s *stage, err error) {
	s = &stage{Config: c, prefix: "r" + strconv.FormatInt(time.Now().UnixMicro(), 36)}
	s.Deployment, err = deployment.Open(ctx, deployment.Options{
		Name: "throng-lab-reviews", Folder: c.Dir, Server: c.Server, Running: c.Running, Serve: c.Serve, Concurrency: c.Concurrency, Prepare: s.checkSet,
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *stage) open(ctx context.Context) error {
	if err := s.populate(ctx); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	return s.findProducts(ctx)
}

// populate makes an operator, and the people who write.
func (s *stage) populate(ctx context.Context) (err error) {
	operator := s.prefix + "_operator"
	if s.token, err = s.Administrator(ctx, operator); err != nil {
		return err
	}
	handles := make([]string, s.People)
	for i := range handles {
		handles[i] = fmt.Sprintf("%s_%d", s.prefix, i)
	}
	ids, err := database.Enroll(ctx, s.Database, operator, handles)
	if err != nil {
		return err
	}
	people := make([]*shopper, len(handles))
	for i, handle := range handles {
		people[i] = newShopper(s.Seed, uint64(i)|1<<40)
		people[i].id = ids[i]
		if people[i].token, err = s.Token(ctx, handle); err != nil {
			return err
		}
	}
	s.people = gather(people)
	return nil
}

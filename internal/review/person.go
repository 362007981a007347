package review

import (
	"context"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
)

var errGone = fault.New(fault.Unauthenticated, "sign_in_required", "this account does not exist any more")

// nameOf is the name that people read of an account. One that is not found is asked
// for once more at the place where the writer is, as it may be too new for a replica.
func (s *Service) nameOf(ctx context.Context, account uuid.UUID) (string, error) {
	people, err := s.people(ctx, []uuid.UUID{account})
	if err != nil {
		return "", err
	}
	if people[account.String()] == nil {
		if people, err = s.peopleNow(ctx, account); err != nil {
			return "", err
		}
	}
	u := people[account.String()]
	switch {
	case u == nil:
		return "", errGone
	case u.GetDisplayName() == "":
		return u.GetHandle(), nil
	}
	return u.GetDisplayName(), nil
}

func (s *Service) peopleNow(ctx context.Context, account uuid.UUID) (map[string]*userv1.User, error) {
	at, err := s.db.Place(ctx)
	if err != nil {
		return nil, err
	}
	return s.people(consistency.Demanding(ctx, at), []uuid.UUID{account})
}

// people answers those accounts that there are, at most a page of them.
func (s *Service) people(ctx context.Context, users []uuid.UUID) (map[string]*userv1.User, error) {
	people, req := make(map[string]*userv1.User, len(users)), &userv1.HydrateUsersRequest{}
	for _, u := range users {
		if _, asked := people[u.String()]; !asked {
			people[u.String()] = nil
			req.UserIds = append(req.UserIds, u.String())
		}
	}
	if len(users) == 0 {
		return people, nil
	}
	res, err := s.users.HydrateUsers(ctx, req)
	for _, u := range res.GetUsers() {
		people[u.GetId()] = u
	}
	return people, err
}

package user

import (
	"context"
	"slices"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/id"
)

// HydrateUsers answers accounts in the order asked for.
func (s *Service) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	ids, err := id.ParseAll("user_ids", req.GetUserIds())
	if err != nil {
		return nil, err
	}
	users, err := s.hydrate(ctx, ids)
	if err != nil {
		return nil, err
	}
	return &userv1.HydrateUsersResponse{Users: users}, nil
}

// GetKeySet answers the public keys with which access tokens are checked.
func (s *Service) GetKeySet(ctx context.Context, _ *userv1.GetKeySetRequest) (*userv1.GetKeySetResponse, error) {
	keys, err := s.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	return &userv1.GetKeySetResponse{Jwks: keys.jwks}, nil
}

// ResolveHandles answers the ids of handles. It takes one statement where all
// accounts exist, and two or, where others make the same ones at the same time,
// three, where it makes some.
func (s *Service) ResolveHandles(ctx context.Context, req *userv1.ResolveHandlesRequest) (*userv1.ResolveHandlesResponse, error) {
	known := make(map[string]uuid.UUID, len(req.GetHandles()))
	if err := s.lookUpHandles(ctx, req.GetHandles(), known); err != nil {
		return nil, err
	}
	res := &userv1.ResolveHandlesResponse{}
	if req.GetCreateMissing() {
		var err error
		if res.Created, err = s.createMissing(ctx, req.GetHandles(), known); err != nil {
			return nil, err
		}
	}
	res.UserIds = make([]string, len(req.GetHandles()))
	for i, h := range req.GetHandles() {
		res.UserIds[i] = id.String(known[h])
	}
	return res, nil
}

func (s *Service) lookUpHandles(ctx context.Context, handles []string, known map[string]uuid.UUID) error {
	rows, err := s.q.ListHandles(ctx, s.db.Primary(ctx), handles)
	for _, row := range rows {
		known[row.Handle] = row.ID
	}
	return err
}

// createMissing makes the accounts that are not known. A handle that is neither
// made nor found then is one of a deleted account.
func (s *Service) createMissing(ctx context.Context, handles []string, known map[string]uuid.UUID) (int64, error) {
	missing := unknown(handles, known)
	if len(missing) == 0 {
		return 0, nil
	}
	made, err := s.q.InsertHandles(ctx, s.db.Writer(ctx), missing)
	if err != nil {
		return 0, err
	}
	for _, row := range made {
		known[row.Handle] = row.ID
	}
	if len(made) < len(missing) {
		err = s.lookUpHandles(ctx, unknown(missing, known), known)
	}
	return int64(len(made)), err
}

// unknown lists handles that have no id yet, each once, in order.
func unknown(handles []string, known map[string]uuid.UUID) []string {
	var left []string
	for _, h := range handles {
		if _, ok := known[h]; !ok {
			left = append(left, h)
		}
	}
	slices.Sort(left)
	return slices.Compact(left)
}

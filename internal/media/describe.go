package media

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/mediadb"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

var errNotFound = fault.New(fault.NotFound, "media_not_found", "this picture does not exist")

// GetMedia implements MediaService.
func (s *Service) GetMedia(ctx context.Context, req *mediav1.GetMediaRequest) (*mediav1.GetMediaResponse, error) {
	mediaID, err := id.Parse("media_id", req.GetMediaId())
	if err != nil {
		return nil, err
	}
	row, err := s.find(ctx, mediaID)
	if err != nil {
		return nil, err
	}
	return &mediav1.GetMediaResponse{Media: s.toMedia(row)}, nil
}

// Resolve implements MediaInternalService.
func (s *Service) Resolve(ctx context.Context, req *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	ids, err := id.ParseAll("media_ids", req.GetMediaIds())
	if err != nil {
		return nil, err
	}
	found, err := s.known.GetMany(ctx, ids, s.load)
	if err != nil {
		return nil, err
	}
	return &mediav1.ResolveResponse{Media: s.inOrder(ids, found)}, nil
}

// find describes one uploaded picture, which may have arrived only just now.
func (s *Service) find(ctx context.Context, mediaID uuid.UUID) (mediadb.ListUploadedRow, error) {
	row, ok, err := s.known.Get(ctx, mediaID, s.load)
	if err != nil || ok {
		return row, err
	}
	if again, err := s.settle(ctx, []uuid.UUID{mediaID}); err != nil || !again {
		return row, orNotFound(err)
	}
	row, ok, err = s.known.Get(ctx, mediaID, s.load)
	if !ok {
		return row, orNotFound(err)
	}
	return row, err
}

func orNotFound(err error) error {
	if err == nil {
		return errNotFound
	}
	return err
}

// load reads descriptions, from a replica where it has them: pictures do not
// change. One that was just uploaded may be on the primary alone, and who asks
// for it, an <img> say, brings no consistency token.
func (s *Service) load(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]mediadb.ListUploadedRow, error) {
	found := make(map[uuid.UUID]mediadb.ListUploadedRow, len(ids))
	missing := ids
	for _, pool := range []func(context.Context) postgres.Pool{s.db.Reader, s.db.Primary} {
		rows, err := s.q.ListUploaded(ctx, pool(ctx), missing)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[row.ID] = row
		}
		if missing = without(ids, found); len(missing) == 0 {
			break
		}
	}
	return found, nil
}

func without(ids []uuid.UUID, found map[uuid.UUID]mediadb.ListUploadedRow) []uuid.UUID {
	var missing []uuid.UUID
	for _, mediaID := range ids {
		if _, ok := found[mediaID]; !ok {
			missing = append(missing, mediaID)
		}
	}
	return missing
}

func (s *Service) inOrder(ids []uuid.UUID, found map[uuid.UUID]mediadb.ListUploadedRow) []*mediav1.Media {
	list := make([]*mediav1.Media, 0, len(ids))
	for _, mediaID := range ids {
		if row, ok := found[mediaID]; ok {
			list = append(list, s.toMedia(row))
		}
	}
	return list
}

func (s *Service) toMedia(row mediadb.ListUploadedRow) *mediav1.Media {
	return &mediav1.Media{
		Id:          row.ID.String(),
		Url:         s.baseURL + "/media/" + row.ID.String(),
		ContentType: row.ContentType,
		Width:       row.Width,
		Height:      row.Height,
		Size:        row.Size,
	}
}

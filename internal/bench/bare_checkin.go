package bench

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/id"
)

// bareCheckInSQL stores a check-in, its fact and the job of its event, as ours does, in
// one statement: one way there and back, and one commit.
const bareCheckInSQL = `
WITH made AS (
    INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, idempotency_key, request_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)),
     fact AS (
         INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day)
             VALUES ($2, 1, $3, $1, $9, $4))
INSERT
INTO river_job (kind, queue, args, max_attempts)
VALUES ('campaign.checked_in', 'checkins', $10, 20)`

// bareCheckInFormats are binary but for the job's JSON.
var bareCheckInFormats = []int16{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}

// bareCheckIn answers CheckIn by storing what ours stores and nothing else: it asks
// nothing before, neither of the campaign and its rules nor of the person and his day.
type bareCheckIn struct {
	campaignv1connect.UnimplementedCampaignServiceHandler

	pool *pgxpool.Pool
	// made counts; no two of one day have the same number.
	made atomic.Uint32
}

const bareCheckInSide = "check-ins"

func newBareCheckIn(ctx context.Context, o order) (http.Handler, func(), error) {
	pool, err := barePool(ctx, o.Settings.URL, o.Settings.MaxConns, bareCheckInSQL)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(campaignv1connect.NewCampaignServiceHandler(&bareCheckIn{pool: pool}))
	return mux, pool.Close, nil
}

// CheckIn implements campaignv1connect.CampaignServiceHandler. It speaks to the driver's
// lowest layer.
func (b *bareCheckIn) CheckIn(ctx context.Context, req *campaignv1.CheckInRequest) (*campaignv1.CheckInResponse, error) {
	who, err := whoAsks(ctx)
	if err != nil {
		return nil, err
	}
	campaign, err := uuid.Parse(req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	made, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	row, err := b.row(req, campaign, who, made)
	if err != nil {
		return nil, err
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// A context that cannot end spares the driver the watch over it.
	if err := conn.Conn().PgConn().ExecPrepared(context.Background(), bareStatement, row, bareCheckInFormats, nil).Read().Err; err != nil {
		return nil, err
	}
	return &campaignv1.CheckInResponse{CheckIn: &campaignv1.CheckIn{
		Id: made.String(), CampaignId: req.GetCampaignId(), User: &userv1.User{Id: who.String()}, Text: req.GetText(), CreatedAt: timestamppb.New(id.Time(made)),
	}}, nil
}

// Postgres counts from here on.
var bareEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// row is what the statement takes. The day is one of UTC.
func (b *bareCheckIn) row(req *campaignv1.CheckInRequest, campaign, who, made uuid.UUID) ([][]byte, error) {
	job, err := bareJob(made)
	since := id.Time(made).Sub(bareEpoch)
	hash := sha256.Sum256(append([]byte{0}, req.GetText()...))
	return [][]byte{
		made[:], campaign[:], who[:],
		binary.BigEndian.AppendUint32(nil, uint32(since/(24*time.Hour))), //nolint:gosec // some ten thousand days
		binary.BigEndian.AppendUint32(nil, b.made.Add(1)),
		[]byte(req.GetText()), []byte(req.GetIdempotencyKey()), hash[:],
		binary.BigEndian.AppendUint64(nil, uint64(since.Microseconds())), //nolint:gosec // not negative
		job,
	}, err
}

// bareJob is how River keeps the event.
func bareJob(made uuid.UUID) ([]byte, error) {
	event, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	payload, err := proto.Marshal(&eventv1.Event{
		Id: event.String(), OccurredAt: timestamppb.Now(), Body: &eventv1.Event_CheckedIn{CheckedIn: &eventv1.CheckedIn{CheckInId: made.String()}},
	})
	return append(base64.StdEncoding.AppendEncode([]byte(`{"payload":"`), payload), `"}`...), err
}

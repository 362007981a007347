package user

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// gallery is a deployment with pictures.
type gallery struct {
	process
	media *media.Service
}

func withPictures(t *testing.T, seam rpctest.Seam) gallery {
	t.Helper()
	var pictures *media.Service
	p := setup(t, seam, func(d *Deps) {
		pictures = media.New(media.Deps{DB: d.DB, Files: inFolder(t), Secret: d.Secret, Log: slog.New(slog.DiscardHandler)})
		d.Media = mediaOver(t, seam, pictures)
	})
	return gallery{p, pictures}
}

func inFolder(t *testing.T) *folder.Folder {
	t.Helper()
	f, err := folder.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, f.Close()) })
	return f
}

// upload is a picture of the caller's that nothing shows yet.
func (g gallery) upload(t *testing.T, ctx context.Context) string { //nolint:revive // as in every test helper
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	res, err := g.media.CreateUpload(ctx, &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(b.Len()), IdempotencyKey: uuid.NewString()})
	must(t, err)
	put := httptest.NewRequestWithContext(t.Context(), http.MethodPut, res.GetUploadUrl(), &b)
	put.Header.Set("Content-Type", "image/png")
	answer := httptest.NewRecorder()
	g.media.Handler().ServeHTTP(answer, put)
	equal(t, "status of the upload", answer.Code, http.StatusNoContent)
	return res.GetMediaId()
}

func (g gallery) show(ctx context.Context, picture string) (*userv1.User, error) {
	res, err := g.UpdateProfile(ctx, &userv1.UpdateProfileRequest{AvatarMediaId: &picture})
	return res.GetUser(), err
}

// announced are the events about pictures, in the order of their writes.
func (g gallery) announced(t *testing.T) []*eventv1.Event {
	t.Helper()
	rows, err := g.service.db.Writer(t.Context()).Query(t.Context(), "SELECT args ->> 'payload' FROM river_job WHERE kind LIKE 'media.%' ORDER BY id")
	must(t, err)
	defer rows.Close()
	var events []*eventv1.Event
	for rows.Next() {
		var payload string
		must(t, rows.Scan(&payload))
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(t, err)
		ev := &eventv1.Event{}
		must(t, proto.Unmarshal(raw, ev))
		events = append(events, ev)
	}
	must(t, rows.Err())
	return events
}

func (g gallery) deliver(t *testing.T, events ...*eventv1.Event) {
	t.Helper()
	for _, ev := range events {
		if ev.GetMediaHeld() != nil {
			must(t, g.media.OnMediaHeld(t.Context(), ev))
		} else {
			must(t, g.media.OnMediaReleased(t.Context(), ev))
		}
	}
}

func (g gallery) isThere(t *testing.T, picture string) bool {
	t.Helper()
	res, err := g.media.Resolve(t.Context(), &mediav1.ResolveRequest{MediaIds: []string{picture}})
	must(t, err)
	return len(res.GetMedia()) == 1
}

func TestAPictureIsShownEverywhereUntilItIsTakenAway(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ada := g.register(t, "ada")
		ctx := g.as(t, ada.GetTokens())
		picture := g.upload(t, ctx)
		u, err := g.show(ctx, picture)
		must(t, err)
		equal(t, "picture", u.GetAvatar().GetId(), picture)
		equal(t, "width", u.GetAvatar().GetWidth(), 3)
		g.deliver(t, g.announced(t)...)

		byID := &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: u.GetId()}}
		byHandle := &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: "ada"}}
		for _, req := range []*userv1.GetUserRequest{byID, byHandle} {
			res, err := g.GetUser(ctx, req)
			must(t, err)
			equal(t, "picture", res.GetUser().GetAvatar().GetId(), picture)
		}
		equal(t, "picture at sign-in", g.login(t, "ada").GetUser().GetAvatar().GetUrl(), u.GetAvatar().GetUrl())

		other, err := g.UpdateProfile(ctx, &userv1.UpdateProfileRequest{Bio: new("still here")})
		must(t, err)
		equal(t, "picture", other.GetUser().GetAvatar().GetId(), picture)
		u, err = g.show(ctx, "")
		must(t, err)
		if u.GetAvatar() != nil {
			t.Error("the picture is still shown")
		}
		g.deliver(t, g.announced(t)...)
		equal(t, "there", g.isThere(t, picture), false)
	})
}

func TestOnlyOnesOwnUploadedPictureIsTaken(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ada, ben := g.as(t, g.register(t, "ada").GetTokens()), g.as(t, g.register(t, "ben").GetTokens())
		unfinished, err := g.media.CreateUpload(ada, &mediav1.CreateUploadRequest{ContentType: "image/png", Size: 9, IdempotencyKey: uuid.NewString()})
		must(t, err)
		for _, picture := range []string{g.upload(t, ben), unfinished.GetMediaId(), uuid.NewString()} {
			_, err := g.UpdateProfile(ada, &userv1.UpdateProfileRequest{AvatarMediaId: &picture, Bio: new("new")})
			refused(t, err, fault.Precondition, "media_not_ready")
		}
		me, err := g.GetMe(ada, &userv1.GetMeRequest{})
		must(t, err)
		equal(t, "bio", me.GetUser().GetBio(), "")
		equal(t, "events", len(g.announced(t)), 0)
	})
}

func TestAReplacedPictureIsReleasedAndARepeatedCallChangesNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ctx := g.as(t, g.register(t, "ada").GetTokens())
		first, second := g.upload(t, ctx), g.upload(t, ctx)
		for range 2 {
			_, err := g.show(ctx, first)
			must(t, err)
		}
		equal(t, "events", len(g.announced(t)), 1)
		_, err := g.show(ctx, second)
		must(t, err)
		events := g.announced(t)
		equal(t, "events", len(events), 3)
		// They may come in any order, and twice.
		g.deliver(t, events[2], events[1], events[0], events[2], events[1])
		equal(t, "first is there", g.isThere(t, first), false)
		equal(t, "second is there", g.isThere(t, second), true)
	})
}

func TestALateReleaseDoesNotTakeAwayAPictureThatIsShown(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ctx := g.as(t, g.register(t, "ada").GetTokens())
		first, second := g.upload(t, ctx), g.upload(t, ctx)
		for _, picture := range []string{first, second} {
			_, err := g.show(ctx, picture)
			must(t, err)
		}
		// The first one waits to be released: it cannot be chosen again.
		_, err := g.show(ctx, first)
		refused(t, err, fault.Precondition, "media_not_ready")
		g.deliver(t, g.announced(t)...)
		u, err := g.GetMe(ctx, &userv1.GetMeRequest{})
		must(t, err)
		equal(t, "picture", u.GetUser().GetAvatar().GetId(), second)
	})
}

func TestAClaimWhoseChangeFailedCanBeUsedByTheNextCall(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ada := g.register(t, "ada")
		ctx := g.as(t, ada.GetTokens())
		picture := g.upload(t, ctx)
		// As if the process had ended between the claim and the change.
		_, err := g.service.claimAvatar(ctx, uuid.MustParse(ada.GetUser().GetId()), uuid.MustParse(picture))
		must(t, err)
		_, err = g.show(ctx, picture)
		must(t, err)
	})
}

func TestDeletingAnAccountReleasesItsPicture(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ctx := g.as(t, g.register(t, "ada").GetTokens())
		picture := g.upload(t, ctx)
		_, err := g.show(ctx, picture)
		must(t, err)
		_, err = g.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: password})
		must(t, err)
		g.deliver(t, g.announced(t)...)
		equal(t, "there", g.isThere(t, picture), false)
	})
}

func TestNamesAreShownWhenPicturesCannotBe(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		g := withPictures(t, seam)
		ada := g.register(t, "ada")
		ctx := g.as(t, ada.GetTokens())
		_, err := g.show(ctx, g.upload(t, ctx))
		must(t, err)
		g.exec(t, "ALTER TABLE media_objects RENAME TO away")
		blind := g.another(t, func(d *Deps) {
			pictures := media.New(media.Deps{DB: d.DB, Files: inFolder(t), Secret: d.Secret, Log: d.Log})
			d.Media = mediaOver(t, seam, pictures)
		})
		res, err := blind.GetUser(ctx, &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: ada.GetUser().GetId()}})
		must(t, err)
		equal(t, "handle", res.GetUser().GetHandle(), "ada")
		if res.GetUser().GetAvatar() != nil {
			t.Error("there is a picture")
		}
	})
}

package user

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestASessionRemembersItsDevice(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.register(t, "ada")
		details, err := structpb.NewStruct(map[string]any{"device": "phone", "screen": []any{1.5, "é\"\\"}})
		must(t, err)
		for _, address := range []string{"192.0.2.9", "2001:db8::1"} {
			in, err := p.Login(from(t, address), &userv1.LoginRequest{Login: "ada", Password: password, Details: details})
			must(t, err)
			s := p.sessions(t, in.GetTokens())[0]
			equal(t, "address", s.GetAddress(), address)
			equal(t, "user agent", s.GetUserAgent(), "browser")
			equal(t, "current", s.GetCurrent(), true)
			if !proto.Equal(s.GetDetails(), details) {
				t.Errorf("got %v", s.GetDetails())
			}
			began := p.clock.Now()
			p.clock.forward(time.Hour)
			res, err := p.Refresh(from(t, "192.0.2.10"), &userv1.RefreshRequest{RefreshToken: in.GetTokens().GetRefreshToken()})
			must(t, err)
			s = p.sessions(t, res.GetTokens())[0]
			equal(t, "address", s.GetAddress(), "192.0.2.10")
			equal(t, "began", s.GetCreatedAt().AsTime(), began.UTC())
			equal(t, "last used", s.GetLastUsedAt().AsTime(), p.clock.Now().UTC())
			if s.GetDetails() == nil {
				t.Error("a refresh lost the details")
			}
		}
	})
}

func (p process) sessions(t testing.TB, tokens *userv1.Tokens) []*userv1.Session {
	t.Helper()
	res, err := p.ListSessions(p.as(t, tokens), &userv1.ListSessionsRequest{})
	must(t, err)
	return res.GetSessions()
}

func TestADeviceThatSaysNothingHasNoDetails(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.register(t, "ada")
		ctx := identity.With(t.Context(), identity.Caller{UserAgent: "a\xffb"})
		in, err := p.Login(ctx, &userv1.LoginRequest{Login: "ada", Password: password, Details: &structpb.Struct{}})
		must(t, err)
		s := p.sessions(t, in.GetTokens())[0]
		// Whoever calls over a socket calls from somewhere.
		equal(t, "address", s.GetAddress(), map[rpctest.Seam]string{rpctest.OverSocket: "127.0.0.1"}[seam])
		equal(t, "user agent", s.GetUserAgent(), "ab")
		if s.GetDetails() != nil {
			t.Errorf("got %v", s.GetDetails())
		}
	})
}

// In process: no header that a socket takes has a zero byte.
func TestWhatTheDatabaseDoesNotTakeIsLeftOutOfAUserAgent(t *testing.T) {
	t.Parallel()
	d, err := newDevice(identity.Caller{UserAgent: "a\x00b\xffc" + strings.Repeat("d", maxUserAgent)}, nil)
	must(t, err)
	equal(t, "user agent", d.userAgent, "abc"+strings.Repeat("d", maxUserAgent-5))
}

func TestSessionsAreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		want := []string{p.check(t, p.register(t, "ada").GetTokens().GetAccessToken()).Session}
		var tokens *userv1.Tokens
		for range 6 {
			tokens = p.login(t, "ada").GetTokens()
			want = append([]string{p.check(t, tokens.GetAccessToken()).Session}, want...)
		}
		ben := p.register(t, "ben").GetTokens()

		var got []string
		req := &userv1.ListSessionsRequest{PageSize: 3}
		for {
			res, err := p.ListSessions(p.as(t, tokens), req)
			must(t, err)
			for _, s := range res.GetSessions() {
				equal(t, "current", s.GetCurrent(), s.GetId() == want[0])
				got = append(got, s.GetId())
			}
			if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
				break
			}
			if len(got) == 3 {
				_, err = p.ListSessions(p.as(t, ben), req)
				refused(t, err, fault.Invalid, "page_token_invalid")
				p.login(t, "ada") // is not on a later page
			}
		}
		equal(t, "sessions", len(got), len(want))
		for i := range got {
			equal(t, "session", got[i], want[i])
		}
	})
}

func TestEndedSessionsAreNotListed(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		old := p.register(t, "ada").GetTokens()
		p.clock.forward(29 * 24 * time.Hour)
		out := p.login(t, "ada").GetTokens()
		_, err := p.Logout(t.Context(), &userv1.LogoutRequest{RefreshToken: out.GetRefreshToken()})
		must(t, err)
		current := p.login(t, "ada").GetTokens()
		equal(t, "sessions", len(p.sessions(t, current)), 2)
		p.clock.forward(24 * time.Hour)
		current = p.refresh(t, current.GetRefreshToken())
		equal(t, "sessions", len(p.sessions(t, current)), 1)
		_ = old
	})
}

func TestRevokeSessionEndsOneOfOnesOwn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		phone, laptop := p.register(t, "ada").GetTokens(), p.login(t, "ada").GetTokens()
		ben := p.register(t, "ben").GetTokens()
		revoke := func(by *userv1.Tokens, session string) error {
			_, err := p.RevokeSession(p.as(t, by), &userv1.RevokeSessionRequest{SessionId: session})
			return err
		}
		session := p.check(t, phone.GetAccessToken()).Session
		refused(t, revoke(ben, session), fault.NotFound, "session_not_found")
		refused(t, revoke(laptop, uuid.NewString()), fault.NotFound, "session_not_found")
		must(t, revoke(laptop, session))
		refused(t, revoke(laptop, session), fault.NotFound, "session_not_found")

		_, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: phone.GetRefreshToken()})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		p.refresh(t, laptop.GetRefreshToken())
	})
}

func TestMethodsForAccountsRefuseStrangers(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ctx := t.Context()
		_, err := p.ListSessions(ctx, &userv1.ListSessionsRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		_, err = p.GetMe(ctx, &userv1.GetMeRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		_, err = p.UpdateProfile(ctx, &userv1.UpdateProfileRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		_, err = p.ChangePassword(ctx, &userv1.ChangePasswordRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		_, err = p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		_, err = p.RevokeSession(ctx, &userv1.RevokeSessionRequest{})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
	})
}

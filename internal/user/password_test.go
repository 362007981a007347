package user

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestChangePasswordEndsAllOtherSessions(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		other, current := p.register(t, "ada").GetTokens(), p.login(t, "ada").GetTokens()
		ben := p.register(t, "ben").GetTokens()
		const next = "another password"

		_, err := p.ChangePassword(p.as(t, current), &userv1.ChangePasswordRequest{CurrentPassword: "wrong password", NewPassword: next})
		refused(t, err, fault.Denied, "wrong_password")
		other = p.refresh(t, other.GetRefreshToken())

		_, err = p.ChangePassword(p.as(t, current), &userv1.ChangePasswordRequest{CurrentPassword: password, NewPassword: next})
		must(t, err)
		_, err = p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: other.GetRefreshToken()})
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
		p.refresh(t, current.GetRefreshToken())
		p.refresh(t, ben.GetRefreshToken())

		_, err = p.Login(t.Context(), &userv1.LoginRequest{Login: "ada", Password: password})
		refused(t, err, fault.Unauthenticated, "wrong_login")
		_, err = p.Login(t.Context(), &userv1.LoginRequest{Login: "ada", Password: next})
		must(t, err)
	})
}

func TestAnImportedAccountHasNoPasswordToConfirm(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		res, err := p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"imported"}, CreateMissing: true})
		must(t, err)
		token, _, err := p.service.IssueToken(t.Context(), uuid.MustParse(res.GetUserIds()[0]), maxTokenLife)
		must(t, err)
		ctx := p.as(t, &userv1.Tokens{AccessToken: token})
		_, err = p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: password})
		refused(t, err, fault.Denied, "wrong_password")
		_, err = p.ChangePassword(ctx, &userv1.ChangePasswordRequest{CurrentPassword: password, NewPassword: password})
		refused(t, err, fault.Denied, "wrong_password")
		me, err := p.GetMe(ctx, &userv1.GetMeRequest{})
		must(t, err)
		equal(t, "e-mail address", me.GetEmail(), "")
	})
}

func TestADeletedAccountIsGoneEverywhere(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		ctx, id := p.as(t, ada.GetTokens()), ada.GetUser().GetId()
		_, err := p.UpdateProfile(ctx, &userv1.UpdateProfileRequest{DisplayName: new("Ada Lovelace"), Bio: new("I count.")})
		must(t, err)
		byID := &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: id}}
		_, err = p.GetUser(ctx, byID) // is in memory now
		must(t, err)
		_, err = p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: password})
		must(t, err)

		for name, call := range map[string]func() error{
			"by id": func() error { _, err := p.GetUser(ctx, byID); return err },
			"by handle": func() error {
				_, err := p.GetUser(ctx, &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: "ada"}})
				return err
			},
			"GetMe": func() error { _, err := p.GetMe(ctx, &userv1.GetMeRequest{}); return err },
			"UpdateProfile": func() error {
				_, err := p.UpdateProfile(ctx, &userv1.UpdateProfileRequest{Bio: new("back")})
				return err
			},
			"DeleteAccount": func() error {
				_, err := p.DeleteAccount(ctx, &userv1.DeleteAccountRequest{Password: password})
				return err
			},
			"SetRole": func() error { return p.service.SetRole(ctx, "ada", member) },
		} {
			if err := call(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		batch, err := p.BatchGetUsers(ctx, &userv1.BatchGetUsersRequest{Ids: []string{id}})
		must(t, err)
		equal(t, "accounts", len(batch.GetUsers()), 0)
		hydrated, err := p.HydrateUsers(ctx, &userv1.HydrateUsersRequest{UserIds: []string{id}})
		must(t, err)
		equal(t, "accounts", len(hydrated.GetUsers()), 0)
		for _, q := range []string{"ada", "lovelace", "ada l"} {
			equal(t, "found", len(p.searchAll(t, q, 10)), 0)
		}
	})
}

func TestTheHandleOfADeletedAccountStaysTakenAndItsAddressIsFree(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		req := &userv1.RegisterRequest{Email: "ada@example.org", Handle: "ada", Password: password, IdempotencyKey: "key-12345"}
		ada, err := p.Register(t.Context(), req)
		must(t, err)
		_, err = p.DeleteAccount(p.as(t, ada.GetTokens()), &userv1.DeleteAccountRequest{Password: password})
		must(t, err)

		_, err = p.Register(t.Context(), req)
		refused(t, err, fault.Exists, "handle_taken")
		for _, create := range []bool{false, true} {
			resolved, err := p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"ada"}, CreateMissing: create})
			must(t, err)
			equal(t, "id", resolved.GetUserIds()[0], "")
			equal(t, "created", resolved.GetCreated(), 0)
		}
		_, err = p.Register(t.Context(), &userv1.RegisterRequest{Email: "ada@example.org", Handle: "ada2", Password: password})
		must(t, err)
	})
}

func TestOnlyTheRightPasswordDeletesAnAccount(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		_, err := p.DeleteAccount(p.as(t, ada.GetTokens()), &userv1.DeleteAccountRequest{Password: "wrong password"})
		refused(t, err, fault.Denied, "wrong_password")
		equal(t, "events", p.count(t, "SELECT count(*) FROM river_job"), 0)
		p.login(t, "ada")
	})
}

func TestADeletedAccountLeavesIDAndHandle(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada")
		_, err := p.DeleteAccount(p.as(t, ada.GetTokens()), &userv1.DeleteAccountRequest{Password: password})
		must(t, err)
		var row string
		must(t, p.service.db.Writer(t.Context()).QueryRow(t.Context(), "SELECT (to_jsonb(u) - 'deleted_at')::text FROM users u").Scan(&row))
		for _, gone := range []string{"example.org", "argon2"} {
			if strings.Contains(row, gone) {
				t.Errorf("%s is left in %s", gone, row)
			}
		}
		equal(t, "sessions", p.count(t, "SELECT count(*) FROM user_sessions"), 0)
		equal(t, "tokens", p.count(t, "SELECT count(*) FROM user_refresh_tokens"), 0)
		if n := p.count(t, "SELECT count(*) FROM river_job WHERE kind LIKE '%.account_deleted'"); n == 0 {
			t.Error("the deletion was not announced")
		}
	})
}

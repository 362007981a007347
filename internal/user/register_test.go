package user

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestRegisterMakesAnAccountAndSignsItIn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		res, err := p.Register(from(t, "192.0.2.7"), &userv1.RegisterRequest{
			Email: "Ada@Example.org", Handle: "Ada_L", Password: password, DisplayName: " Ada Lovelace ",
		})
		must(t, err)
		u := res.GetUser()
		equal(t, "handle", u.GetHandle(), "ada_l")
		equal(t, "name", u.GetDisplayName(), "Ada Lovelace")
		equal(t, "role", u.GetRole(), member)
		if age := time.Since(u.GetCreatedAt().AsTime()); age < 0 || age > time.Minute {
			t.Errorf("made %v ago", age)
		}
		me, err := p.GetMe(p.as(t, res.GetTokens()), &userv1.GetMeRequest{})
		must(t, err)
		equal(t, "id", me.GetUser().GetId(), u.GetId())
		equal(t, "e-mail address", me.GetEmail(), "ada@example.org")
		p.refresh(t, res.GetTokens().GetRefreshToken())
	})
}

func TestANameOfNothingFallsBackToTheHandle(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for handle, name := range map[string]string{"empty": "", "spaces": "   "} {
			res, err := p.Register(t.Context(), &userv1.RegisterRequest{
				Email: handle + "@example.org", Handle: handle, Password: password, DisplayName: name,
			})
			must(t, err)
			equal(t, "name", res.GetUser().GetDisplayName(), handle)
		}
	})
}

func TestHandlesAndAddressesAreUniqueWithoutCase(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.register(t, "ada")
		for _, c := range []struct{ email, handle, reason string }{
			{"other@example.org", "ADA", "handle_taken"},
			{"ADA@EXAMPLE.ORG", "other", "email_taken"},
		} {
			_, err := p.Register(t.Context(), &userv1.RegisterRequest{Email: c.email, Handle: c.handle, Password: password})
			refused(t, err, fault.Exists, c.reason)
		}
		equal(t, "accounts", p.count(t, "SELECT count(*) FROM users"), 1)
		equal(t, "sessions", p.count(t, "SELECT count(*) FROM user_sessions"), 1)
	})
}

func TestRepeatedRegistrationSignsInToTheFirstAccount(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		req := &userv1.RegisterRequest{Email: "ada@example.org", Handle: "ada", Password: password, IdempotencyKey: "key-12345"}
		first, err := p.Register(t.Context(), req)
		must(t, err)

		again, err := p.Register(t.Context(), req)
		must(t, err)
		equal(t, "account", again.GetUser().GetId(), first.GetUser().GetId())
		p.refresh(t, first.GetTokens().GetRefreshToken())
		p.refresh(t, again.GetTokens().GetRefreshToken())

		p.clock.forward(23 * time.Hour)
		otherFields, err := p.Register(t.Context(), &userv1.RegisterRequest{
			Email: "new@example.org", Handle: "new", Password: password, IdempotencyKey: req.GetIdempotencyKey(),
		})
		must(t, err)
		equal(t, "account", otherFields.GetUser().GetId(), first.GetUser().GetId())

		p.clock.forward(2 * time.Hour)
		_, err = p.Register(t.Context(), req)
		refused(t, err, fault.Exists, "handle_taken")
	})
}

func TestARegistrationKeyIsFreeAgainAfterADay(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		register := func(handle string) *userv1.RegisterResponse {
			res, err := p.Register(t.Context(), &userv1.RegisterRequest{
				Email: handle + "@example.org", Handle: handle, Password: password, IdempotencyKey: "key-12345",
			})
			must(t, err)
			return res
		}
		register("ada")
		p.clock.forward(25 * time.Hour)
		second := register("ben")
		equal(t, "account", second.GetUser().GetHandle(), "ben")
		equal(t, "account", register("other").GetUser().GetHandle(), "ben")
	})
}

func TestAKeyWithAnotherPasswordMeansNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		register := func(handle, password string) (*userv1.RegisterResponse, error) {
			return p.Register(t.Context(), &userv1.RegisterRequest{
				Email: handle + "@example.org", Handle: handle, Password: password, IdempotencyKey: "key-12345",
			})
		}
		_, err := register("ada", password)
		must(t, err)
		_, err = register("ada", "another password")
		refused(t, err, fault.Exists, "handle_taken")
		res, err := register("ben", "another password")
		must(t, err)
		equal(t, "account", res.GetUser().GetHandle(), "ben")
		res, err = register("ada", password)
		must(t, err)
		equal(t, "account", res.GetUser().GetHandle(), "ada")
	})
}

func TestTheSameRegistrationAtTheSameTimeMakesOneAccount(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for name, handle := range map[string]func(i int) string{
			"same":  func(int) string { return "ada" },
			"other": func(i int) string { return "ben_" + strconv.Itoa(i) },
		} {
			ids := make([]string, 6)
			var wg sync.WaitGroup
			for i := range ids {
				wg.Go(func() {
					res, err := p.Register(t.Context(), &userv1.RegisterRequest{
						Email: handle(i) + "@example.org", Handle: handle(i), Password: password, IdempotencyKey: "key-" + name,
					})
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					ids[i] = res.GetUser().GetId()
				})
			}
			wg.Wait()
			for _, id := range ids {
				equal(t, "account", id, ids[0])
			}
		}
		equal(t, "accounts", p.count(t, "SELECT count(*) FROM users"), 2)
	})
}

func TestDetailsAreBounded(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		nested := structpb.NewBoolValue(true)
		for range 500 {
			nested = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{nested}})
		}
		for _, c := range []struct {
			value  *structpb.Value
			reason string
		}{
			{structpb.NewStringValue(strings.Repeat("x", maxDetails)), "details_too_large"},
			{structpb.NewNumberValue(math.NaN()), "details_invalid"},
			{structpb.NewStringValue("a\x00b"), "details_invalid"},
			{nested, ""},
		} {
			_, err := p.Register(t.Context(), &userv1.RegisterRequest{
				Email: "ada@example.org", Handle: "ada", Password: password,
				Details: &structpb.Struct{Fields: map[string]*structpb.Value{"k": c.value}},
			})
			if c.reason == "" {
				must(t, err)
				continue
			}
			equal(t, "field", refusal(t, err, fault.Invalid, c.reason).Field, "details")
		}
	})
}

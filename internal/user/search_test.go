package user

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func (p process) named(t testing.TB, handle, name string) {
	t.Helper()
	p.exec(t, "INSERT INTO users (handle, display_name, name_key) VALUES ($1, $2, $3)", handle, name, nameKey(name))
}

// search pages through all results.
func (p process) searchAll(t testing.TB, query string, size int32) []string {
	t.Helper()
	var handles []string
	req := &userv1.SearchUsersRequest{Query: query, PageSize: size}
	for {
		res, err := p.SearchUsers(t.Context(), req)
		must(t, err)
		for _, u := range res.GetUsers() {
			handles = append(handles, u.GetHandle())
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return handles
		}
		equal(t, "accounts on a full page", len(res.GetUsers()), int(size))
	}
}

func TestSearchFindsBeginningsFirstAndThenWhatResembles(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for _, u := range [][2]string{
			{"x_marigold", ""},
			{"bloom", "Marigold Bloom"},
			{"gardener", "Old Marigold"},
			{"marigold", "Zoe"},
			{"marigold_2", "Marigold the Second"},
			{"typo", "Marygold"},
			{"marsh", "Marsh"},
			{"other", "Somebody else"},
		} {
			p.named(t, u[0], u[1])
		}
		for query, want := range map[string][]string{
			"marigold":   {"marigold", "marigold_2", "bloom"},
			"MARIGOLD":   {"marigold", "marigold_2", "bloom"},
			"@marigold":  {"marigold", "marigold_2", "bloom"},
			" @marigold": {"marigold", "marigold_2", "bloom"},
			"mar":        {"marigold", "marigold_2", "marsh", "bloom"},
			"zoe":        {"marigold"},
			"somebody e": {"other"},
			"somebdy":    {"other"},
			"marigld":    {"marigold"},
			"bloom":      {"bloom"},
			"second":     {"marigold_2"},
		} {
			got := p.searchAll(t, query, 50)
			if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Errorf("%q: got %v, want %v first", query, got, want)
			}
		}
		all := p.searchAll(t, "marigold", 50)
		slices.Sort(all)
		if want := []string{"bloom", "gardener", "marigold", "marigold_2", "typo", "x_marigold"}; !slices.Equal(all, want) {
			t.Errorf("got %v, want %v", all, want)
		}
	})
}

func TestSearchTakesNothingForAWildcard(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.named(t, "percent", "100% cotton")
		p.named(t, "under_score", "a_b")
		p.named(t, "plain", `back\slash`)
		for query, want := range map[string][]string{
			"%": nil, "_": nil, "100%": {"percent"}, "a_": {"under_score"}, "a%": nil, `back\`: {"plain"},
			"'": nil, "@": nil, "@@": nil, " ": nil, "ünknown": nil, "\U0010FFFF": nil,
		} {
			got := p.searchAll(t, query, 50)
			if !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", query, got, want)
			}
		}
	})
}

func TestSearchPagesNeitherRepeatNorSkip(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for i := range 23 {
			p.named(t, fmt.Sprintf("rosa_%02d", i), "Rosa")
			p.named(t, fmt.Sprintf("gertrude%02d", i), "Rosa Luxemburg")
			p.named(t, fmt.Sprintf("x%02d_rosa", i), "")
		}
		whole := p.searchAll(t, "rosa", 50)
		equal(t, "found", len(whole), 69)
		for _, size := range []int32{1, 4, 23, 46} {
			if got := p.searchAll(t, "rosa", size); !slices.Equal(got, whole) {
				t.Errorf("pages of %d: got %v, want %v", size, got, whole)
			}
		}
		for i, prefix := range []string{"rosa_", "gertrude", "x"} {
			for _, h := range whole[i*23 : (i+1)*23] {
				if !strings.HasPrefix(h, prefix) {
					t.Errorf("%s is at the wrong place", h)
				}
			}
		}
	})
}

func TestASearchGoesOnWhereItWasThoughAccountsChange(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for i := range 10 {
			p.named(t, fmt.Sprintf("handle_%d", i), fmt.Sprintf("Rosa %d", i))
		}
		first, err := p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: "rosa", PageSize: 5})
		must(t, err)
		// The last one on the page takes another name, and one joins before it.
		p.exec(t, "UPDATE users SET display_name = 'Zoe', name_key = 'zoe' WHERE handle = 'handle_4'")
		p.named(t, "new", "Rosa 2b")
		second, err := p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: "rosa", PageSize: 5, PageToken: first.GetNextPageToken()})
		must(t, err)
		for i, u := range second.GetUsers() {
			equal(t, "account", u.GetHandle(), fmt.Sprintf("handle_%d", i+5))
		}
	})
}

func TestASearchTokenIsOfItsQuery(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		for i := range 4 {
			p.named(t, fmt.Sprintf("rosa_%d", i), "")
		}
		res, err := p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: "rosa", PageSize: 2})
		must(t, err)
		token := res.GetNextPageToken()
		_, err = p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: "@ROSA", PageSize: 2, PageToken: token})
		must(t, err)
		for query, bad := range map[string]string{
			"ros": token, "rosa": "x" + token, "rosa ": strings.ReplaceAll(token, ".", ""), "rosa  ": ".", "rosa   ": "%",
			"rosa    ": strings.TrimRight(token, token[len(token)-1:]), "@": token,
		} {
			_, err = p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: query, PageSize: 2, PageToken: bad})
			equal(t, "field", refusal(t, err, fault.Invalid, "page_token_invalid").Field, "page_token")
		}
	})
}

func TestTheLongestNameFitsAPageToken(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		p.named(t, "aaa", strings.Repeat("𐐨", 64))
		p.named(t, "bbb", strings.Repeat("𐐨", 64))
		res, err := p.SearchUsers(t.Context(), &userv1.SearchUsersRequest{Query: "𐐨", PageSize: 1})
		must(t, err)
		if n := len(res.GetNextPageToken()); n == 0 || n > 512 {
			t.Errorf("the token has %d bytes", n)
		}
		equal(t, "found", len(p.searchAll(t, "𐐨", 1)), 2)
	})
}

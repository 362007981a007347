package rpc

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"connectrpc.com/connect"
)

func TestTheAddressIsTheNearestThatIsNoTrustedProxy(t *testing.T) {
	t.Parallel()
	a := &Authenticator{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for name, c := range map[string]struct{ peer, forwarded, want string }{
		"nobody in between":            {"203.0.113.7:4000", "", "203.0.113.7"},
		"a stranger who pretends":      {"203.0.113.7:4000", "198.51.100.1", "203.0.113.7"},
		"one proxy":                    {"10.0.0.2:4000", "203.0.113.7", "203.0.113.7"},
		"two proxies":                  {"10.0.0.2:4000", "203.0.113.7, 10.0.0.3", "203.0.113.7"},
		"a stranger before a proxy":    {"10.0.0.2:4000", "198.51.100.1, 203.0.113.7", "203.0.113.7"},
		"a stranger, line by line":     {"10.0.0.2:4000", "198.51.100.1\n203.0.113.7", "203.0.113.7"},
		"a proxy that says nothing":    {"10.0.0.2:4000", "", "10.0.0.2"},
		"a proxy that says nonsense":   {"10.0.0.2:4000", "198.51.100.1, unknown", "10.0.0.2"},
		"IPv4 written as IPv6":         {"[::ffff:10.0.0.2]:4000", "::ffff:203.0.113.7", "203.0.113.7"},
		"IPv6":                         {"[fd00::2]:4000", "2001:db8::7", "2001:db8::7"},
		"nothing that is an address":   {"pipe", "203.0.113.7", "invalid IP"},
		"all of them are our own ones": {"10.0.0.2:4000", "10.1.1.1, 10.0.0.3", "10.1.1.1"},
	} {
		header := http.Header{}
		for line := range strings.SplitSeq(c.forwarded, "\n") {
			header.Add("X-Forwarded-For", line)
		}
		if got := a.address(&call{peer: connect.Peer{Addr: c.peer}, header: header}); got.String() != c.want {
			t.Errorf("%s: it is %v, want %s", name, got, c.want)
		}
	}
}

func TestWhatIsNoBearerTokenIsRefused(t *testing.T) {
	t.Parallel()
	a := NewAuthenticator(nil, nil, nil)
	for _, header := range []string{"Basic YTpi", "Bearer", "Bearer not.a.token", "bearer x", "Bearer " + string(make([]byte, maxTokenBytes+1))} {
		if _, err := a.caller(t.Context(), header); err == nil {
			t.Errorf("%.20q was taken", header)
		}
	}
	if c, err := a.caller(t.Context(), ""); err != nil || c.SignedIn() {
		t.Errorf("without a header the caller is %+v, %v", c, err)
	}
}

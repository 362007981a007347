// Package rpctest runs the suite of a noun over both seams by which the noun is
// reached: in the same process, behind the adapter that internal/app puts before
// it, and over loopback sockets, past everything that a call passes in a
// deployment.
//
// A test takes the seam from Each and hands it to its package's setup, which
// answers clients of the noun's two services, of the same types either way:
//
//	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) { w := setup(t, seam) ... })
//
// In process a method is wrapped by rpc.Within, if it is internal, or by Within,
// if it is public. For sockets there are Public and Internal: real listeners of
// internal/rpc. Whichever it is, who asks and the session are read from the
// caller's context, and errors are faults. Streams have no way but the socket.
//
// It knows no noun, and is for tests alone.
package rpctest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"connectrpc.com/connect"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc"
)

// Seam is a way in which a noun is reached.
type Seam string

// The two seams.
const (
	InProcess  Seam = "in process"
	OverSocket Seam = "over a socket"
)

// Each runs a test once over each seam, at the same time.
func Each(t *testing.T, test func(t *testing.T, seam Seam)) {
	t.Helper()
	for _, seam := range []Seam{InProcess, OverSocket} {
		t.Run(string(seam), func(t *testing.T) {
			t.Parallel()
			test(t, seam)
		})
	}
}

// Within calls a public method in this process: as rpc.Within does, and with the
// caller, whom the edge would have established.
func Within[Req, Res any](ctx context.Context, method func(context.Context, *Req) (*Res, error), req *Req) (*Res, error) {
	caller := identity.From(ctx)
	known := func(ctx context.Context, req *Req) (*Res, error) {
		return method(identity.With(ctx, caller), req)
	}
	return rpc.Within(ctx, known, req)
}

// Socket is a listener on the loopback device until the test ends. Services are
// mounted on it as on any rpc.Server, and their clients are made of the fields.
type Socket struct {
	*rpc.Server
	Client        *http.Client
	URL           string
	ClientOptions connect.ClientOption
}

// secret is what the processes of the deployment have in common.
const secret = "the secret of a deployment"

// Internal is a listener for other nouns, and clients as nouns hold them.
func Internal(t testing.TB) Socket {
	t.Helper()
	return listen(t, rpc.Config{Internal: true, Secret: secret}, rpc.ClientOptions(secret))
}

// Public is a listener for clients. Those that are made with its options sign in
// as the caller in the context, from his address, and read errors back as nouns
// do, so that a suite may ask for the same faults over either seam.
func Public(t testing.TB) Socket {
	t.Helper()
	keys := newIssuer(t)
	// This host is the proxy that knows from where a caller comes.
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	config := rpc.Config{Auth: rpc.NewAuthenticator(keys, proxies, logger(t))}
	return listen(t, config, connect.WithClientOptions(rpc.ClientOptions(""), connect.WithInterceptors(speaker{keys})))
}

// listen serves HTTP/1.1 and, without TLS as well, HTTP/2, which clients speak.
func listen(t testing.TB, config rpc.Config, options connect.ClientOption) Socket {
	t.Helper()
	config.Access, config.Metrics, config.Log = rpc.DeclaredAccess(), rpc.NewMetrics(prometheus.NewRegistry()), logger(t)
	server, err := rpc.NewServer(config)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewUnstartedServer(server.Handler())
	listener.Config.Protocols = &http.Protocols{}
	listener.Config.Protocols.SetHTTP1(true)
	listener.Config.Protocols.SetUnencryptedHTTP2(true)
	listener.Start()
	t.Cleanup(listener.Close)
	transport := &http.Transport{Protocols: &http.Protocols{}}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return Socket{Server: server, Client: &http.Client{Transport: transport}, URL: listener.URL, ClientOptions: options}
}

// logger tells in the test's output what leaves a server as "internal error".
func logger(t testing.TB) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}

// Package rpc is what every RPC passes on its way to a noun and back.
//
// A Server takes the handlers of the nouns and makes one http.Handler of them
// that speaks Connect, gRPC and gRPC-Web, over HTTP/1.1 and HTTP/2. Before a
// method runs, the call has a trace and a request id, a deadline, a caller, a
// consistency session, and has passed the gate, which refuses what the server could
// not answer in time (gate.go), the access rule and the input rules of its contract;
// after it, the error is what a client may see, the position is in the answer, and
// one line is in the log. The order is the list in interceptors().
//
// Nouns also call one another through here (seam.go): in process by a plain
// call, or over the internal listener, with the same deadline, errors and values
// either way. No rule of any noun is in this package.
package rpc

import (
	"crypto/subtle"
	"log/slog"
	"net/http"

	"connectrpc.com/connect"
	"connectrpc.com/validate"
)

const (
	// maxBody bounds a message, compressed or not.
	maxBody = 1 << 20
	// Smaller answers are not worth compressing.
	minCompress = 1 << 10
)

// Config is what the interceptors need.
type Config struct {
	Auth    *Authenticator
	Access  Access
	Metrics *Metrics
	Log     *slog.Logger
	// Traces says that spans are sent somewhere.
	Traces bool
	// Gate bounds the calls under way at once; nil lets all of them in, as it is
	// between nouns: what comes from there was let in at the edge, and to refuse it
	// would lose what was done for it.
	Gate *Gate
	// Internal says that this is the listener for other nouns: internal methods
	// are served, and only callers with Secret are let in.
	Internal bool
	Secret   string
}

// Server collects the handlers of nouns.
type Server struct {
	config   Config
	options  connect.HandlerOption
	mux      *http.ServeMux
	services []string
}

// NewServer makes a server without services.
func NewServer(c Config) (*Server, error) {
	interceptors, err := c.interceptors()
	if err != nil {
		return nil, err
	}
	s := &Server{config: c, mux: http.NewServeMux()}
	s.options = connect.WithHandlerOptions(
		connect.WithInterceptors(interceptors...),
		connect.WithReadMaxBytes(maxBody),
		connect.WithCompressMinBytes(minCompress),
	)
	return s, nil
}

// Options are what every generated handler is made with.
func (s *Server) Options() connect.HandlerOption { return s.options }

// Mount adds what a generated constructor answers: path and handler.
func (s *Server) Mount(path string, h http.Handler) {
	s.mux.Handle(path, h)
	s.services = append(s.services, path[1:len(path)-1])
}

// Services are the full names of the mounted services.
func (s *Server) Services() []string { return s.services }

// Handler serves what was mounted.
func (s *Server) Handler() http.Handler {
	if s.config.Internal {
		return guarded(s.config.Secret)(s.mux)
	}
	return s.mux
}

// interceptors stand in the order in which a call passes them.
func (c Config) interceptors() ([]connect.Interceptor, error) {
	trace, err := newTraced(c.Traces)
	if err != nil {
		return nil, err
	}
	list := []connect.Interceptor{
		trace,                            // first, so that everything below is in the span
		around(requestID),                // before the log line, which names it
		tagged(),                         // outside the log: what is held already was answered
		logged(c.Log, c.Metrics),         // sees the code that the client sees
		around(mapped),                   // every error below becomes one for clients
		recovered(c.Log),                 // inside the mapping: a panic is an internal error
		around(bounded),                  // everything below has a deadline
		c.gated(),                        // before anything is asked: what is refused costs nothing
		c.session(),                      // before anything reads: the caller's keys are read as well
		c.caller(),                       // before access, which asks who it is
		c.Access.interceptor(c.Internal), // before validation: strangers learn no rules
		validate.NewInterceptor(),        // last: the method gets valid input only
	}
	return list, nil
}

func (c Config) gated() connect.Interceptor {
	return gated{gate: c.Gate, importances: DeclaredImportances()}
}

func (c Config) session() around {
	if c.Internal {
		return consistentWithin
	}
	return consistent
}

// caller establishes who asks; behind the seam nobody does, it is a field.
func (c Config) caller() around {
	if c.Internal {
		return nobody
	}
	return c.Auth.interceptor(c.Access)
}

func sameSecret(a, b string) bool {
	return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

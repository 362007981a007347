package app

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	connectcors "connectrpc.com/cors"
	"connectrpc.com/grpchealth"
	"connectrpc.com/grpcreflect"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/cors"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/webapp"
)

// listen opens the listeners that the role asks for.
func (a *App) listen(ctx context.Context) error {
	metrics := rpc.NewMetrics(a.metrics)
	ops := a.ops()
	edge := http.NewServeMux()
	if a.settings.OpsAddr == "" {
		edge.Handle("/ops/", http.StripPrefix("/ops", ops))
	}
	if a.role.Serve {
		if err := a.mountEdge(ctx, edge, metrics); err != nil {
			return err
		}
		if err := a.open(a.settings.Addr, a.cors(edge)); err != nil {
			return err
		}
	}
	if a.settings.OpsAddr != "" {
		if err := a.open(a.settings.OpsAddr, ops); err != nil {
			return err
		}
	}
	if a.settings.InternalAddr == "" {
		return nil
	}
	internal, err := rpc.NewServer(rpc.Config{
		Access: rpc.DeclaredAccess(), Metrics: metrics, Log: a.log, Traces: a.settings.traces(), Internal: true, Secret: a.settings.Secret,
	})
	if err != nil {
		return err
	}
	a.nouns.mountInternal(internal)
	return a.open(a.settings.InternalAddr, internal.Handler())
}

func (a *App) open(addr string, h http.Handler) error {
	l, err := newListener(addr, h, a.log)
	if err != nil {
		return err
	}
	a.servers = append(a.servers, l)
	return nil
}

// mountEdge puts the API, health, reflection, pictures, keys and the web app on
// one mux.
func (a *App) mountEdge(ctx context.Context, mux *http.ServeMux, metrics *rpc.Metrics) error {
	proxies, err := a.settings.proxies()
	if err != nil {
		return err
	}
	auth := rpc.NewAuthenticator(a.clients.user, proxies, a.log)
	api, err := rpc.NewServer(rpc.Config{Auth: auth, Access: rpc.DeclaredAccess(), Metrics: metrics, Log: a.log, Traces: a.settings.traces(), Gate: a.gate})
	if err != nil {
		return err
	}
	a.nouns.mountPublic(api)
	for _, service := range api.Services() {
		mux.Handle("/"+service+"/", api.Handler())
	}
	reflector := grpcreflect.NewStaticReflector(append(api.Services(), grpchealth.HealthV1ServiceName)...)
	mux.Handle(grpcreflect.NewHandlerV1(reflector))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector))
	mux.Handle(grpchealth.NewHandler(a.health.checker(api.Services())))
	mux.HandleFunc("GET /.well-known/jwks.json", a.keySet)
	if a.nouns.media != nil {
		mux.Handle("/media/", a.nouns.media.Handler())
	}
	origins, err := a.settings.uploadOrigins(ctx)
	if err != nil {
		return err
	}
	web, err := webapp.New(origins...)
	if err != nil && !errors.Is(err, webapp.ErrNotBuilt) {
		return err
	}
	mux.Handle("/", apiOr(web))
	return nil
}

// apiOr answers calls of methods that are not served here as every protocol's
// clients expect, and gives the rest to the web app.
func apiOr(web http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/throng.") {
			http.Error(w, "404 page not found", http.StatusNotFound)
			return
		}
		web.ServeHTTP(w, r)
	})
}

// keySet publishes the keys with which access tokens are checked.
func (a *App) keySet(w http.ResponseWriter, r *http.Request) {
	res, err := a.clients.user.GetKeySet(r.Context(), &userv1.GetKeySetRequest{})
	if err != nil {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(res.GetJwks())
}

// ops answers probes and metrics.
func (a *App) ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", a.health.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{Registry: a.metrics}))
	return mux
}

// cors lets the web origins of the settings call the API.
func (a *App) cors(h http.Handler) http.Handler {
	if len(a.settings.AllowedOrigins) == 0 {
		return h
	}
	own := []string{consistency.Header, "X-Request-Id", "Date"}
	return cors.New(cors.Options{
		AllowedOrigins: a.settings.AllowedOrigins,
		AllowedMethods: append(connectcors.AllowedMethods(), http.MethodPut),
		AllowedHeaders: slices.Concat(connectcors.AllowedHeaders(), own, []string{"Authorization"}),
		ExposedHeaders: slices.Concat(connectcors.ExposedHeaders(), own),
		MaxAge:         7200,
	}).Handler(h)
}

package media

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

// problem is an error as the HTTP side answers it.
type problem struct {
	status        int
	code, message string
}

// Error implements error.
func (p *problem) Error() string { return p.message }

var (
	errForged      = &problem{http.StatusForbidden, "signature_invalid", "this is not an upload address"}
	errExpired     = &problem{http.StatusGone, "upload_expired", "this upload address has expired; please ask for a new one"}
	errUnknown     = &problem{http.StatusNotFound, "media_not_found", "this picture does not exist"}
	errTooLarge    = &problem{http.StatusRequestEntityTooLarge, "too_large", "there are more bytes than announced"}
	errTooShort    = &problem{http.StatusBadRequest, "size_mismatch", "there are fewer bytes than announced"}
	errCutOff      = &problem{http.StatusBadRequest, "upload_interrupted", "the upload was interrupted"}
	errWrongType   = &problem{http.StatusUnsupportedMediaType, "wrong_type", "the picture is not of the announced type"}
	errNoPicture   = &problem{http.StatusUnprocessableEntity, "not_a_picture", "this is not a picture, or it is damaged"}
	errManyPixels  = &problem{http.StatusUnprocessableEntity, "too_many_pixels", "the picture has too many pixels"}
	errOther       = &problem{http.StatusConflict, "already_uploaded", "another picture was uploaded to this address"}
	errBusy        = &problem{http.StatusServiceUnavailable, "busy", "there are many uploads at the moment; please try again"}
	errUnavailable = &problem{http.StatusServiceUnavailable, "unavailable", "the service is unavailable at the moment"}
	errInternal    = &problem{http.StatusInternalServerError, "internal", "internal error"}
)

// retryAfter is told to clients with every 503.
const retryAfter = 2 * time.Second

// Handler serves the bytes: PUT /media/uploads/{id} takes them, GET and HEAD
// /media/{id} show them. Errors are JSON objects with code and message.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /media/uploads/{id}", s.answering(s.put))
	mux.HandleFunc("GET /media/{id}", s.answering(s.get))
	return mux
}

// answering turns the error of fn, which has written nothing then, into an answer.
func (s *Service) answering(fn func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := fn(w, r)
		if err == nil {
			return
		}
		p := problemOf(err)
		if p == errInternal {
			s.log.ErrorContext(r.Context(), "media failed", slog.String("method", r.Method), slog.String("media_id", r.PathValue("id")), slog.Any("error", err))
		}
		answer(w, p)
	}
}

func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return errUnknown
	case fault.Unavailable, fault.TimedOut, fault.Canceled:
		return errUnavailable
	default:
		return errInternal
	}
}

func answer(w http.ResponseWriter, p *problem) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if p.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	}
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": p.code, "message": p.message}) //nolint:errchkjson // strings; whoever asked may be gone
}

// pathID reads the id in the path, in the one form that addresses have.
func pathID(r *http.Request) (uuid.UUID, error) {
	const canonical = 36
	s := r.PathValue("id")
	u, err := uuid.Parse(s)
	if err != nil || len(s) != canonical {
		return uuid.Nil, errUnknown
	}
	return u, nil
}

package rpc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
)

// tagBytes is how much of a hash names an answer.
const tagBytes = 15

// tagged gives answers to GET that others may keep a tag, and tells those that hold
// the same already that it is still so, without saying it again. That something is not
// there nobody is to keep.
func tagged() connect.Interceptor { return connect.UnaryInterceptorFunc(withTag) }

func withTag(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		res, err := next(ctx, req)
		if req.HTTPMethod() != http.MethodGet {
			return res, err
		}
		if err != nil {
			if missing, ok := errors.AsType[*connect.Error](err); ok && missing.Code() == connect.CodeNotFound {
				missing.Meta().Set("Cache-Control", "no-store")
			}
			return nil, err
		}
		m, ok := res.Any().(proto.Message)
		if !ok || res.Header().Get("Cache-Control") != publicLife {
			return res, nil
		}
		tag := tagOf(m)
		if tag == "" {
			return res, nil
		}
		res.Header().Set("ETag", tag)
		if holds(req.Header().Get("If-None-Match"), tag) {
			return nil, connect.NewNotModifiedError(res.Header())
		}
		return res, nil
	}
}

// tagOf names what a message says, in whichever form it is sent.
func tagOf(m proto.Message) string {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:tagBytes]) + `"`
}

// holds tells whether a client's list of tags has one; tags are compared weakly, as RFC
// 9110 has it for this.
func holds(list, tag string) bool {
	for held := range strings.SplitSeq(list, ",") {
		held = strings.TrimSpace(held)
		if held == "*" || strings.TrimPrefix(held, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

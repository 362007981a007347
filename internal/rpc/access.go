package rpc

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

// Access is who may call what: the option `access` of every method that is
// linked into the program, by procedure (`/throng.post.v1.PostService/GetPost`).
type Access map[string]*accessv1.Rule

// DeclaredAccess reads the contracts. A method without the option is not in the
// table, and what is not in the table is refused.
func DeclaredAccess() Access {
	table := Access{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			table.add(f.Services().Get(i))
		}
		return true
	})
	return table
}

func (a Access) add(s protoreflect.ServiceDescriptor) {
	for i := range s.Methods().Len() {
		m := s.Methods().Get(i)
		options, ok := m.Options().(*descriptorpb.MethodOptions)
		if !ok || !proto.HasExtension(options, accessv1.E_Access) {
			continue
		}
		rule, _ := proto.GetExtension(options, accessv1.E_Access).(*accessv1.Rule)
		a["/"+string(s.FullName())+"/"+string(m.Name())] = rule
	}
}

var (
	errNoAccess = fault.New(fault.Denied, "no_access", "this method may not be called from here")
	errSignIn   = fault.New(fault.Unauthenticated, "sign_in_required", "please sign in")
	errRole     = fault.New(fault.Denied, "role_required", "your account may not do this")
)

// check refuses a caller whom the rule does not let in. internal says that the
// call came over the internal listener or from within.
func (a Access) check(procedure string, caller identity.Caller, internal bool) error {
	rule := a[procedure]
	switch rule.GetLevel() {
	case accessv1.Level_LEVEL_PUBLIC:
		return nil
	case accessv1.Level_LEVEL_SIGNED_IN:
		if !caller.SignedIn() {
			return errSignIn
		}
		return nil
	case accessv1.Level_LEVEL_ROLE:
		return checkRole(rule.GetRole(), caller)
	case accessv1.Level_LEVEL_INTERNAL:
		if internal {
			return nil
		}
	case accessv1.Level_LEVEL_UNSPECIFIED:
	}
	return errNoAccess
}

func checkRole(role accessv1.Role, caller identity.Caller) error {
	switch {
	case !caller.SignedIn():
		return errSignIn
	case !caller.Holds(role):
		return errRole
	}
	return nil
}

func (a Access) interceptor(internal bool) around {
	return func(ctx context.Context, c *call, next func(context.Context) error) error {
		if err := a.check(c.spec.Procedure, identity.From(ctx), internal); err != nil {
			return err
		}
		return next(ctx)
	}
}

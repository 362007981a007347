package rpc

import (
	"maps"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
)

// Importance is how much is lost where a call of a method is refused: past capacity
// the least important ones are refused first.
type Importance int

// The importances, the least first.
const (
	// Glance is a read that anybody may make: caches and others have had its answer.
	Glance Importance = iota
	// Read is a read by somebody who is signed in, whom nobody else can answer.
	Read
	// Write changes something, and somebody waits to see it changed.
	Write
	// Vital is what must not fail just because everybody is there.
	Vital
	// Apart are sign-ins and what else hashes a password: they take long, and wait in
	// a queue of their own (internal/user), not in the places of others.
	Apart

	importances = iota
)

var importanceNames = [importances]string{"glance", "read", "write", "vital", "apart"}

// String is the importance's name in metrics.
func (i Importance) String() string { return importanceNames[i] }

// exceptions are the methods of which their contract alone says too little or too
// much.
var exceptions = map[string]Importance{
	// What a rush is for, and what steers it.
	campaignv1connect.CampaignServiceCheckInProcedure:           Vital,
	campaignv1connect.CampaignServiceFreezeLeaderboardProcedure: Vital,
	timelinev1connect.TimelineServiceSetPolicyProcedure:         Vital,
	// Whoever cannot renew his token is signed out, and comes back to sign in.
	userv1connect.UserServiceRefreshProcedure: Vital,
	// To end a session must be possible at any time.
	userv1connect.UserServiceLogoutProcedure:        Vital,
	userv1connect.UserServiceRevokeSessionProcedure: Vital,
	// A bulk load has time.
	graphv1connect.GraphServiceImportFollowsProcedure: Glance,

	userv1connect.UserServiceRegisterProcedure:       Apart,
	userv1connect.UserServiceLoginProcedure:          Apart,
	userv1connect.UserServiceChangePasswordProcedure: Apart,
	userv1connect.UserServiceDeleteAccountProcedure:  Apart,
}

// DeclaredImportances are those of every published method that is linked into the
// program, by procedure: what its access rule and its idempotency level say, but for
// the exceptions.
func DeclaredImportances() map[string]Importance {
	table := map[string]Importance{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				m := s.Methods().Get(j)
				table["/"+string(s.FullName())+"/"+string(m.Name())] = declaredImportance(m)
			}
		}
		return true
	})
	maps.Copy(table, exceptions)
	return table
}

// declaredImportance takes streams to clients for reads, which cannot be marked as
// such.
func declaredImportance(m protoreflect.MethodDescriptor) Importance {
	options, _ := m.Options().(*descriptorpb.MethodOptions)
	reads := options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS || m.IsStreamingServer()
	rule, _ := proto.GetExtension(options, accessv1.E_Access).(*accessv1.Rule)
	switch {
	case !reads:
		return Write
	case rule.GetLevel() == accessv1.Level_LEVEL_PUBLIC:
		return Glance
	default:
		return Read
	}
}

package contract_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/rpc"
)

func procedure(m protoreflect.MethodDescriptor) string {
	return "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
}

func TestReadsAreLessImportantThanWritesAndThoseOfAnybodyTheLeast(t *testing.T) {
	t.Parallel()
	table, access := rpc.DeclaredImportances(), rpc.DeclaredAccess()
	for _, m := range methods(t) {
		i, known := table[procedure(m)]
		delete(table, procedure(m))
		reads := sideEffectFree(m) || m.IsStreamingServer()
		anybody := access[procedure(m)].GetLevel() == accessv1.Level_LEVEL_PUBLIC
		switch {
		case !known:
			t.Errorf("%s has no importance", m.FullName())
		case reads && (i > rpc.Read || (i == rpc.Glance) != anybody):
			t.Errorf("%s, a read that anybody may make: %v, is a %v", m.FullName(), anybody, i)
		case !reads && i < rpc.Write && !m.IsStreamingClient():
			t.Errorf("%s changes something and is a %v", m.FullName(), i)
		}
	}
	for name := range table {
		t.Errorf("%s has an importance, and is not there", name)
	}
}

// Whoever waits for his password to be hashed holds nobody else up.
func TestMethodsThatTakeAPasswordAreCountedApart(t *testing.T) {
	t.Parallel()
	table := rpc.DeclaredImportances()
	for _, m := range methods(t) {
		takes := false
		for i := range m.Input().Fields().Len() {
			takes = takes || strings.Contains(string(m.Input().Fields().Get(i).Name()), "password")
		}
		if apart := table[procedure(m)] == rpc.Apart; apart != takes {
			t.Errorf("%s takes a password: %v; is counted apart: %v", m.FullName(), takes, apart)
		}
	}
}

func TestNothingIsMoreImportantThanACheckIn(t *testing.T) {
	t.Parallel()
	if i := rpc.DeclaredImportances()[campaignv1connect.CampaignServiceCheckInProcedure]; i != rpc.Vital {
		t.Errorf("it is a %v", i)
	}
}

package contract_test

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// empty are the requests without a rule, and why. A reason counts only where the
// request has no fields.
var empty = map[protoreflect.FullName]string{
	"throng.timeline.v1.GetPolicyRequest": "a deployment has one policy",
	"throng.user.v1.GetKeySetRequest":     "there is one key set",
	"throng.user.v1.GetMeRequest":         "the access token says who asks",
}

func TestEveryRequestHasARuleOnEachFieldThatCanHaveOne(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		for _, lack := range lacking(m.Input(), nil) {
			t.Error(lack)
		}
		_, excused := empty[m.Input().FullName()]
		if excused != (m.Input().Fields().Len() == 0) {
			t.Errorf("%s has %d fields: a request is excused from rules if and only if it has none", m.Input().FullName(), m.Input().Fields().Len())
		}
	}
	for name, reason := range empty {
		if reason == "" || !contains(methods(t), name) {
			t.Errorf("%s is excused with %q and is no request", name, reason)
		}
	}
}

func contains(all []protoreflect.MethodDescriptor, request protoreflect.FullName) bool {
	for _, m := range all {
		if m.Input().FullName() == request {
			return true
		}
	}
	return false
}

// What waits in queues is written and read by different versions of Throng, and
// is bounded like requests are.
func TestEveryQueuedMessageHasARuleOnEachFieldThatCanHaveOne(t *testing.T) {
	t.Parallel()
	queued := 0
	for _, f := range files(t) {
		if f.Package() != "throng.event.v1" && !strings.HasSuffix(f.Path(), "_task.proto") {
			continue
		}
		for i := range f.Messages().Len() {
			queued++
			for _, lack := range lacking(f.Messages().Get(i), nil) {
				t.Error(lack)
			}
		}
	}
	if queued == 0 {
		t.Error("no queued messages were found")
	}
}

// lacking names the fields of a message, and of those in it, that have no rule,
// or none that bounds their size.
func lacking(m protoreflect.MessageDescriptor, above []protoreflect.FullName) (lacks []string) {
	for _, seen := range above {
		if seen == m.FullName() {
			return []string{fmt.Sprintf("%s contains itself: its depth has no bound", m.FullName())}
		}
	}
	above = append(above, m.FullName())
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if reason := lack(f); reason != "" {
			lacks = append(lacks, fmt.Sprintf("%s %s", f.FullName(), reason))
		}
		if ours(f) {
			lacks = append(lacks, lacking(f.Message(), above)...)
		}
	}
	return lacks
}

// ours tells whether a field is a message of the same kind as that which it is in,
// and not one that others define.
func ours(f protoreflect.FieldDescriptor) bool {
	if f.Message() == nil {
		return false
	}
	there := f.Message().ParentFile().Package()
	return there == f.ParentFile().Package() || strings.HasPrefix(string(there), "throng.")
}

// lack is what a field lacks; nothing in most cases.
func lack(f protoreflect.FieldDescriptor) string {
	r := rules(f)
	if f.IsMap() {
		return "is a map, whose keys and values this test does not know how to look at"
	}
	if f.IsList() {
		items := r.GetRepeated()
		if items.GetMaxItems() == 0 {
			return "has no greatest number of items"
		}
		if f.Message() == nil {
			return lackOfOne(f, items.GetItems())
		}
		return ""
	}
	return lackOfOne(f, r)
}

func lackOfOne(f protoreflect.FieldDescriptor, r *validate.FieldRules) string {
	switch f.Kind() {
	case protoreflect.BoolKind: // both values are good
		return ""
	case protoreflect.StringKind:
		if !boundedString(r.GetString()) {
			return "has no greatest length"
		}
	case protoreflect.BytesKind:
		if r.GetBytes().GetMaxLen() == 0 && r.GetBytes().Len == nil {
			return "has no greatest length"
		}
	case protoreflect.EnumKind:
		if !r.GetEnum().GetDefinedOnly() {
			return "takes values that are not defined"
		}
	case protoreflect.MessageKind, protoreflect.GroupKind:
		// One of Throng's own is looked into; a oneof has a rule of its own.
		if ours(f) {
			return lackOfOneof(f.ContainingOneof())
		}
		if len(r.GetCel()) == 0 && !r.GetRequired() && r.GetType() == nil {
			return "has no rule"
		}
	default:
		if r.GetType() == nil {
			return "has no rule"
		}
	}
	return lackOfOneof(f.ContainingOneof())
}

func lackOfOneof(o protoreflect.OneofDescriptor) string {
	if o == nil || o.IsSynthetic() {
		return ""
	}
	r, _ := proto.GetExtension(o.Options(), validate.E_Oneof).(*validate.OneofRules)
	if !r.GetRequired() {
		return "is in a oneof that need not be set"
	}
	return ""
}

// boundedString tells whether a rule bounds the length of what it lets in.
func boundedString(r *validate.StringRules) bool {
	if r == nil {
		return false
	}
	if r.MaxLen != nil || r.MaxBytes != nil || r.Len != nil || r.Const != nil || len(r.GetIn()) > 0 || r.GetUuid() {
		return true
	}
	re, err := syntax.Parse(r.GetPattern(), syntax.Perl)
	return err == nil && strings.HasPrefix(r.GetPattern(), "^") && strings.HasSuffix(r.GetPattern(), "$") && finite(re)
}

// finite tells whether what an expression matches has a greatest length.
func finite(re *syntax.Regexp) bool {
	if re.Op == syntax.OpStar || re.Op == syntax.OpPlus || (re.Op == syntax.OpRepeat && re.Max < 0) {
		return false
	}
	for _, sub := range re.Sub {
		if !finite(sub) {
			return false
		}
	}
	return true
}

// rules are those of a field; none, and no nil, where it has none or is not there.
func rules(f protoreflect.FieldDescriptor) *validate.FieldRules {
	if f == nil {
		return &validate.FieldRules{}
	}
	r, _ := proto.GetExtension(f.Options(), validate.E_Field).(*validate.FieldRules)
	return r
}

// That the walk above can find fault is tried on messages that have no rules.
func TestTheWalkFindsWhatHasNoRule(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]protoreflect.MessageDescriptor{
		"itself: its depth": (&structpb.ListValue{}).ProtoReflect().Descriptor(),
		"is a map":          (&structpb.Struct{}).ProtoReflect().Descriptor(),
		"greatest number":   (&validate.Violations{}).ProtoReflect().Descriptor(),
		"greatest length":   (&validate.Rule{}).ProtoReflect().Descriptor(),
	} {
		if found := strings.Join(lacking(m, nil), "; "); !strings.Contains(found, name) {
			t.Errorf("%s: found %q", m.FullName(), found)
		}
	}
	for pattern, want := range map[string]bool{"^[a-z]{3,30}$": true, "^(a|b)?$": true, "^[a-z]*$": false, "^a+$": false, "^a{3,}$": false, "[a-z]{3}": false} {
		if got := boundedString(&validate.StringRules{Pattern: &pattern}); got != want {
			t.Errorf("%s is bounded: %v", pattern, got)
		}
	}
}

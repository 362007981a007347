package contract_test

import (
	"errors"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// TestEveryRuleCanBeEvaluated fills each request in every field: a rule that
// fails to run, rather than to hold, would refuse good input in production.
func TestEveryRuleCanBeEvaluated(t *testing.T) {
	t.Parallel()
	for _, m := range methods(t) {
		t.Run(string(m.Input().FullName()), func(t *testing.T) {
			t.Parallel()
			for _, message := range []proto.Message{dynamicpb.NewMessage(m.Input()), filled(m.Input(), 4)} {
				err := protovalidate.Validate(message)
				if _, refused := errors.AsType[*protovalidate.ValidationError](err); err != nil && !refused {
					t.Error(err)
				}
			}
		})
	}
}

// filled sets every field, to a depth: messages may hold themselves.
func filled(d protoreflect.MessageDescriptor, depth int) proto.Message {
	m := dynamicpb.NewMessage(d)
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		isMessage := f.Message() != nil
		switch {
		case isMessage && depth == 0:
		case f.IsMap():
			value := m.NewField(f).Map().NewValue()
			if f.MapValue().Message() != nil {
				value = protoreflect.ValueOfMessage(filled(f.MapValue().Message(), depth-1).ProtoReflect())
			}
			m.Mutable(f).Map().Set(protoreflect.ValueOfString("key").MapKey(), value)
		case f.IsList() && isMessage:
			m.Mutable(f).List().Append(protoreflect.ValueOfMessage(filled(f.Message(), depth-1).ProtoReflect()))
		case f.IsList():
			m.Mutable(f).List().Append(scalar(f))
		case isMessage:
			m.Set(f, protoreflect.ValueOfMessage(filled(f.Message(), depth-1).ProtoReflect()))
		default:
			m.Set(f, scalar(f))
		}
	}
	return m
}

func scalar(f protoreflect.FieldDescriptor) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("0193b0a0-0000-7000-8000-000000000000")
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte("bytes"))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(1)
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(1)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(1)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(1)
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(1)
	default:
		return protoreflect.ValueOfInt64(1)
	}
}

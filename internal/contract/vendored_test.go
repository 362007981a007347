package contract_test

import (
	"context"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// The rules in our contracts are compiled against third_party/, and applied by
// the published Go package: the two must say the same.
func TestTheVendoredRulesAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	vendored := compile(t, root+"/third_party/protovalidate", "buf/validate/validate.proto")
	published := normal(t, validate.File_buf_validate_validate_proto)
	if !proto.Equal(vendored, published) {
		t.Error("third_party/protovalidate is not what the Go package was made from: copy it anew from the release that go.mod names")
	}
	vendored.MessageType[0].Field = nil
	if proto.Equal(vendored, published) {
		t.Error("the comparison sees no difference where there is one")
	}
}

func compile(t *testing.T, folder, file string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{folder}})}
	compiled, err := compiler.Compile(context.WithoutCancel(t.Context()), file)
	if err != nil {
		t.Fatal(err)
	}
	return normal(t, compiled[0])
}

// normal leaves out where code is generated to, which the publisher sets, and
// brings options, which may be unknown fields on either side, into one form.
func normal(t *testing.T, f protoreflect.FileDescriptor) *descriptorpb.FileDescriptorProto {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(protodesc.ToFileDescriptorProto(f))
	if err != nil {
		t.Fatal(err)
	}
	var d descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	d.Options = nil
	return &d
}

package contract_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	// Every contract, so that its descriptors are linked in. A test says which is
	// missing.
	_ "github.com/throng-social/throng/gen/go/throng/access/v1"
	_ "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	_ "github.com/throng-social/throng/gen/go/throng/course/v1"
	_ "github.com/throng-social/throng/gen/go/throng/event/v1"
	_ "github.com/throng-social/throng/gen/go/throng/fault/v1"
	_ "github.com/throng-social/throng/gen/go/throng/graph/v1"
	_ "github.com/throng-social/throng/gen/go/throng/media/v1"
	_ "github.com/throng-social/throng/gen/go/throng/post/v1"
	_ "github.com/throng-social/throng/gen/go/throng/review/v1"
	_ "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	_ "github.com/throng-social/throng/gen/go/throng/user/v1"
	_ "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

const root = "../.."

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// files are the descriptors of everything in proto/.
func files(t *testing.T) []protoreflect.FileDescriptor {
	t.Helper()
	var all []protoreflect.FileDescriptor
	contracts := os.DirFS(filepath.Join(root, "proto"))
	err := fs.WalkDir(contracts, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".proto") {
			return err
		}
		if f, err := protoregistry.GlobalFiles.FindFileByPath(path); err == nil {
			all = append(all, f)
		} else {
			t.Errorf("%s is not linked into this test: import its Go package in setup_test.go", path)
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d contracts were found, %v", len(all), err)
	}
	return all
}

// methods are those of every service, published ones and internal ones.
func methods(t *testing.T) []protoreflect.MethodDescriptor {
	t.Helper()
	var all []protoreflect.MethodDescriptor
	for _, f := range files(t) {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				all = append(all, s.Methods().Get(j))
			}
		}
	}
	return all
}

// internal tells whether a method is for other nouns.
func internal(m protoreflect.MethodDescriptor) bool {
	return strings.HasSuffix(string(m.Parent().Name()), "InternalService")
}

package imports

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
)

// FuzzParseFollow holds that a line is either taken as the contract wants it or
// refused with a word.
func FuzzParseFollow(f *testing.F) {
	for _, line := range []string{"1 0", "a", "", "a b c", "ann\tbob", "x x", "ä ö", strings.Repeat("a", 31) + " b"} {
		f.Add([]byte(line), "epi_")
	}
	handle := regexp.MustCompile(`^[A-Za-z0-9_]{3,30}$`)
	f.Fuzz(func(t *testing.T, line []byte, prefix string) {
		row := &graphv1.ImportFollowsRequest_Row{}
		if err := parseFollow(line, prefix, row); err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		if !handle.MatchString(row.GetFollower()) || !handle.MatchString(row.GetFollowee()) || strings.EqualFold(row.GetFollower(), row.GetFollowee()) {
			t.Errorf("%q was taken as %v", line, row)
		}
	})
}

func TestTheRoomThatAFileNeedsIsEstimatedFromItsSize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	free, err := FreeDisk(dir)
	if err != nil || free <= 0 {
		t.Fatal(free, err)
	}
	if _, err := FreeDisk(filepath.Join(dir, "none")); err == nil {
		t.Error("there is room in a folder that is not")
	}
	name := filepath.Join(dir, "follows")
	if err := os.WriteFile(name, bytes.Repeat([]byte("1234 567\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	need, err := FollowsDisk(name)
	if err != nil || need < 1000*bytesPerFollow || need > 2000*bytesPerFollow {
		t.Error("needs", need, err)
	}
}

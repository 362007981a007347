// Package filetest is the suite that every adapter of media.Files passes. It is
// for tests alone.
package filetest

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media"
)

// Run runs the suite. open makes an empty store that lives as long as its test.
func Run(t *testing.T, open func(t *testing.T) media.Files) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, media.Files){
		"what is kept is read whole and in parts":       keptIsRead,
		"the first one wins":                            firstWins,
		"of those at the same time one wins":            oneWins,
		"what is not there is not found":                notThere,
		"what is removed is gone and leaves the others": removed,
		"many are removed at once":                      manyRemoved,
		"sweeping leaves what is kept":                  sweepLeaves,
		"large pictures are kept":                       large,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func keptIsRead(t *testing.T, files media.Files) {
	mediaID, data := newID(t), []byte("0123456789")
	keep(t, files, mediaID, data, data)
	if got := whole(t, files, mediaID, len(data)); !bytes.Equal(got, data) {
		t.Errorf("read %q", got)
	}
	f, err := files.Open(t.Context(), mediaID, int64(len(data)))
	must(t, err)
	defer func() { must(t, f.Close()) }()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end != 10 {
		t.Errorf("the end is at %d, %v", end, err)
	}
	for _, from := range []int64{7, 0, 3} {
		_, err := f.Seek(from, io.SeekStart)
		must(t, err)
		part := make([]byte, 2)
		_, err = io.ReadFull(f, part)
		must(t, err)
		if string(part) != string(data[from:from+2]) {
			t.Errorf("from %d on there is %q", from, part)
		}
		at, err := f.Seek(1, io.SeekCurrent)
		if err != nil || at != from+3 {
			t.Errorf("it is at %d, %v", at, err)
		}
	}
	_, err = f.Seek(0, io.SeekEnd)
	must(t, err)
	if n, err := f.Read(make([]byte, 1)); n != 0 || err != io.EOF { //nolint:errorlint // a Reader says it so
		t.Errorf("past the end: %d, %v", n, err)
	}
	if _, err := f.Seek(-1, io.SeekStart); err == nil {
		t.Error("there is something before the start")
	}
}

func firstWins(t *testing.T, files media.Files) {
	mediaID, first := newID(t), []byte("first")
	keep(t, files, mediaID, first, first)
	keep(t, files, mediaID, first, first)
	keep(t, files, mediaID, []byte("the second, which is longer"), first)
	if got := whole(t, files, mediaID, len(first)); string(got) != "first" {
		t.Errorf("kept is %q", got)
	}
}

func oneWins(t *testing.T, files media.Files) {
	mediaID := newID(t)
	kept := make([][]byte, 8)
	var all sync.WaitGroup
	for i := range kept {
		all.Go(func() {
			var err error
			if kept[i], err = files.Keep(t.Context(), mediaID, "image/png", bytes.Repeat([]byte("abcdefgh"[i:i+1]), 1000+i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range kept {
		if !bytes.Equal(kept[i], kept[0]) {
			t.Errorf("%d was told of other bytes than 0", i)
		}
	}
	if got := whole(t, files, mediaID, len(kept[0])); !bytes.Equal(got, kept[0]) {
		t.Error("other bytes are kept than were told")
	}
}

func notThere(t *testing.T, files media.Files) {
	mediaID := newID(t)
	f, err := files.Open(t.Context(), mediaID, 10)
	if err == nil {
		_, err = io.ReadAll(f)
		must(t, f.Close())
	}
	wantNotFound(t, err)
	_, err = files.Arrived(t.Context(), mediaID, 10)
	wantNotFound(t, err)
	must(t, files.Discard(t.Context(), mediaID))
	must(t, files.Remove(t.Context(), []uuid.UUID{mediaID, newID(t)}))
	must(t, files.Remove(t.Context(), nil))
}

func removed(t *testing.T, files media.Files) {
	gone, stays, data := newID(t), newID(t), []byte("bytes")
	keep(t, files, gone, data, data)
	keep(t, files, stays, data, data)
	must(t, files.Discard(t.Context(), gone)) // takes away nothing that is kept
	whole(t, files, gone, len(data))
	for range 2 {
		must(t, files.Remove(t.Context(), []uuid.UUID{gone}))
	}
	f, err := files.Open(t.Context(), gone, int64(len(data)))
	if err == nil {
		_, err = io.ReadAll(f)
		must(t, f.Close())
	}
	wantNotFound(t, err)
	whole(t, files, stays, len(data))
}

func manyRemoved(t *testing.T, files media.Files) {
	ids := make([]uuid.UUID, 500)
	for i := range ids {
		ids[i] = newID(t)
	}
	data := []byte("bytes")
	keep(t, files, ids[0], data, data)
	keep(t, files, ids[499], data, data)
	must(t, files.Remove(t.Context(), ids))
	for _, mediaID := range []uuid.UUID{ids[0], ids[499]} {
		keep(t, files, mediaID, []byte("new"), []byte("new"))
	}
}

func sweepLeaves(t *testing.T, files media.Files) {
	mediaID, data := newID(t), []byte("bytes")
	keep(t, files, mediaID, data, data)
	must(t, files.Sweep(t.Context(), time.Now().Add(time.Hour)))
	whole(t, files, mediaID, len(data))
}

func large(t *testing.T, files media.Files) {
	mediaID, data := newID(t), bytes.Repeat([]byte("8 MiB and more; "), 1<<19+7)
	keep(t, files, mediaID, data, data)
	if !bytes.Equal(whole(t, files, mediaID, len(data)), data) {
		t.Error("it is not what was kept")
	}
}

func keep(t *testing.T, files media.Files, mediaID uuid.UUID, data, want []byte) {
	t.Helper()
	kept, err := files.Keep(t.Context(), mediaID, "image/png", data)
	must(t, err)
	if !bytes.Equal(kept, want) {
		t.Errorf("kept is %.40q, want %.40q", kept, want)
	}
}

func whole(t *testing.T, files media.Files, mediaID uuid.UUID, size int) []byte {
	t.Helper()
	f, err := files.Open(t.Context(), mediaID, int64(size))
	must(t, err)
	defer func() { must(t, f.Close()) }()
	data, err := io.ReadAll(f)
	must(t, err)
	return data
}

func newID(t *testing.T) uuid.UUID {
	t.Helper()
	u, err := uuid.NewV7()
	must(t, err)
	return u
}

func wantNotFound(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want one of kind NotFound", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

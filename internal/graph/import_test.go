package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

type rows = []*graphv1.ImportFollowsRequest_Row

// lines makes rows of "follower followee".
func lines(list ...string) rows {
	var out rows
	for i, l := range list {
		follower, followee, _ := strings.Cut(l, " ")
		out = append(out, &graphv1.ImportFollowsRequest_Row{Line: int64(i + 1), Follower: follower, Followee: followee})
	}
	return out
}

// everyone is all follows among the first n people.
func everyone(n int) rows {
	var list []string
	for a := range n {
		for b := range n {
			if a != b {
				list = append(list, fmt.Sprintf("person_%d person_%d", a, b))
			}
		}
	}
	return lines(list...)
}

// imported sends messages over one stream.
func (w world) imported(messages ...rows) (*graphv1.ImportFollowsResponse, error) {
	w.t.Helper()
	stream, err := w.ImportFollows(operator(w.t))
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if err := stream.Send(&graphv1.ImportFollowsRequest{Rows: m}); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return stream.CloseAndReceive()
}

// operator is the context of somebody who may import.
func operator(t testing.TB) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: uuid.New(), Role: accessv1.Role_ROLE_ADMIN})
}

func TestAnImportMakesAccountsAndFollowsOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		file := []rows{lines("ann bob", "Bob ANN", "ann cat", "ann cat"), lines("cat bob", "dan bob", "bob ann")}
		res, err := w.imported(file...)
		must(t, err)
		if res.GetRows() != 7 || res.GetAccountsCreated() != 4 || res.GetFollowsCreated() != 5 || res.GetRefused() != 0 {
			t.Error("got", res)
		}
		var edges []string
		for _, e := range w.announced() {
			edges = append(edges, e...)
		}
		slices.Sort(edges)
		if len(edges) != 5 || len(slices.Compact(edges)) != 5 {
			t.Error("announced", edges)
		}
		before := len(w.announced())
		res, err = w.imported(append(file, lines("eve ann"))...)
		must(t, err)
		if res.GetRows() != 8 || res.GetAccountsCreated() != 1 || res.GetFollowsCreated() != 1 {
			t.Error("again, got", res)
		}
		if events := w.announced()[before:]; len(events) != 1 || len(events[0]) != 1 {
			t.Error("again, announced", events)
		}
		w.differs(0)
	})
}

func TestRowsAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(4)
		w.block(p[0], p[1])
		gone := w.leaver("leaver")
		w.leave(gone)
		must(t, w.service.OnAccountDeleted(t.Context(), deleted(p[3])))
		file := lines("person_0 person_1", "person_1 person_0", "new_one New_One", "new_one person_0", "person_3 person_0", "person_0 leaver", "person_2 person_0")
		for _, created := range []int64{2, 0} {
			res, err := w.imported(file)
			must(t, err)
			if res.GetFollowsCreated() != created || res.GetRefused() != 5 {
				t.Error("got", res)
			}
			reasons := map[int64]string{}
			for _, r := range res.GetRefusals() {
				reasons[r.GetLine()] = r.GetReason()
			}
			want := map[int64]string{1: "blocked", 2: "blocked", 3: "follow_self", 5: "account_missing", 6: "account_missing"}
			if fmt.Sprint(reasons) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", reasons, want)
			}
		}
		w.differs(0)
	})
}

func TestTheFirstHundredRefusedRowsAreNamed(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		var list []string
		for i := range 150 {
			list = append(list, fmt.Sprintf("self_%d self_%d", i, i))
		}
		res, err := w.imported(lines(list...)[:60], lines(list...)[60:])
		must(t, err)
		if res.GetRefused() != 150 || len(res.GetRefusals()) != 100 || res.GetRefusals()[99].GetLine() != 100 {
			t.Errorf("%d refused, %d named, the last is %v", res.GetRefused(), len(res.GetRefusals()), res.GetRefusals()[99])
		}
	})
}

func TestImportsOfTheSameRowsAtOnceAreExact(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		const people = 40
		var all sync.WaitGroup
		var created [graph.MaxImports]int64
		for i := range created {
			all.Go(func() {
				file := everyone(people)
				rand.Shuffle(len(file), func(a, b int) { file[a], file[b] = file[b], file[a] })
				res, err := w.imported(slices.Collect(slices.Chunk(file, 100))...)
				if err != nil {
					t.Error(err)
				}
				created[i] = res.GetFollowsCreated()
			})
		}
		all.Wait()
		sum := int64(0)
		for _, n := range created {
			sum += n
		}
		announced := 0
		for _, e := range w.announced() {
			announced += len(e)
		}
		if want := people * (people - 1); sum != int64(want) || announced != want {
			t.Errorf("created %d, announced %d, want %d", sum, announced, want)
		}
		w.differs(0)
	})
}

func TestALargeMessageIsAnnouncedInEventsThatAQueueTakes(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		res, err := w.imported(everyone(71))
		must(t, err)
		if res.GetFollowsCreated() != 4970 {
			t.Fatal("got", res)
		}
		if events := w.announced(); len(events) != 2 || len(events[0])+len(events[1]) != 4970 {
			t.Errorf("announced by %d events", len(events))
		}
		for _, id := range w.people(71) {
			w.stands(id, 70, 70)
		}
	})
}

func TestABadMessageEndsTheStreamAndLeavesWhatCameBefore(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		_, err := w.imported(lines("ann bob"), lines("ann !"))
		if connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Error("got", err)
		}
		w.people(1)
		w.differs(0)
		res, err := w.imported(lines("ann bob"))
		must(t, err)
		if res.GetFollowsCreated() != 0 {
			t.Error("the first message was lost")
		}
	})
}

func TestAStreamTakesSoManyRows(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		w.service.LimitStreams(3)
		_, err := w.imported(lines("ann bob", "bob ann"), lines("cat ann", "cat bob"))
		if err == nil || !strings.Contains(err.Error(), "at most 3 rows") {
			t.Error("got", err)
		}
		res, err := w.imported(lines("ann bob", "bob ann", "cat ann"))
		must(t, err)
		if res.GetFollowsCreated() != 1 {
			t.Error("got", res)
		}
	})
}

func TestSoManyImportsRunAtOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		ann := w.people(1)[0]
		var open []*connect.ClientStreamForClientSimple[graphv1.ImportFollowsRequest, graphv1.ImportFollowsResponse]
		for i := range graph.MaxImports {
			stream, err := w.ImportFollows(operator(t))
			must(t, err)
			must(t, stream.Send(&graphv1.ImportFollowsRequest{Rows: lines(fmt.Sprintf("person_0 friend_%d", i))}))
			open = append(open, stream)
			// What is sent is stored while the stream is open, so it is being served now.
			for len(w.followed(ann)) <= i {
				runtime.Gosched()
			}
		}
		if _, err := w.imported(lines("ann bob")); err == nil || !strings.Contains(err.Error(), "too many imports") {
			t.Error("got", err)
		}
		for _, stream := range open {
			_, err := stream.CloseAndReceive()
			must(t, err)
		}
		_, err := w.imported(lines("bob ann"))
		must(t, err)
	})
}

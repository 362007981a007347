package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/fault"
)

func key(pk, sk string) dynamo.Key { return dynamo.Key{PK: pk, SK: sk} }

func put(pk, sk string, item dynamo.Item) dynamo.Write {
	return dynamo.Write{Table: dynamo.Post, Key: key(pk, sk), Put: item}
}

func add(pk, sk string, n int) dynamo.Write {
	return dynamo.Write{
		Table: dynamo.Post, Key: key(pk, sk), Update: "ADD n :n", Values: dynamo.Item{":n": dynamo.N(n)},
	}
}

func get(t *testing.T, db *dynamo.DB, pk, sk string) dynamo.Item {
	t.Helper()
	item, err := db.Get(t.Context(), dynamo.Primary, dynamo.Post, key(pk, sk))
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestItemsComeBackAsTheyWereStored(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	if _, err := db.Do(ctx, put("p", "s", dynamo.Item{
		"text": dynamo.S("héllo"), "n": dynamo.N(-7), "f": dynamo.F(0.25), "b": dynamo.B([]byte{0, 255}), "yes": dynamo.Bool(true),
		"list": dynamo.Strings([]string{"x", "y"}), "w": dynamo.Stamp(12).Value(),
	})); err != nil {
		t.Fatal(err)
	}
	i := get(t, db, "p", "s")
	if i.Key() != key("p", "s") || i.Str("text") != "héllo" || i.Int("n") != -7 || i.Float("f") != 0.25 || string(i.Bytes("b")) != "\x00\xff" ||
		!i.Bool("yes") || len(i.Strings("list")) != 2 || i.Written() != 12 || i.Has("nothing") {
		t.Errorf("it is %v", i)
	}
	if none := get(t, db, "p", "other"); none != nil {
		t.Errorf("what was never stored is %v", none)
	}
	if updated, err := db.Do(ctx, add("p", "s", 9)); err != nil || updated.Int("n") != 2 {
		t.Errorf("after an update it is %v, %v", updated, err)
	}
	if _, err := db.Do(ctx, dynamo.Write{Table: dynamo.Post, Key: key("p", "s"), Delete: true}); err != nil || get(t, db, "p", "s") != nil {
		t.Errorf("it cannot be deleted: %v", err)
	}
}

func TestAnUnmetConditionSaysWhichAndShowsTheItem(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	first := put("p", "s", dynamo.Item{"n": dynamo.N(1)})
	first.If = "attribute_not_exists(pk)"
	if _, err := db.Do(ctx, first); err != nil {
		t.Fatal(err)
	}
	_, err := db.Do(ctx, first)
	if u := dynamo.AsUnmet(err); !fault.Is(err, fault.Precondition) || u == nil || u.Items[0].Int("n") != 1 {
		t.Errorf("a second time it is %v", err)
	}
	err = db.Transact(ctx, put("p", "other", dynamo.Item{}), first, dynamo.Write{Table: dynamo.Graph, Key: key("x", "y"), If: "attribute_exists(pk)"})
	u := dynamo.AsUnmet(err)
	if u == nil || u.At(0) || !u.At(1) || !u.At(2) || u.Items[1].Int("n") != 1 {
		t.Errorf("a transaction with it is %v", err)
	}
	if get(t, db, "p", "other") != nil {
		t.Error("a part of a refused transaction is there")
	}
}

func TestPagesFollowTheSortKeysBothWays(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	var writes []dynamo.Write
	for i := range 60 {
		writes = append(writes, put("p", fmt.Sprintf("a%02d", i), dynamo.Item{"n": dynamo.N(i), "name": dynamo.S("x")}))
	}
	must(t, db.BatchWrite(ctx, dynamo.Post, append(writes, put("p", "b", dynamo.Item{}), put("q", "a00", dynamo.Item{}))))
	for name, test := range map[string]struct {
		query       dynamo.Query
		first, last string
		count       int
	}{
		"all":              {dynamo.Query{}, "a00", "b", 61},
		"with a prefix":    {dynamo.Query{Prefix: "a", Limit: 7}, "a00", "a59", 60},
		"backwards":        {dynamo.Query{Prefix: "a", Backwards: true, Limit: 9}, "a59", "a00", 60},
		"between":          {dynamo.Query{From: "a10", To: "a19"}, "a10", "a19", 10},
		"from":             {dynamo.Query{From: "a58"}, "a58", "b", 3},
		"to":               {dynamo.Query{To: "a01", Attributes: []string{"name"}}, "a00", "a01", 2},
		"after":            {dynamo.Query{After: "a57", Limit: 1}, "a58", "b", 3},
		"after, backwards": {dynamo.Query{After: "a02", Backwards: true}, "a01", "a00", 2},
		"filtered": {dynamo.Query{
			Limit: 10, Filter: "n >= :n AND #name = :x", Names: map[string]string{"#name": "name"},
			Values: dynamo.Item{":n": dynamo.N(50), ":x": dynamo.S("x")},
		}, "a50", "a59", 10},
	} {
		test.query.Table, test.query.PK = dynamo.Post, "p"
		var found []string
		for item, err := range db.Each(ctx, dynamo.Reader, test.query) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, item.Key().SK)
		}
		if len(found) != test.count || found[0] != test.first || found[len(found)-1] != test.last {
			t.Errorf("%s: %d items, %v", name, len(found), found)
		}
	}
}

func TestBatchesOfAnySizeAreWhole(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	var writes []dynamo.Write
	var keys []dynamo.Key
	for i := range 260 {
		k := key(fmt.Sprint(i), "s")
		keys = append(keys, k, k)
		writes = append(writes, dynamo.Write{Key: k, Put: dynamo.Item{"n": dynamo.N(-1)}}, dynamo.Write{Key: k, Put: dynamo.Item{"n": dynamo.N(i)}})
	}
	writes = append(writes, dynamo.Write{Key: key("7", "s"), Delete: true})
	must(t, db.BatchWrite(ctx, dynamo.Post, writes))
	found, err := db.BatchGet(ctx, dynamo.Reader, dynamo.Post, append(keys, key("none", "s")), "n")
	if err != nil || len(found) != 259 || found[key("250", "s")].Int("n") != 250 {
		t.Errorf("%d items, %v", len(found), err)
	}
}

func TestWhatHasExpiredIsNotShownThoughItIsStillThere(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	past, future := dynamo.N(time.Now().Unix()-1), dynamo.N(time.Now().Unix()+60)
	must(t, db.Transact(ctx, put("p", "old", dynamo.Item{"ttl": past}), put("p", "young", dynamo.Item{"ttl": future})))
	page, err := db.Query(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Post, PK: "p", Attributes: []string{"x"}})
	found, batchErr := db.BatchGet(ctx, dynamo.Reader, dynamo.Post, []dynamo.Key{key("p", "old"), key("p", "young")}, "x")
	if err := errors.Join(err, batchErr); err != nil || len(page.Items) != 1 || len(found) != 1 || get(t, db, "p", "old") != nil || get(t, db, "p", "young") == nil {
		t.Errorf("shown are %v and %v, %v", page.Items, found, err)
	}
}

// Each of many processes makes transactions whose answers are lost, refused and
// repeated: what was said to be done is done once, what was refused is not.
func TestNothingIsLostOrDoneTwiceOnARoughNetwork(t *testing.T) {
	t.Parallel()
	ctx, tables := t.Context(), dynamotest.New(t)
	faults := dynamotest.Rough(7)
	faults.Throttle, faults.LoseAfter, faults.FailAfter, faults.Conflict = 0.1, 0.15, 0.1, 0.1
	must(t, tables.Network.Set(faults))
	const workers, rounds = 4, 25
	var wg sync.WaitGroup
	for w := range workers {
		db := tables.Open(t)
		wg.Go(func() {
			for i := range rounds {
				once := put(fmt.Sprintf("w%d", w), fmt.Sprintf("s%03d", i), dynamo.Item{"n": dynamo.N(i)})
				once.If = "attribute_not_exists(pk)"
				if err := db.Transact(ctx, once, add("sum", "s", 1), add("sum", fmt.Sprint(w), 1)); err != nil {
					t.Errorf("transaction %d of %d: %v", i, w, err)
				}
			}
		})
	}
	wg.Wait()
	db := tables.Open(t)
	if n := get(t, db, "sum", "s").Int("n"); n != workers*rounds {
		t.Errorf("%d transactions were counted %d times", workers*rounds, n)
	}
	for w := range workers {
		n := 0
		for _, err := range db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Post, PK: fmt.Sprintf("w%d", w), Limit: 7}) {
			must(t, err)
			n++
		}
		if n != rounds || get(t, db, "sum", fmt.Sprint(w)).Int("n") != rounds {
			t.Errorf("of %d there are %d", w, n)
		}
	}
}

func TestBatchesAreWholeOnARoughNetwork(t *testing.T) {
	t.Parallel()
	ctx, tables := t.Context(), dynamotest.New(t)
	faults := dynamotest.Rough(8)
	faults.Undone = 0.5
	must(t, tables.Network.Set(faults))
	db := tables.Open(t)
	var writes []dynamo.Write
	var keys []dynamo.Key
	for i := range 300 {
		keys = append(keys, key("p", fmt.Sprintf("%03d", i)))
		writes = append(writes, dynamo.Write{Key: keys[i], Put: dynamo.Item{"n": dynamo.N(i)}})
	}
	must(t, db.BatchWrite(ctx, dynamo.Post, writes))
	found, err := db.BatchGet(ctx, dynamo.Primary, dynamo.Post, keys)
	if err != nil || len(found) != 300 {
		t.Errorf("%d items, %v", len(found), err)
	}
	for i := range 100 {
		writes[i] = dynamo.Write{Key: keys[i], Delete: true}
	}
	must(t, db.BatchWrite(ctx, dynamo.Post, writes))
	if found, err = db.BatchGet(ctx, dynamo.Primary, dynamo.Post, keys); err != nil || len(found) != 200 {
		t.Errorf("after deletions %d items, %v", len(found), err)
	}
}

func TestFailuresAreFaultsOfTheirKind(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	for name, test := range map[string]struct {
		faults dynamotest.Faults
		want   fault.Kind
		reason string
	}{
		"throttled": {dynamotest.Faults{Throttle: 1}, fault.Unavailable, "store_throttled"},
		"failing":   {dynamotest.Faults{Fail: 1}, fault.Unavailable, "store_unavailable"},
		"silent":    {dynamotest.Faults{LoseAfter: 1}, fault.Unavailable, "store_unavailable"},
		"contended": {dynamotest.Faults{Conflict: 1}, fault.Unavailable, "conflict"},
	} {
		must(t, tables.Network.Set(test.faults))
		c := tables.Config()
		c.Budget = time.Second
		db, err := dynamo.Open(t.Context(), c)
		must(t, err)
		err = db.Transact(t.Context(), add("p", "s", 1))
		f, _ := errors.AsType[*fault.Error](err)
		if !fault.Is(err, test.want) || f.Reason != test.reason || f.RetryAfter == 0 {
			t.Errorf("%s: %v", name, err)
		}
		if counts := db.Counts(); len(counts) != 1 || counts[0].Requests < 2 || counts[0].Throttled+counts[0].Failed+counts[0].Conflicts != counts[0].Requests {
			t.Errorf("%s: counted is %+v", name, counts)
		}
	}
	must(t, tables.Network.Set(dynamotest.Faults{}))
	db := tables.Open(t)
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if _, err := db.Get(late, dynamo.Reader, dynamo.Post, key("p", "s")); !fault.Is(err, fault.TimedOut) {
		t.Errorf("out of time: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := db.Get(ended, dynamo.Reader, dynamo.Post, key("p", "s")); !fault.Is(err, fault.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestUnitsAreCountedByTableAndOperation(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dynamotest.New(t).Open(t)
	other := put("p", "s", dynamo.Item{})
	other.Table = dynamo.Graph
	must(t, db.Transact(ctx, put("p", "s", dynamo.Item{}), other))
	get(t, db, "p", "s")
	must(t, db.Ping(ctx, dynamo.Tables...))
	for _, c := range db.Counts() {
		switch {
		case c.Operation == "TransactWriteItems" && c.WriteUnits != 2,
			c.Operation == "GetItem" && c.Table == dynamo.Post && c.ReadUnits != 1.5,
			c.Operation == "TransactWriteItems" && c.Table == dynamo.Post && c.Requests != 1:
			t.Errorf("counted is %+v", c)
		}
	}
	if n := len(db.Counts()); n != 2+4 {
		t.Errorf("counted are %d: %+v", n, db.Counts())
	}
}

func TestEventualReadsAreOldUnlessTheSessionHasSeenSomethingYoung(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	must(t, tables.Network.Set(dynamotest.Faults{Seed: 3, Stale: time.Minute}))
	db := tables.Open(t)
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	stamp := db.Stamp(ctx)
	must(t, db.Transact(ctx, put("p", "s", dynamo.Item{"w": stamp.Value()})))
	missed := 0
	for range 40 {
		item, err := db.Get(t.Context(), dynamo.Reader, dynamo.Post, key("p", "s"))
		must(t, err)
		if item == nil {
			missed++
		}
	}
	if missed == 0 || missed == 40 {
		t.Errorf("of 40 eventual reads %d were old", missed)
	}
	ceiling, err := session.Ceiling(ctx)
	must(t, err)
	if ceiling.Clock < uint64(stamp) {
		t.Errorf("the writer's session has seen %v, the stamp is %d", ceiling, stamp)
	}
	for range 40 {
		ctx, session := consistency.Begin(t.Context(), ceiling)
		item, err := db.Get(ctx, dynamo.Reader, dynamo.Post, key("p", "s"))
		if err != nil || item == nil {
			t.Fatalf("whoever has seen it reads %v, %v", item, err)
		}
		if seen, err := session.Ceiling(ctx); err != nil || seen.Clock < uint64(stamp) || session.Floor().Clock >= seen.Clock || session.Floor().Log != consistency.Always {
			t.Errorf("has seen %v, floor %v, %v", seen, session.Floor(), err)
		}
	}
}

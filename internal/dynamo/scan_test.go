package dynamo_test

import (
	"fmt"
	"testing"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
)

func TestAScanGoesOnInAnotherProcessAndMeetsEachItemOnce(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	var writes []dynamo.Write
	for i := range 60 {
		// Sort keys have any characters.
		writes = append(writes, put(fmt.Sprint("p#", i%7), fmt.Sprintf("a key\n%d é/ ", i), dynamo.Item{"n": dynamo.N(i)}))
	}
	must(t, tables.Open(t).BatchWrite(t.Context(), dynamo.Post, writes))
	met, pages := map[dynamo.Key]int{}, 0
	for place, more := "", true; more; more = place != "" {
		items, next, err := tables.Open(t).ScanPage(t.Context(), dynamo.Post, place, 7)
		must(t, err)
		if len(items) > 7 {
			t.Fatalf("a page of 7 has %d items", len(items))
		}
		for _, i := range items {
			met[i.Key()]++
		}
		place, pages = next, pages+1
	}
	if len(met) != len(writes) || pages < 9 {
		t.Errorf("met %d items on %d pages", len(met), pages)
	}
	for k, n := range met {
		if n != 1 {
			t.Errorf("met %v %d times", k, n)
		}
	}
}

func TestAScanRefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	db := dynamotest.New(t).Open(t)
	for _, place := range []string{"p", " ", "p ", "p *", " cw"} {
		if _, _, err := db.ScanPage(t.Context(), dynamo.Post, place, 1); err == nil {
			t.Errorf("%q is taken for a place", place)
		}
	}
}

func TestATableIsClearedWithWhatHasExpired(t *testing.T) {
	t.Parallel()
	db := dynamotest.New(t).Open(t)
	writes := []dynamo.Write{put("p", "old", dynamo.Item{"ttl": dynamo.N(1)})}
	for i := range 1100 {
		writes = append(writes, put("p", fmt.Sprint(i), dynamo.Item{}))
	}
	must(t, db.BatchWrite(t.Context(), dynamo.Post, writes))
	rounds := 0
	for more := true; more; rounds++ {
		var err error
		more, err = db.Clear(t.Context(), dynamo.Post)
		must(t, err)
	}
	for item, err := range db.Scan(t.Context(), dynamo.Post) {
		must(t, err)
		t.Fatal("this is left:", item.Key())
	}
	if rounds < 2 {
		t.Errorf("%d items went in %d rounds", len(writes), rounds)
	}
	// One that has expired is there until it is deleted.
	_, err := db.Do(t.Context(), dynamo.Write{Table: dynamo.Post, Key: key("p", "old"), Put: dynamo.Item{}, If: "attribute_not_exists(pk)"})
	must(t, err)
}

package timeline_test
import ("testing";"math/rand/v2";"fmt")
func TestDebugStats(t *testing.T) {
	w := newWorld(t)
	var steps, with2, with3, hist2, hist3, del2, heldMove, posts, delivered, edges int
	names := map[string]int{}
	for seed := range 150 {
	h, _ := w.begin(t.Context(), uint64(seed))
	had2, had3 := false, false
	for i := range h.steps {
		r := rand.New(rand.NewPCG(h.seed, uint64(i)+1))
		before := 0
		for _, p := range h.model.posts { if p.delivered != never { before++ } }
		var m1, m2, m3 int
		w.sql.QueryRow(t.Context(), `select count(*) filter (where mode=1), count(*) filter (where mode=2), count(*) filter (where mode=3) from timeline_edges`).Scan(&m1,&m2,&m3)
		steps++; edges += m1+m2+m3
		if m2 > 0 { with2++; had2 = true }
		if m3 > 0 { with3++; had3 = true }
		for _, o := range h.held { names[o.name[:min(len(o.name),12)]+" "+o.at]++ }
		if len(h.held) > 0 { heldMove++ }
		if err := h.step(r); err != nil { t.Fatal(err) }
		if err := h.collect(); err != nil { t.Fatal(err) }
		if err := h.glance(r); err != nil { t.Fatal(err) }
		after := 0
		for _, p := range h.model.posts { if p.delivered != never { after++ } }
		if m2 > 0 { del2 += after-before }
	}
	posts += len(h.model.posts)
	for _, p := range h.model.posts { if p.delivered != never { delivered++ } }
	if had2 {hist2++}; if had3 {hist3++}
	h.abandon()
	}
	t.Log("steps", steps, "with2", with2, "with3", with3, "hist2", hist2, "hist3", hist3, "delivered under promoting", del2, "steps with held", heldMove, "posts", posts, delivered, "edges", edges)
	for n, c := range names { fmt.Println(c, n) }
}

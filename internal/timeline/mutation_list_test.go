package timeline_test

const (
	queriesFile = "gen/db/timelinedb/timeline.sql.go"
	moveFile    = "internal/timeline/move.go"
	copyFile    = "internal/timeline/copy.go"
	wakeFile    = "internal/timeline/wake.go"
	readFile    = "internal/timeline/skeleton.go"
	wakingFile  = "internal/timeline/pgstore/reader.go"
)

// query is an edit of a query.
func query(name, before, after string) edit {
	return edit{queriesFile, "-- name: " + name + " :", before, after}
}

var mutations = []mutation{
	{name: "an edge is settled whatever its generation", edits: []edit{
		query("SettleEdges", "AND e.generation = $2::bigint", "AND $2::bigint IS NOT NULL"),
	}},
	{name: "an edge is settled unconditionally", edits: []edit{
		query("SettleEdges", "AND e.generation = $2::bigint", "AND $2::bigint IS NOT NULL"),
		query("SettleEdges", "AND e.mode = 2", ""),
	}},
	// The version in SettleEdges alone covers nothing: what lowers a horizon gives
	// every edge of the reader a fresh generation first, and what deletes below a
	// horizon harms an edge only when the horizon goes down again. So it is taken
	// out along with that generation where an edge is promoting already.
	{name: "an edge is settled whatever became of its reader", edits: []edit{
		query("SettleEdges", "AND r.version = u.version", ""),
		query("PromoteReader", "AND e.author_id = w.edge_author_id", "AND e.author_id = w.edge_author_id AND e.mode <> 2"),
	}},
	{name: "logs are read before their edges are promoting", quick: true, edits: []edit{
		{moveFile, "func (s *Service) promote(", "m := &move{depth: d}", `authors, _ := columns(edges)
	early, err := s.logs(ctx, unique(authors), d.copies+1)
	if err != nil {
		return nil, err
	}
	m := &move{depth: d, early: early}`},
		{moveFile, "type move struct {", "generation int64", "generation int64\n\tearly map[uuid.UUID][]uuid.UUID"},
		{copyFile, "func (s *Service) copyLogs(", "logs, err := s.logs(ctx, unique(authors), m.copies+1)", "logs, _ := m.early, authors"},
	}},
	{name: "a reader is woken with logs that were read before", edits: []edit{
		{wakeFile, "func (s *Service) wake(", "w, err := s.beginWake(ctx, reader, authors)", `var early []entry
	var err error
	if len(authors) > 0 {
		if early, err = s.primaryLog(ctx, authors, copies, 0); err != nil {
			return err
		}
	}
	w, err := s.beginWake(ctx, reader, authors)`},
		{wakeFile, "func (s *Service) wake(", "if err := s.copyMerged", "w.early = early\n\tif err := s.copyMerged"},
		{wakeFile, "type waking struct {", "horizon uuid.UUID", "horizon uuid.UUID\n\tearly []entry"},
		{wakeFile, "func (s *Service) copyMerged(", "entries, err := s.primaryLog(ctx, w.authors, copies, 0)", "var err error\n\tentries := w.early"},
	}},
	{name: "the horizon goes down before the edges are promoting", edits: []edit{
		{wakingFile, "func (s *Store) BeginWake(", "w := timeline.Wake{Reader: reader}", `w := timeline.Wake{Reader: reader}
	if _, err := s.db.Writer(ctx).Exec(ctx, "UPDATE timeline_readers SET horizon = $2 WHERE reader_id = $1", reader, uuid.Nil); err != nil {
		return w, err
	}`},
	}},
	{name: "reads do not look at epochs", edits: []edit{
		query("ReadPage", "AND e.epoch = coalesce(x.epoch, 0)", ""),
	}},
	{name: "reads count authors as pushed who are pulled", edits: []edit{
		query("ReadPage", "AND x.pulled IS NOT TRUE", ""),
	}},
	{name: "reads do not tell a follow from one before it", edits: []edit{
		{readFile, "func unpushed(", "&& snap.PushedSince[i] == f.since", ""},
	}},
	{name: "reads take edges for complete that are so after a place", edits: []edit{
		query("ReadPage", "array_agg(p.pushed_after)", "array_agg('00000000-0000-0000-0000-000000000000'::uuid)"),
	}},
	{name: "a trim goes unnoticed by moves", edits: []edit{
		query("DeleteBelowHorizon", "SET version = r.version + 1", "SET version = r.version"),
	}},
	{name: "fan-outs pass over edges that are promoting", edits: []edit{
		query("FanoutFreshPage", "AND e.mode <> 1", "AND e.mode = 3"),
		query("FanoutPage", "AND e.mode <> 1", "AND e.mode = 3"),
		query("FanoutReviewedPage", "AND e.mode <> 1", "AND e.mode = 3"),
	}},
	{name: "a reader is woken whatever became of him", edits: []edit{
		query("SettleReader", "AND r.version = $3", "AND $3::bigint IS NOT NULL"),
	}},
	// NOT EXISTS alone covers nothing: an edge that was pushed under a higher
	// horizon names it as the place after which it is complete, and stays right when
	// the horizon goes down. So it is taken out along with that place.
	{name: "a reader is woken with edges that others pushed", edits: []edit{
		{copyFile, "func (m *move) cut(", "return log[:i], post", `if compare(post, horizon) < 0 {
				return log[:i], uuid.Nil
			}
			return log[:i], post`},
		query("SettleReader", "AND NOT EXISTS (SELECT FROM timeline_edges o WHERE o.reader_id = $2 AND o.mode = 3)", ""),
	}},
	{name: "a reader is woken with edges that others promoted", edits: []edit{
		query("SettleReader", "AND e.generation = $5::bigint", "AND $5::bigint IS NOT NULL"),
	}},
	{name: "whoever changes edges does not ask the graph again", edits: []edit{
		{moveFile, "func (s *Service) OnFollowsChanged(", "left := append(changed(standing, again), overtaken...)", "_ = again\n\t\tleft := overtaken"},
	}},
}

package main

type labCommand struct {
	World       labWorld       `cmd:"" help:"Generate a world of people who follow one another, and load it into the deployment's database."`
	Fanout      labFanout      `cmd:"" help:"Compare the strategies of home timelines on one world, on a private Postgres."`
	Generate    labGenerate    `cmd:"" help:"Write sets of data to import."`
	Audit       labAudit       `cmd:"" help:"Compare timelines with their definition; exit 1 on any difference."`
	Watch       labWatch       `cmd:"" help:"Measure live streams on a private deployment: how soon posts arrive, and what a watcher costs."`
	Rush        labRush        `cmd:"" help:"Let a crowd rush at one campaign, as the reference system's load test does, and account for every check-in."`
	Reviews     labReviews     `cmd:"" help:"Read the reviews of a whole shop at a rate, alone and beside writes, and look for answers that are older than what their reader has seen."`
	Instructors labInstructors `cmd:"" help:"Ask who teaches courses of a whole school, ever faster until it bends, alone and with writes among it, and hold every answer to the set."`
	Weather     labWeather     `cmd:"" help:"Ask for the weather at all places, at a rate, by users who think and by users who do not, and hold every answer to what was loaded."`
}

package app

import "cmp"

// The shapes that set all parts.
const (
	ShapeOne = "one"
	ShapeAWS = "aws"
)

// Shaped are the settings with every part chosen: as it says itself, or as the shape
// says.
func (s Settings) Shaped() Settings {
	for _, part := range []struct {
		choice   *string
		one, aws string
	}{
		{&s.GraphStore, "postgres", storeDynamo},
		{&s.PostStore, "postgres", storeDynamo},
		{&s.TimelineStore, "postgres", storeDynamo},
		{&s.Queue, "river", "sqs"},
		{&s.PubSub, "postgres", onRedis},
		{&s.Cache, "memory", onRedis},
		{&s.Boards, "memory", onRedis},
		{&s.Limits, "memory", onRedis},
		{&s.MediaStore, mediaFolder, mediaS3},
	} {
		choice := part.one
		if s.Shape == ShapeAWS {
			choice = part.aws
		}
		*part.choice = cmp.Or(*part.choice, choice)
	}
	return s
}

// Needs are the services beside Postgres that the parts of a deployment stand on.
type Needs struct{ DynamoDB, SQS, Redis, S3 bool }

// Needs answers what these settings, once shaped, stand on.
func (s Settings) Needs() Needs {
	return Needs{DynamoDB: len(s.onDynamo()) > 0, SQS: s.onSQS(), Redis: s.usesRedis(), S3: s.MediaStore == mediaS3}
}

package post

import (
	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
)

// Events are what the creation of the post under this id announces.
func (d Draft) Events(postID uuid.UUID) []*eventv1.Event {
	events := []*eventv1.Event{{Body: &eventv1.Event_PostCreated{PostCreated: &eventv1.PostCreated{
		PostId: postID.String(), AuthorId: d.Author.String(),
	}}}}
	if len(d.Media) == 0 {
		return events
	}
	return append(events, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: &eventv1.MediaHeld{
		MediaIds: id.Strings(d.Media), Subject: subject(d.Author, d.Key),
	}}})
}

// Events are what the deletion of the post announces.
func (p Standing) Events() []*eventv1.Event {
	if len(p.Media) == 0 {
		return nil
	}
	return []*eventv1.Event{{Body: &eventv1.Event_MediaReleased{MediaReleased: &eventv1.MediaReleased{
		MediaIds: id.Strings(p.Media), Subject: subject(p.Author, p.Key),
	}}}}
}

// subject names what shows the pictures before the post has an id.
func subject(author uuid.UUID, key string) string {
	return "post:" + author.String() + ":" + key
}

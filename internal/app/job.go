package app

import (
	"context"
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/internal/queue"
)

// The upkeep of users, who send and get no messages.
const (
	topicPurgeUsers = "user.purge"
	purgeEvery      = time.Hour
)

// handlers are the topics of all nouns that run here.
func (n nouns) handlers() queue.Handlers {
	all := queue.Handlers{}
	if n.media != nil {
		maps.Copy(all, n.media.Handlers())
	}
	if n.user != nil {
		all[topicPurgeUsers] = upkeep(n.user.Purge)
	}
	if n.graph != nil {
		maps.Copy(all, n.graph.Handlers())
	}
	if n.post != nil {
		maps.Copy(all, n.post.Handlers())
	}
	if n.timeline != nil {
		maps.Copy(all, n.timeline.Handlers())
	}
	if n.campaign != nil {
		maps.Copy(all, n.campaign.Handlers())
	}
	if n.review != nil {
		maps.Copy(all, n.review.Handlers())
	}
	if n.weather != nil {
		maps.Copy(all, n.weather.Handlers())
	}
	return all
}

// periodic are the tasks that one worker of the deployment starts.
func (n nouns) periodic() []queue.Periodic {
	var all []queue.Periodic
	if n.media != nil {
		all = append(all, n.media.Periodic()...)
	}
	if n.user != nil {
		all = append(all, every(purgeEvery, topicPurgeUsers))
	}
	if n.timeline != nil {
		all = append(all, n.timeline.Periodic()...)
	}
	if n.weather != nil {
		all = append(all, n.weather.Periodic()...)
	}
	return all
}

func upkeep(fn func(context.Context) error) queue.Handler {
	return queue.On(func() *emptypb.Empty { return &emptypb.Empty{} }, func(ctx context.Context, _ *emptypb.Empty) error { return fn(ctx) })
}

func every(d time.Duration, topic string) queue.Periodic {
	return queue.Periodic{Every: d, Task: queue.Task{Topic: topic, Queue: queue.Upkeep, Message: &emptypb.Empty{}}}
}

package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// subscriptions are consumers by event. They are those of
// internal/queue/subscriptions.go, which this module cannot see: a test in
// internal/contract compares the template with them.
var subscriptions = []struct{ event, consumer string }{
	{"post_created", "timeline"},
	{"follows_changed", "timeline"},
	{"follows_loaded", "timeline"},
	{"account_deleted", "graph"},
	{"account_deleted", "post"},
	{"account_deleted", "timeline"},
	{"account_deleted", "campaign"},
	{"account_deleted", "review"},
	{"media_held", "media"},
	{"media_released", "media"},
	{"checked_in", "campaign"},
	{"check_in_voided", "campaign"},
}

// tasks are the queues of what nouns send to themselves.
var tasks = []string{"events", "fanout", "moves", "bulk", "upkeep", "checkins"}

// What internal/queue/sqsqueue promises stands on these.
const (
	// visibilitySeconds is after how long a message of a killed worker comes again.
	visibilitySeconds = 20
	maxTries          = 20
	// A dead letter keeps the age that it had as a message.
	keptDays     = 7
	deadKeptDays = 14
)

// queues makes a topic for each event, and for each subscription and each kind of
// task a queue with its dead letters.
func (s *stack) queues() {
	topics := map[string]awssns.Topic{}
	for _, sub := range subscriptions {
		topic, ok := topics[sub.event]
		if !ok {
			topic = s.topic(sub.event)
			topics[sub.event] = topic
		}
		q := s.queue(sub.consumer + "-" + sub.event)
		topic.AddSubscription(awssnssubscriptions.NewSqsSubscription(q, &awssnssubscriptions.SqsSubscriptionProps{
			RawMessageDelivery: jsii.Bool(true),
		}))
	}
	for _, name := range tasks {
		s.queue("task-" + name)
	}
}

func (s *stack) topic(event string) awssns.Topic {
	return awssns.NewTopic(s.scope, jsii.String(camel(event)+"Topic"), &awssns.TopicProps{
		TopicName:  s.name(event),
		EnforceSSL: jsii.Bool(true),
	})
}

func (s *stack) queue(name string) awssqs.Queue {
	dead := awssqs.NewQueue(s.scope, jsii.String(camel(name)+"Dead"), &awssqs.QueueProps{
		QueueName:       s.name(name + "-dead"),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(deadKeptDays)),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
	})
	return awssqs.NewQueue(s.scope, jsii.String(camel(name)+"Queue"), &awssqs.QueueProps{
		QueueName:         s.name(name),
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(visibilitySeconds)),
		RetentionPeriod:   awscdk.Duration_Days(jsii.Number(keptDays)),
		Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: jsii.Number(maxTries)},
	})
}

// camel makes a name that CloudFormation takes as an id.
func camel(name string) string {
	var id strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }) {
		id.WriteString(title(word))
	}
	return id.String()
}

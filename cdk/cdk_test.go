package cdk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/throng-social/throng/cdk"
)

func TestTheTemplateSaysWhatADeploymentHas(t *testing.T) {
	t.Parallel()
	d, err := cdk.Read("mine-")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range d.Tables {
		if table.Hash != "pk" || table.Range != "sk" || table.Expiry != "ttl" {
			t.Errorf("a table is %+v", table)
		}
	}
	if len(d.Tables) != 4 || d.Tables[0].Name != "mine-graph" || !slices.Contains(d.Topics, "mine-post_created") {
		t.Errorf("tables are %v, topics %v", d.Tables, d.Topics)
	}
	if !slices.Contains(d.Queues, cdk.Queue{Name: "mine-task-fanout", Visibility: 20 * time.Second, Dead: "mine-task-fanout-dead", Tries: 20}) {
		t.Errorf("queues are %v", d.Queues)
	}
	if !slices.Contains(d.Subscriptions, cdk.Subscription{Topic: "mine-post_created", Queue: "mine-timeline-post_created"}) {
		t.Errorf("subscriptions are %v", d.Subscriptions)
	}
	if len(d.Buckets) != 1 || d.Buckets[0].Name != "mine-media-000000000000" || d.Buckets[0].Methods[0] != "PUT" || d.Buckets[0].Origins[0] != "https://throng.example" {
		t.Errorf("buckets are %+v", d.Buckets)
	}
}

// Package cdk holds what a deployment on AWS consists of, as the template that the
// stack beside it synthesises (`make generate` writes it, a test compares).
//
// The template is the one place where tables, topics, queues and buckets are
// declared. Emulators get theirs from it as well: Read says what it declares, with
// the names that it has under a prefix.
package cdk

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Template is for CloudFormation.
//
//go:embed template.json
var Template []byte

// Table is a table of DynamoDB, on demand.
type Table struct {
	Name string
	// Hash and Range are its keys, both strings.
	Hash, Range string
	// Expiry is the attribute with the time at which an item ends.
	Expiry string
}

// Queue is a queue of SQS.
type Queue struct {
	Name string
	// Visibility is how long a message that was taken is not seen by others.
	Visibility time.Duration
	// Dead is the name of the queue where messages go that were taken Tries times; ""
	// for such a queue itself.
	Dead  string
	Tries int
}

// Subscription has a queue get the messages of a topic of SNS, as they are.
type Subscription struct{ Topic, Queue string }

// Bucket is a private bucket of S3.
type Bucket struct {
	Name string
	// Origins are the web origins that may use Methods; a parameter of the stack
	// says which, here is its default.
	Origins, Methods []string
}

// Declared is what the template declares.
type Declared struct {
	Tables []Table
	// Topics are names.
	Topics        []string
	Queues        []Queue
	Subscriptions []Subscription
	Buckets       []Bucket
}

// Read reads the template for a deployment with that prefix.
func Read(prefix string) (Declared, error) {
	t, err := parse(prefix)
	if err != nil {
		return Declared{}, err
	}
	d := Declared{}
	for _, r := range t.of("AWS::DynamoDB::Table") {
		d.Tables = append(d.Tables, t.table(r))
	}
	for _, r := range t.of("AWS::SNS::Topic") {
		d.Topics = append(d.Topics, t.text(r.Properties["TopicName"]))
	}
	for _, r := range t.of("AWS::SQS::Queue") {
		d.Queues = append(d.Queues, t.queue(r))
	}
	for _, r := range t.of("AWS::SNS::Subscription") {
		d.Subscriptions = append(d.Subscriptions, Subscription{Topic: t.named(r.Properties["TopicArn"], "TopicName"), Queue: t.named(r.Properties["Endpoint"], "QueueName")})
	}
	for _, r := range t.of("AWS::S3::Bucket") {
		d.Buckets = append(d.Buckets, t.bucket(r))
	}
	return d, t.err
}

// template is the parsed template with its parameters filled in. The first thing that
// it does not understand is kept in err.
type template struct {
	Resources  map[string]resource
	Parameters map[string]struct{ Default string }
	prefix     string
	err        error
}

type resource struct {
	id         string
	Type       string
	Properties map[string]any
}

func parse(prefix string) (*template, error) {
	t := &template{prefix: prefix}
	if err := json.Unmarshal(Template, t); err != nil {
		return nil, fmt.Errorf("cdk/template.json: %w", err)
	}
	return t, nil
}

// of lists the resources of a type.
func (t *template) of(kind string) []resource {
	var found []resource
	for id, r := range t.Resources {
		if r.Type == kind {
			r.id = id
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b resource) int { return strings.Compare(a.id, b.id) })
	return found
}

func (t *template) table(r resource) Table {
	table := Table{Name: t.text(r.Properties["TableName"])}
	keys, _ := r.Properties["KeySchema"].([]any)
	for _, k := range keys {
		key, _ := k.(map[string]any)
		name := t.text(key["AttributeName"])
		if t.text(key["KeyType"]) == "HASH" {
			table.Hash = name
		} else {
			table.Range = name
		}
	}
	expiry, _ := r.Properties["TimeToLiveSpecification"].(map[string]any)
	table.Expiry = t.text(expiry["AttributeName"])
	return table
}

func (t *template) queue(r resource) Queue {
	seconds, _ := r.Properties["VisibilityTimeout"].(float64)
	q := Queue{Name: t.text(r.Properties["QueueName"]), Visibility: time.Duration(seconds) * time.Second}
	if policy, ok := r.Properties["RedrivePolicy"].(map[string]any); ok {
		tries, _ := policy["maxReceiveCount"].(float64)
		q.Tries, q.Dead = int(tries), t.named(policy["deadLetterTargetArn"], "QueueName")
	}
	return q
}

func (t *template) bucket(r resource) Bucket {
	b := Bucket{Name: t.text(r.Properties["BucketName"])}
	cors, _ := r.Properties["CorsConfiguration"].(map[string]any)
	rules, _ := cors["CorsRules"].([]any)
	for _, one := range rules {
		rule, _ := one.(map[string]any)
		b.Methods = append(b.Methods, t.texts(rule["AllowedMethods"])...)
		b.Origins = append(b.Origins, t.texts(rule["AllowedOrigins"])...)
	}
	return b
}

// named is the name of the resource that v refers to.
func (t *template) named(v any, property string) string {
	m, _ := v.(map[string]any)
	id, _ := m["Ref"].(string)
	if get, ok := m["Fn::GetAtt"].([]any); ok && len(get) == 2 {
		id, _ = get[0].(string)
	}
	return t.text(t.Resources[id].Properties[property])
}

// texts resolves a list of strings: one as it is, or a parameter with commas.
func (t *template) texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return strings.Split(t.text(v), ",")
	}
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = t.text(one)
	}
	return all
}

// account is the one that emulators believe to be.
const account = "000000000000"

// text resolves a string: one as it is, a parameter, or a join of such.
func (t *template) text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if name, ok := v["Ref"].(string); ok {
			return t.parameter(name)
		}
		if join, ok := v["Fn::Join"].([]any); ok && len(join) == 2 {
			return strings.Join(t.texts(join[1]), t.text(join[0]))
		}
	}
	t.fail(v)
	return ""
}

func (t *template) parameter(name string) string {
	switch name {
	case "Prefix":
		return t.prefix
	case "AWS::AccountId":
		return account
	}
	p, ok := t.Parameters[name]
	if !ok {
		t.fail(name)
	}
	return p.Default
}

func (t *template) fail(v any) {
	if t.err == nil {
		t.err = fmt.Errorf("cdk/template.json: %v is not understood here", v)
	}
}

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

// Declared is what the template declares, each kind in the order of names.
type Declared struct {
	Tables []Table
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
	return d, t.err
}

// template is the parsed template with its parameters filled in. The first thing that
// it does not understand is kept in err.
type template struct {
	Resources map[string]resource
	prefix    string
	err       error
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

// text resolves a string: one as it is, a reference to the prefix, or a join.
func (t *template) text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if v["Ref"] == "Prefix" {
			return t.prefix
		}
		if join, ok := v["Fn::Join"].([]any); ok && len(join) == 2 {
			return t.join(join[0], join[1])
		}
	}
	if t.err == nil {
		t.err = fmt.Errorf("cdk/template.json: %v is no text that is understood here", v)
	}
	return ""
}

func (t *template) join(separator, list any) string {
	parts, _ := list.([]any)
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = t.text(p)
	}
	return strings.Join(texts, t.text(separator))
}

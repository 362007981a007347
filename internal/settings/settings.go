// Package settings reads what a settings struct says of itself: the fields of
// such a struct carry their variable, default and help as tags, which the command
// line parser uses, and from which this package prints the settings in force,
// with secrets masked, and the reference page.
package settings

import (
	"fmt"
	"reflect"
	"strings"
)

// Field is one setting.
type Field struct {
	Env, Default, Help string
	Value              any
	Secret             bool
}

// Fields lists the settings of a struct, those of embedded structs among them,
// in the order of their declaration.
func Fields(s any) []Field {
	var all []Field
	collect(reflect.Indirect(reflect.ValueOf(s)), &all)
	return all
}

func collect(v reflect.Value, all *[]Field) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if _, embedded := f.Tag.Lookup("embed"); embedded {
			collect(v.Field(i), all)
			continue
		}
		env, ok := f.Tag.Lookup("env")
		if !ok {
			continue
		}
		_, secret := f.Tag.Lookup("masked")
		*all = append(*all, Field{Env: env, Default: f.Tag.Get("default"), Help: f.Tag.Get("help"), Value: v.Field(i).Interface(), Secret: secret})
	}
}

// Masked is what a process prints at its start.
func Masked(s any) map[string]any {
	m := map[string]any{}
	for _, f := range Fields(s) {
		switch {
		case f.Secret && reflect.ValueOf(f.Value).IsZero():
			m[f.Env] = "(not set)"
		case f.Secret:
			m[f.Env] = "***"
		default:
			m[f.Env] = f.Value
		}
	}
	return m
}

const heading = `# Settings

Each is a flag of ` + "`throng serve` and `throng worker`" + ` too; ` + "`throng serve --help`" + ` lists them. Generated; ` + "`make generate`" + ` writes it.

| variable | default | what it is |
|---|---|---|
`

// Reference is the reference page, as Markdown.
func Reference(s any) string {
	var b strings.Builder
	b.WriteString(heading)
	for _, f := range Fields(s) {
		shown := "`" + f.Default + "`"
		if f.Default == "" {
			shown = ""
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Env, shown, f.Help)
	}
	return b.String()
}

package contract_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owners are what tables of a noun begin with, where that is not the noun's name.
var owners = map[string]string{"queue": "river"}

// overAll are queries over the tables of all nouns: the auditor's, which must
// share nothing with the read path that it checks. It owns no table.
const overAll = "audit"

func TestTheQueriesOfANounNameItsOwnTablesOnly(t *testing.T) {
	t.Parallel()
	nouns := queryFiles(t)
	tables := tablesOf(t)
	for table, owner := range tables {
		if owner == "" {
			t.Errorf("the table %s belongs to no noun: its name begins with none of theirs", table)
		}
	}
	for noun, text := range nouns {
		if noun == overAll {
			continue
		}
		for _, table := range foreign(noun, text, tables) {
			t.Errorf("the queries of %s name %s, which belongs to %s: ask that noun over its internal service", noun, table, tables[table])
		}
	}
}

// queryFiles are the queries by noun: a noun may have several files, each named
// after it and a part of it.
func queryFiles(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "sql/queries/*.sql"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files of queries were found, %v", len(paths), err)
	}
	nouns := map[string]string{}
	for _, path := range paths {
		noun, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".sql"), "_")
		nouns[noun] += read(t, path) + "\n"
	}
	return nouns
}

// tablesOf are the tables that migrations and River make, with the nouns that
// own them.
func tablesOf(t *testing.T) map[string]string {
	t.Helper()
	var paths []string
	for _, folder := range []string{"sql/migrations", "sql/external"} {
		found, err := filepath.Glob(filepath.Join(root, folder, "*.sql"))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	nouns, tables := queryFiles(t), map[string]string{}
	for _, path := range paths {
		for _, table := range created(read(t, path)) {
			tables[table] = ""
			for noun := range nouns {
				if owns(noun, table) {
					tables[table] = noun
				}
			}
		}
	}
	if len(tables) < len(nouns) {
		t.Fatalf("only %d tables were found: %v", len(tables), tables)
	}
	return tables
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// owns tells whether a table's name is the noun, its plural, or begins with it.
func owns(noun, table string) bool {
	if prefix, ok := owners[noun]; ok {
		noun = prefix
	}
	return table == noun || table == noun+"s" || strings.HasPrefix(table, noun+"_")
}

// created are the tables that statements make, or views and the like.
func created(text string) (names []string) {
	words := identifiers(text)
	for i, word := range words {
		if word != "table" && word != "view" {
			continue
		}
		rest := words[i+1:]
		for len(rest) > 0 && slices.Contains([]string{"if", "not", "exists"}, rest[0]) {
			rest = rest[1:]
		}
		if len(rest) > 0 && slices.ContainsFunc(words[max(0, i-4):i], func(w string) bool { return w == "create" }) {
			names = append(names, rest[0])
		}
	}
	return names
}

// foreign are the tables of other nouns that a text names, wherever in it.
func foreign(noun, text string, tables map[string]string) (found []string) {
	for _, word := range identifiers(text) {
		owner, isTable := tables[word]
		if isTable && owner != noun && !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return found
}

var (
	// notCode is what is no SQL to run: comments and strings. A quoted name is
	// code, as is what stands between dollar quotes.
	notCode    = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'`)
	identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_$]*`)
)

// identifiers are the words of a text in lower case, as the server reads them.
func identifiers(text string) []string {
	return identifier.FindAllString(strings.ToLower(notCode.ReplaceAllString(text, " ")), -1)
}

func TestTheCheckOfQueriesFindsForeignTables(t *testing.T) {
	t.Parallel()
	tables := map[string]string{"users": "user", "user_sessions": "user", "posts": "post", "post_likes": "post", "river_job": "queue"}
	for query, want := range map[string]string{
		"SELECT id FROM posts":                               "",
		"SELECT id FROM posts JOIN users ON true":            "users",
		"SELECT id FROM public.USERS":                        "users",
		`DELETE FROM "users"`:                                "users",
		"WITH u AS (SELECT FROM user_sessions) SELECT":       "user_sessions",
		"INSERT INTO posts SELECT * FROM river_job":          "river_job",
		"SELECT 'users' FROM posts -- and not FROM users":    "",
		"/* of users\n and so on */ SELECT users_count":      "",
		"SELECT 'it''s of users', id FROM user_sessions":     "user_sessions",
		"SELECT '--' FROM users":                             "users",
		"SELECT id -- 'an apostrophe's comment\n FROM users": "users",
	} {
		if got := strings.Join(foreign("post", query, tables), ", "); got != want {
			t.Errorf("%q names %q, want %q", query, got, want)
		}
	}
	for text, want := range map[string]string{
		"CREATE TABLE posts (id uuid)":                              "posts",
		"create unlogged table if not exists post_drafts\n(id int)": "post_drafts",
		"CREATE MATERIALIZED VIEW post_totals AS SELECT":            "post_totals",
		"DROP TABLE posts; ALTER TABLE posts ADD COLUMN n int":      "",
		"-- CREATE TABLE posts":                                     "",
	} {
		if got := strings.Join(created(text), ", "); got != want {
			t.Errorf("%q makes %q, want %q", text, got, want)
		}
	}
	for table, want := range map[string]bool{"post": true, "posts": true, "post_likes": true, "postal_codes": false, "users": false} {
		if owns("post", table) != want {
			t.Errorf("post owns %s: %v", table, !want)
		}
	}
}

package campaign

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/throng-social/throng/internal/fault"
)

const (
	shortestName = 2
	longestName  = 40
)

// teamName is a name as it is kept: composed (NFC), so that one word has one
// spelling, with single blanks between words and none around them.
func teamName(text string) (string, error) {
	name := strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	length := utf8.RuneCountInString(name)
	if length < shortestName || length > longestName || strings.ContainsFunc(name, unicode.IsControl) || !strings.ContainsFunc(name, seen) {
		return "", fault.InField("name", "team_name_invalid", "a team's name has 2 to 40 characters that can be seen")
	}
	return name, nil
}

// seen tells whether a character leaves a mark on a page.
func seen(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.M, r)
}

// nameKey is what names are compared by, whatever their case.
func nameKey(name string) string { return strings.ToLower(name) }

// prefixKey is what keys of names begin with that begin with a text.
func prefixKey(text string) string {
	return nameKey(strings.Join(strings.Fields(norm.NFC.String(text)), " "))
}

package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Save writes a report into a folder, which is made where there is none: the page for
// people as NAME.html, and the figures beside it for programs as NAME.json.
func Save(folder, name string, p Page, figures any) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // a folder of documents
		return err
	}
	text, err := json.MarshalIndent(figures, "", " ")
	if err != nil {
		return err
	}
	var page strings.Builder
	if err := p.Write(&page); err != nil {
		return err
	}
	base := filepath.Join(folder, name)
	if err := replace(base+".json", append(text, '\n')); err != nil {
		return err
	}
	return replace(base+".html", []byte(page.String()))
}

// replace leaves the old file or the new one, whatever happens.
func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o644); err != nil { //nolint:gosec // documents for everybody
		return err
	}
	return os.Rename(path+".new", path)
}

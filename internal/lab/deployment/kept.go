package deployment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/database"
)

// SetFile is the file that says which set a folder has, once all of it is loaded.
const SetFile = "set.json"

// errOtherSet is of a folder that was given.
var errOtherSet = errors.New("what is there is another set: take another folder")

// Has says whether a folder has a set already. One with another set is refused.
func Has[S comparable](folder string, set S) (bool, error) {
	text, err := os.ReadFile(filepath.Join(folder, SetFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var there S
	if err == nil {
		err = json.Unmarshal(text, &there)
	}
	if err == nil && there != set {
		err = errOtherSet
	}
	return err == nil, err
}

// CheckRoom wants so many bytes of room for a set, unless it is there.
func CheckRoom[S comparable](folder string, set S, need int64) error {
	there, err := Has(folder, set)
	if err != nil || there {
		return err
	}
	free, err := imports.FreeDisk(folder)
	if err == nil && free < need {
		return fmt.Errorf("the set needs about %d MB of disk while it is loaded, and %s has %d MB free", need>>20, folder, free>>20)
	}
	return err
}

// settle waits until what was loaded is at rest, on the replica as well.
func (d *Deployment) settle(ctx context.Context) error {
	if err := database.Settle(ctx, d.Database); err != nil {
		return err
	}
	return d.caughtUp(ctx)
}

// Keep settles a set that is loaded, and notes that a private deployment has it.
func Keep[S comparable](ctx context.Context, d *Deployment, set S) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(set)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Folder, SetFile), text, 0o600)
}

// catchUps is how often the replica is waited for that may have a lot to replay.
const catchUps = 20

func (d *Deployment) caughtUp(ctx context.Context) (err error) {
	for range catchUps {
		if err = d.pg.CatchUp(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/throng-social/throng/internal/app"
)

const (
	secretFile      = "secret"
	environmentFile = "env"
	logFile         = "throng.log"
	maxLog          = 64 << 20
)

// devSecret is the deployment's secret, made at the first start.
func devSecret(dir string) (string, error) {
	path := filepath.Join(dir, secretFile)
	raw, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	secret := hex.EncodeToString(key)
	return secret, os.WriteFile(path, []byte(secret+"\n"), 0o600)
}

// writeEnvironment keeps the settings that other commands need to reach this
// deployment, for the shell.
func writeEnvironment(dir string, s app.Settings) error {
	text := fmt.Sprintf("THRONG_DB_URL='%s'\nTHRONG_DB_READERS='%s'\nTHRONG_SECRET=%s\nTHRONG_MEDIA_DIR='%s'\nTHRONG_ADDR=%s\n",
		s.URL, strings.Join(s.Readers, ","), s.Secret, s.MediaDir, s.Addr)
	return os.WriteFile(filepath.Join(dir, environmentFile), []byte(text), 0o600)
}

// log writes to a file in the data folder, which begins anew when it is large:
// the terminal is for what people need to know.
func (c *devCommand) log(dir string) (*slog.Logger, func(), error) {
	path, mode := filepath.Join(dir, logFile), os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		mode = os.O_TRUNC
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|mode, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return app.NewLogger(c.Settings, f), func() { _ = f.Close() }, nil
}

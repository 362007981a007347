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
	"strconv"
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
	var text strings.Builder
	for _, v := range [][2]string{
		{"THRONG_SHAPE", s.Shape},
		{"THRONG_GRAPH_STORE", s.GraphStore},
		{"THRONG_POST_STORE", s.PostStore},
		{"THRONG_TIMELINE_STORE", s.TimelineStore},
		{"THRONG_QUEUE", s.Queue},
		{"THRONG_PUBSUB", s.PubSub},
		{"THRONG_CACHE", s.Cache},
		{"THRONG_BOARDS", s.Boards},
		{"THRONG_LIMITS", s.Limits},
		{"THRONG_MEDIA_STORE", s.MediaStore},
		{"THRONG_DB_URL", s.URL},
		{"THRONG_DB_READERS", strings.Join(s.Readers, ",")},
		{"THRONG_SECRET", s.Secret},
		{"THRONG_MEDIA_DIR", s.MediaDir},
		{"THRONG_ADDR", s.Addr},
		{"THRONG_AWS_REGION", s.Region},
		{"THRONG_AWS_PREFIX", s.Prefix},
		{"THRONG_DYNAMO_ENDPOINT", s.DynamoEndpoint},
		{"THRONG_SQS_ENDPOINT", s.QueueEndpoint},
		{"THRONG_REDIS_URL", s.RedisURL},
		{"THRONG_S3_BUCKET", s.S3.Bucket},
		{"THRONG_S3_REGION", s.S3.Region},
		{"THRONG_S3_ENDPOINT", s.S3.Endpoint},
		{"THRONG_S3_PATH_STYLE", strconv.FormatBool(s.S3.PathStyle)},
		{"THRONG_S3_ACCESS_KEY", s.S3.AccessKey},
		{"THRONG_S3_SECRET_KEY", s.S3.SecretKey},
	} {
		if v[1] != "" {
			fmt.Fprintf(&text, "%s='%s'\n", v[0], v[1])
		}
	}
	return os.WriteFile(filepath.Join(dir, environmentFile), []byte(text.String()), 0o600)
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

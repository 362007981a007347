package devstack

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"os/exec"
	"strconv"
	"syscall"
)

// fauxqsScript is what Node runs, with the place of fauxqs, the port, and the file for
// messages.
//
//go:embed fauxqs.mjs
var fauxqsScript string

// StartFauxqs starts fauxqs, which stands in for SNS and SQS. It has no topics and
// queues yet: CreateQueues makes them. It keeps all in memory; unless that is wanted,
// messages that are left when it is told to end, or its parent is killed, are in its
// folder for the next start. Unlike SQS it delivers nothing twice or out of order, and
// has no StartMessageMoveTask. ctx bounds the start only.
func StartFauxqs(ctx context.Context, o EmulatorOptions) (*Emulator, error) {
	return startEmulator(ctx, "fauxqs", o, func(f *folder) (func(int) command, error) {
		node, err := exec.LookPath("node")
		if err != nil {
			return nil, fmt.Errorf("fauxqs runs on Node: %w", err)
		}
		path, err := program{name: "fauxqs", variable: "THRONG_FAUXQS", npm: "fauxqs/dist/app.js"}.file(f.account)
		if err != nil {
			return nil, err
		}
		if err := f.write("fauxqs.mjs", fauxqsScript); err != nil {
			return nil, err
		}
		return func(port int) command {
			location := url.URL{Scheme: "file", Path: path}
			args := []string{f.join("fauxqs.mjs"), location.String(), strconv.Itoa(port)}
			if !o.Memory {
				args = append(args, f.join("messages.json"))
			}
			return command{path: node, args: args, orphan: syscall.SIGTERM}
		}, nil
	})
}

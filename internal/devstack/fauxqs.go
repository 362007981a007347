package devstack

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"os/exec"
	"strconv"
)

// fauxqsScript is what Node runs: the program of fauxqs, and the port.
//
//go:embed fauxqs.mjs
var fauxqsScript string

// StartFauxqs starts fauxqs, which stands in for SNS and SQS. It has no topics and
// queues yet: CreateQueues makes them. It keeps all in memory, unlike SQS delivers
// nothing twice or out of order, and has no StartMessageMoveTask. ctx bounds the
// start only.
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
			return command{path: node, args: []string{f.join("fauxqs.mjs"), location.String(), strconv.Itoa(port)}}
		}, nil
	})
}

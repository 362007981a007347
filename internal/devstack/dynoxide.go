package devstack

import (
	"context"
	"strconv"
)

// StartDynoxide starts Dynoxide, which stands in for DynamoDB. It has no tables yet:
// CreateTables makes them. Unlike DynamoDB it does not throttle, leaves nothing
// undone, always answers with the newest data, and does not delete what has expired.
// ctx bounds the start only.
func StartDynoxide(ctx context.Context, o EmulatorOptions) (*Emulator, error) {
	return startEmulator(ctx, "dynoxide", o, func(f *folder) (func(int) command, error) {
		path, err := program{name: "dynoxide", variable: "THRONG_DYNOXIDE", npm: "@dynoxide/" + npmPlatform() + "/dynoxide"}.find(f.account)
		return func(port int) command {
			args := []string{"serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port)}
			if !o.Memory {
				args = append(args, "--db-path", f.join("dynoxide.db"))
			}
			return command{path: path, args: args}
		}, err
	})
}

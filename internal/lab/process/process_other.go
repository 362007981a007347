//go:build !linux

package process

import "syscall"

// attributes put the server into a process group of its own, so that a Ctrl-C
// reaches only this program, which then ends the server in order.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

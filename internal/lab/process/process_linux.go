package process

import "syscall"

// attributes put the server into a process group of its own, so that a Ctrl-C
// reaches only this program, which then ends the server in order; and have the
// kernel end it with this process.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

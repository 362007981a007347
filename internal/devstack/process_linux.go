package devstack

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// lcCtype makes lower() and the like know all letters.
const lcCtype = "C.UTF-8"

// attributes let the kernel signal the child when this process is gone. Go asks the kernel for that after the change of
// account, which would undo it.
func attributes(c command) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: c.orphan, Credential: c.account.credential()}
}

// commandOf returns the arguments of a running process; none when it is gone, or dead and not yet collected by its
// parent, for which a signal 0 would still succeed.
func commandOf(pid int) []string {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil || len(line) == 0 {
		return nil
	}
	var args []string
	for arg := range bytes.SplitSeq(bytes.TrimRight(line, "\x00"), []byte{0}) {
		args = append(args, string(arg))
	}
	return args
}

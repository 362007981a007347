package devstack

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lcCtype makes lower() and the like know all letters.
const lcCtype = "C.UTF-8"

// attributes let the kernel signal the child when this process is gone. Go asks the kernel for that after the change of
// account, which would undo it.
func attributes(c command) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: c.orphan, Credential: c.account.credential()}
}

// commandOf returns the command line of a running process. It is empty when the process is gone, or dead and not yet
// collected by its parent, for which a signal 0 would still succeed.
func commandOf(pid int) string {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(line), "\x00", " "))
}

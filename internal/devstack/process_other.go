//go:build !linux

package devstack

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// lcCtype makes lower() and the like know all letters.
const lcCtype = "en_US.UTF-8"

// attributes have no signal at the parent's death: there is none outside Linux.
func attributes(c command) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: c.account.credential()}
}

// commandOf returns the command line of a running process, empty when it is gone.
func commandOf(pid int) string {
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(line))
}

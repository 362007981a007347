package devstack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
)

// Ports are picked below the range from which Linux and macOS take the local end of outgoing connections (from 32768
// and 49152). A client that keeps dialling a stopped server could otherwise get the very port it dials.
const lowestPort, highestPort = 20000, 31999

// port returns want where it is not 0, else the one that the server had last time if it is free, else a free one.
func (f *folder) port(server string, want int) (int, error) {
	if want != 0 {
		if err := probe(want); err != nil {
			return 0, fmt.Errorf("port of %s: %w", server, err)
		}
		return want, nil
	}
	if last := f.lastPort(server); last != 0 && probe(last) == nil {
		return last, nil
	}
	return freePort()
}

func (f *folder) lastPort(server string) int {
	port := f.number(server + ".port")
	if port < 1024 || port > 65535 {
		return 0
	}
	return port
}

// number reads a file that holds nothing but one; 0 where there is none.
func (f *folder) number(name string) int {
	text, err := os.ReadFile(f.join(name))
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return n
}

func (f *folder) rememberPort(server string, port int) error {
	return f.write(server+".port", strconv.Itoa(port)+"\n")
}

// FreeAddr is an address of this machine alone that nobody listens on, for a server that must be told one before it is
// started. Nobody is likely to get it meanwhile.
func FreeAddr() (string, error) {
	port, err := freePort()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), err
}

// freePort tries random ports, so that processes which start at once seldom pick the same one.
func freePort() (int, error) {
	for range 100 {
		port := lowestPort + rand.IntN(highestPort-lowestPort+1)
		if probe(port) == nil {
			return port, nil
		}
	}
	return 0, errors.New("no free port on 127.0.0.1 in 100 tries")
}

// probe fails where something listens on the port already.
func probe(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}

package load

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

const (
	dialTime = 5 * time.Second
	idleTime = 90 * time.Second
)

// NewClient makes an HTTP client for load: HTTP/1.1 on at most so many
// connections, which stay. That costs the least beside what is measured. It
// connects to this machine alone, whatever name or redirect it is given.
func NewClient(connections int) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, Control: refuseOthers}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Client{Transport: &http.Transport{
		DialContext:         dialer.DialContext,
		MaxConnsPerHost:     connections,
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     idleTime,
		DisableCompression:  true,
		Protocols:           protocols,
	}}
}

// refuseOthers sees the address that a name was resolved to.
func refuseOthers(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !to.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("the lab loads this machine alone, and %s is another", to.Addr())
	}
	return nil
}

// CheckLoopback refuses the URL of a server that is not on this machine, before
// anything is prepared for it.
func CheckLoopback(ctx context.Context, server string) error {
	u, err := url.Parse(server)
	if err != nil {
		return err
	}
	if u.Hostname() == "" {
		return fmt.Errorf("%q names no server", server)
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if !a.Unmap().IsLoopback() {
			return fmt.Errorf("the lab loads this machine alone, and %s is another", u.Hostname())
		}
	}
	return nil
}

package transport

import (
	"context"
	"net"
	"time"
)

// dialFrom returns a dialer whose connections come from the IP that local
// listens on, if that is one.
func dialFrom(local net.Addr) func(context.Context, string) (net.Conn, error) {
	d := &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: time.Second, Count: 3},
		Control:         giveUpUnacknowledged,
	}
	if tcp, ok := local.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
		d.LocalAddr = &net.TCPAddr{IP: tcp.IP, Zone: tcp.Zone}
	}
	return func(ctx context.Context, address string) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", address)
	}
}

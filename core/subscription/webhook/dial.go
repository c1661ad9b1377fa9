package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Resolver looks hosts up. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// guard dials only addresses that the policy permits.
type guard struct {
	policy   Policy
	resolver Resolver
	timeout  time.Duration // of one connection attempt
}

// dial connects to "host:port". It is the transport's DialContext, so that no
// connection exists which was not judged.
func (g guard) dial(ctx context.Context, network, target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, fmt.Errorf("webhook: dial: %w", err)
	}
	addresses, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	return g.first(ctx, network, host, port, addresses)
}

// resolve returns the addresses of host, all of them permitted.
func (g guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addresses, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("webhook: resolve: %w", err)
	}
	for i, address := range addresses {
		// A resolver may write IPv4 in its mapped form; here that is spelling.
		addresses[i] = address.Unmap()
		if err := g.policy.checkAddress(host, addresses[i]); err != nil {
			return nil, err
		}
	}
	return addresses, nil
}

// first connects to the first address that answers.
func (g guard) first(ctx context.Context, network, host, port string, addresses []netip.Addr) (net.Conn, error) {
	dialer := net.Dialer{Timeout: g.timeout, ControlContext: g.control(host)}
	failures := []error{fmt.Errorf("webhook: no address of %q answers", host)}
	for _, address := range addresses {
		conn, err := dialer.DialContext(ctx, network, net.JoinHostPort(address.String(), port))
		if err == nil {
			return conn, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}

// control judges the address once more at the socket, after every translation
// that the dialer may have made.
func (g guard) control(host string) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		target, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRejected, err)
		}
		return g.policy.checkAddress(host, target.Addr().Unmap())
	}
}

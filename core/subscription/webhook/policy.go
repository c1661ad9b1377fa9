package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// ErrRejected says that a URL, or an address behind it, is not a permitted
// target.
var ErrRejected = errors.New("webhook URL rejected")

// Policy says which targets are permitted. The zero Policy permits https to
// public addresses only.
type Policy struct {
	// AllowLoopback also permits http and https to the machine itself, for
	// development: when the URL names it ("localhost", 127.0.0.1, [::1]), never
	// when some other name resolves to it.
	AllowLoopback bool
}

// CheckURL judges a URL by its text alone. Errors wrap ErrRejected.
func (p Policy) CheckURL(raw string) error {
	target, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("%w: not a URL", ErrRejected)
	}
	host := target.Hostname()
	switch {
	case host == "":
		return fmt.Errorf("%w: it names no host", ErrRejected)
	case target.User != nil:
		return fmt.Errorf("%w: it carries credentials", ErrRejected)
	case namesLoopback(host) && !p.AllowLoopback:
		return fmt.Errorf("%w: loopback targets are for development only", ErrRejected)
	case target.Scheme == "https":
	case target.Scheme != "http":
		return fmt.Errorf("%w: the scheme must be https", ErrRejected)
	case !namesLoopback(host):
		return fmt.Errorf("%w: plain http is for loopback targets only", ErrRejected)
	}
	return p.checkLiteral(host)
}

// checkLiteral judges a host that is an address; names are judged when they are
// resolved.
func (p Policy) checkLiteral(host string) error {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	return p.checkAddress(host, address)
}

// checkAddress judges an address that host stands for.
func (p Policy) checkAddress(host string, address netip.Addr) error {
	if address.IsLoopback() && p.AllowLoopback && namesLoopback(host) {
		return nil
	}
	if !public(address) {
		return fmt.Errorf("%w: %s is not a public address", ErrRejected, address)
	}
	return nil
}

// namesLoopback says whether a URL's host means the machine itself.
func namesLoopback(host string) bool {
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() && !address.Is4In6()
}

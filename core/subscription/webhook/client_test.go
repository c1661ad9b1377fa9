package webhook

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// names is a resolver whose answers change from lookup to lookup.
type names struct {
	lookups atomic.Int32
	answers [][]string
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	if len(n.answers) == 0 {
		return nil, errors.New("no such host")
	}
	turn := min(int(n.lookups.Add(1)), len(n.answers)) - 1
	var addresses []netip.Addr
	for _, text := range n.answers[turn] {
		addresses = append(addresses, netip.MustParseAddr(text))
	}
	return addresses, nil
}

func TestSend(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		done   bool
		err    bool
	}{
		"done":           {200, `{"done":true}`, true, false},
		"not done":       {200, `{"done":false}`, false, false},
		"empty":          {204, ``, false, false},
		"not JSON":       {200, `ok`, false, false},
		"wrong type":     {200, `{"done":"yes"}`, false, false},
		"cut":            {200, `{"x":"` + strings.Repeat("y", maxAnswer) + `","done":true}`, false, false},
		"server error":   {500, `{"done":true}`, false, true},
		"redirect":       {307, ``, false, true},
		"not modified":   {304, ``, false, true},
		"client's fault": {404, ``, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			var hits atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				hits.Add(1)
				sent, _ := io.ReadAll(r.Body)
				if string(sent) != "body" || r.Header.Get("Webhook-Signature") != "signature" {
					t.Errorf("request %q, %v", sent, r.Header)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			client := NewClient(Policy{AllowLoopback: true}, nil)
			defer client.Close()
			reply, err := client.Send(context.Background(), Request{server.URL, "signature", []byte("body")})
			if reply.Done != c.done || (err != nil) != c.err {
				t.Errorf("reply %+v, error %v", reply, err)
			}
			if status := new(StatusError); c.err && (!errors.As(err, &status) || status.Status != c.status) {
				t.Errorf("error %v", err)
			}
			if hits.Load() != 1 {
				t.Errorf("%d requests", hits.Load())
			}
		})
	}
}

// A name passes the check at registration; what it resolves to is judged when
// the connection is made.
func TestResolvedAddressesAreJudged(t *testing.T) {
	var reached atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer server.Close()
	target, _ := url.Parse(server.URL)
	_, port, _ := net.SplitHostPort(target.Host)
	for name, answers := range map[string][]string{
		"loopback":                 {"127.0.0.1"},
		"loopback, mapped":         {"::ffff:127.0.0.1"},
		"one good, one bad":        {"93.184.215.14", "127.0.0.1"},
		"one good, one bad, again": {"127.0.0.1", "93.184.215.14"},
		"metadata":                 {"169.254.169.254"},
		"private":                  {"10.1.2.3"},
		"NAT64":                    {"64:ff9b::7f00:1"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, policy := range []Policy{{}, {AllowLoopback: true}} {
				client := NewClient(policy, &names{answers: [][]string{answers}})
				_, err := client.Send(context.Background(), Request{URL: "https://rebind.example:" + port + "/"})
				if !errors.Is(err, ErrRejected) {
					t.Errorf("%+v: error %v", policy, err)
				}
			}
		})
	}
	if reached.Load() {
		t.Error("the server was reached")
	}
}

// The name resolves to a public address when it is looked at and to a private
// one afterwards: there is no second lookup that could be believed.
func TestRebindingGainsNothing(t *testing.T) {
	resolver := &names{answers: [][]string{{"93.184.215.14"}, {"127.0.0.1"}}}
	g := guard{resolver: resolver}
	addresses, err := g.resolve(context.Background(), "rebind.example")
	if err != nil || len(addresses) != 1 || addresses[0].String() != "93.184.215.14" {
		t.Fatalf("first lookup: %v, %v", addresses, err)
	}
	if _, err := g.dial(context.Background(), "tcp", "rebind.example:443"); !errors.Is(err, ErrRejected) {
		t.Errorf("second connection: %v", err)
	}
	// Whatever address a dialer arrives at, the socket judges it again.
	control := g.control("rebind.example")
	for address, permitted := range map[string]bool{
		"93.184.215.14:443": true, "127.0.0.1:443": false, "[::ffff:10.0.0.1]:443": false, "nonsense": false,
	} {
		if err := control(context.Background(), "tcp", address, nil); (err == nil) != permitted {
			t.Errorf("control(%q) = %v", address, err)
		}
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	var proxied atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Store(true) }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("HTTP_PROXY", proxy.URL)
	client := NewClient(Policy{}, &names{answers: [][]string{{"10.0.0.1"}}})
	_, err := client.Send(context.Background(), Request{URL: "https://worker.example/"})
	if !errors.Is(err, ErrRejected) || proxied.Load() {
		t.Errorf("error %v, proxied %v", err, proxied.Load())
	}
}

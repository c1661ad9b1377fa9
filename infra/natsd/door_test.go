package natsd_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"ursula/infra/natsd"
)

// connectLine is what a server begins a route with.
func connectLine(cluster, secret string) string {
	return fmt.Sprintf(`CONNECT {"user":"ursula","pass":"%s","cluster":"%s","name":"x","lnoc":true}`+"\r\n", secret, cluster)
}

// dialAs is another process on the machine: it says something to a port, and gets
// what is answered until the connection ends.
func dialAs(t *testing.T, port, says string) string {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, says); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn) // a reset is an end, too
	return string(answer)
}

// Whoever is on the same machine reaches the route port, and may know everything
// there is to know. Only what this process dialed for a peer's tunnel becomes a route.
func TestAProcessOfTheMachineIsNoRoute(t *testing.T) {
	w := newNetwork()
	one := start(t, w, "1", nil)
	one.setPeers(t, "2")
	one.Interest("v1/s")
	hint := "RMSG $G ds.tail.0 1\r\nx\r\n"
	for name, says := range map[string]string{
		"with the secret": connectLine("c0", one.Secret()) + hint,
		"without":         connectLine("c0", "") + hint,
		"without CONNECT": hint,
	} {
		t.Run(name, func(t *testing.T) {
			if answer := dialAs(t, one.RoutePort(), says); !strings.Contains(answer, "Authorization Violation") {
				t.Errorf("answered %q", answer)
			}
			if n := one.Stats().Routes; n != 0 {
				t.Errorf("%d routes", n)
			}
		})
	}
}

// The door to a peer opens to the own server only: nothing is opened for others, and
// they are told nothing.
func TestAStrangerAtTheDoor(t *testing.T) {
	opened := make(chan struct{}, 1000)
	two := start(t, newNetwork(), "2", func(o *natsd.Options) {
		o.Open = func(context.Context, string) (net.Conn, error) {
			here, there := net.Pipe()
			go io.Copy(io.Discard, there)
			go func() {
				io.WriteString(there, "the peer's server")
				there.Close()
			}()
			opened <- struct{}{}
			return here, nil
		}
	})
	two.setPeers(t, "1")
	<-opened // for the own server
	other := start(t, newNetwork(), "3", nil)
	for name, says := range map[string]string{
		"no secret":                connectLine("c0", ""),
		"another process's secret": connectLine("c0", other.Secret()),
		"no CONNECT":               "INFO {}\r\n",
		"no JSON":                  "CONNECT pass " + two.Secret() + "\r\n",
		"no end":                   strings.Repeat("CONNECT ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			if answer := dialAs(t, two.Door("1"), says); answer != "" {
				t.Errorf("answered %q", answer)
			}
		})
	}
}

// recorded is a tunnel whose content is kept.
type recorded struct {
	net.Conn
	mu   *sync.Mutex
	into *bytes.Buffer
}

func (r recorded) Write(p []byte) (int, error) {
	r.mu.Lock()
	r.into.Write(p)
	r.mu.Unlock()
	return r.Conn.Write(p)
}

// The secret of a door stays on its machine.
func TestTheSecretDoesNotTravel(t *testing.T) {
	w := newNetwork()
	var mu sync.Mutex
	var sent bytes.Buffer
	one := start(t, w, "1", nil)
	two := start(t, w, "2", func(o *natsd.Options) {
		open := o.Open
		o.Open = func(ctx context.Context, peer string) (net.Conn, error) {
			tunnel, err := open(ctx, peer)
			return recorded{tunnel, &mu, &sent}, err
		}
	})
	one.setPeers(t, "2")
	two.setPeers(t, "1")
	one.Interest("v1/s")
	reach(t, two, one, event("v1/s", 0, "x"))
	mu.Lock()
	defer mu.Unlock()
	if text := sent.String(); !strings.Contains(text, `"pass":"-"`) || strings.Contains(text, two.Secret()) {
		t.Errorf("sent %.300q", text)
	}
}

package natsd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// A door is a loopback port that the own server dials to reach a peer. Anybody on
// this machine may dial it, too; so nothing is done for a connection before it has
// shown the secret, which the server alone was told.

// secretBytes is the length of a secret, which is new in each process.
const secretBytes = 32

func newSecret() string {
	var secret [secretBytes]byte
	rand.Read(secret[:]) // never fails
	return hex.EncodeToString(secret[:])
}

// maxConnect bounds the first line that a server sends: its CONNECT.
const maxConnect = 4 << 10

// serveDoor opens a tunnel to the peer for each connection of the own server.
func (t *tunnels) serveDoor(p *peer) {
	strangers := make(chan struct{}, maxStrangers)
	for {
		route, err := p.door.Accept()
		if err != nil {
			return // the door was closed
		}
		strangers <- struct{}{}
		t.work.Go(func() {
			defer route.Close()
			own, err := t.recogniseOwn(route)
			<-strangers
			if err == nil {
				err = t.lead(p, own)
			}
			if err != nil {
				t.log.Debug("no tunnel", "peer", p.id, "error", err)
			}
		})
	}
}

var errNotOwn = errors.New("not this process's own server at the door")

// recogniseOwn returns the connection once it has shown the secret, with that taken
// out: the peer does not need it, and the network must not see it.
func (t *tunnels) recogniseOwn(route net.Conn) (net.Conn, error) {
	defer context.AfterFunc(t.ctx, func() { route.Close() })()
	route.SetDeadline(time.Now().Add(tunnelPatience))
	in := bufio.NewReaderSize(route, maxConnect)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotOwn, err)
	}
	var connect struct{ Pass string }
	arguments, found := bytes.CutPrefix(line, []byte("CONNECT "))
	if !found || json.Unmarshal(arguments, &connect) != nil ||
		subtle.ConstantTimeCompare([]byte(connect.Pass), []byte(t.secret)) != 1 {
		return nil, errNotOwn
	}
	route.SetDeadline(time.Time{})
	told := strings.ReplaceAll(string(line), t.secret, "-")
	return began{route, io.MultiReader(strings.NewReader(told), in)}, nil
}

// began is a connection of which something has been read.
type began struct {
	net.Conn
	rest io.Reader
}

// Read implements net.Conn.
func (b began) Read(p []byte) (int, error) { return b.rest.Read(p) }

// lead opens a tunnel and joins the route to it until one of them ends. The
// server dials again.
func (t *tunnels) lead(p *peer, route net.Conn) error {
	ctx, cancel := context.WithTimeout(t.ctx, tunnelPatience)
	defer cancel()
	tunnel, err := t.open(ctx, p.id)
	if err != nil {
		return err
	}
	defer tunnel.Close()
	tunnel.SetDeadline(time.Now().Add(tunnelPatience))
	if err := writePreamble(tunnel, t.self); err != nil {
		return err
	}
	return t.join(p, tunnel, route)
}

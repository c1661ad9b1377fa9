package natsd

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// nowhere is what servers tell each other to be reached at. They pass it on, and
// a server that hears of another one dials it once; this address fails at once
// and on the spot. Only the tunnels' own routes are ever of use.
const nowhere = "255.255.255.255:1"

// noPort is where the server is to listen for clients. It cannot, which is as it
// should be: this process needs no port, and nobody else is a client. The option
// not to listen would keep the server from opening its route port too.
const noPort = 1 << 16

const routeUser = "ursula"

// serverOptions describe a server whose routes are at doors. A reload takes the
// same ones with other doors, and must find nothing else changed.
func (n *Node) serverOptions(doors []string) *server.Options {
	return &server.Options{
		Host:             "127.0.0.1",
		Port:             noPort,
		NoSigs:           true,
		NoLog:            true,
		NoSystemAccount:  true,
		MaxPayload:       maxData + 4096,
		MaxPending:       4 << 20,
		WriteDeadline:    writeDeadline,
		MaxClosedClients: 16,
		Routes:           n.routes(doors),

		CustomRouterAuthentication: n.entrants,

		Cluster: server.ClusterOpts{
			Name:         n.opts.Cluster,
			Host:         "127.0.0.1",
			Port:         server.RANDOM_PORT,
			Username:     routeUser,
			Password:     n.secret, // what is asked of a door; entrants decide about routes
			Advertise:    nowhere,
			NoAdvertise:  true,
			PoolSize:     1,
			Compression:  server.CompressionOpts{Mode: server.CompressionOff},
			PingInterval: 5 * time.Second,
			MaxPingsOut:  2,

			// A route that cannot write is given up: what it holds back meanwhile is
			// memory, and a hint that comes late is of no use.
			WriteDeadline: writeDeadline,
			WriteTimeout:  server.WriteTimeoutPolicyClose,
		},
	}
}

const writeDeadline = 2 * time.Second

func (n *Node) routes(doors []string) []*url.URL {
	routes := make([]*url.URL, len(doors))
	for i, door := range doors {
		routes[i] = &url.URL{Scheme: "nats-route", Host: door, User: url.UserPassword(routeUser, n.secret)}
	}
	return routes
}

var errServer = errors.New("natsd: the server did not start")

// startServer starts a server without routes, and returns when its own route
// port is open.
func (n *Node) startServer() error {
	s, err := server.NewServer(n.serverOptions(nil))
	if err != nil {
		return fmt.Errorf("%w: %w", errServer, err)
	}
	s.SetLoggerV2(newServerLog(n.opts.Logger, n.secret))
	s.Start()
	if !hasRoutePort(s) {
		s.Shutdown()
		return fmt.Errorf("%w: no port for routes", errServer)
	}
	n.server, n.account = s, s.GlobalAccount()
	return nil
}

// hasRoutePort waits for the port, which the server opens by itself soon after
// it was started. It says nothing when it is done, nor when it could not.
func hasRoutePort(s *server.Server) bool {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(startLimit); s.ClusterAddr() == nil; <-again.C {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// reload gives the running server other routes.
func (n *Node) reload(doors []string) error {
	if err := n.server.ReloadOptions(n.serverOptions(doors)); err != nil {
		return fmt.Errorf("natsd: change routes: %w", err)
	}
	return nil
}

package server

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/integration/harness"
)

// greeting takes what a server says when it serves, and hands on its address.
type greeting chan string

// Write implements io.Writer.
func (g greeting) Write(p []byte) (int, error) {
	if url := regexp.MustCompile(`http://\S+/v1/stream/`).Find(p); url != nil {
		g <- string(url)
	}
	return len(p), nil
}

// running is a server of this process, in a cluster or for itself.
type running struct {
	*Server
	url string // of its streams
	end func() // drains it
}

// run runs servers until they serve, all at the same time, and until the test
// ends.
func run(t *testing.T, configs ...config.Config) []running {
	t.Helper()
	return runTuned(t, func(int, *Server) {}, configs...)
}

// runTuned is run with servers that tune changes before they start.
func runTuned(t *testing.T, tune func(i int, s *Server), configs ...config.Config) (servers []running) {
	t.Helper()
	all, endAll := context.WithCancel(context.Background())
	greeted := make([]greeting, len(configs))
	for i, c := range configs {
		greeted[i] = make(greeting, 1)
		ctx, cancel := context.WithCancel(all)
		s := newServer(c, slog.New(slog.DiscardHandler))
		tune(i, s)
		var ended sync.WaitGroup
		ended.Go(func() {
			if err := s.run(ctx, greeted[i]); err != nil {
				t.Errorf("server %d: %v", i, err)
				close(greeted[i])
			}
		})
		servers = append(servers, running{Server: s, end: func() {
			cancel()
			ended.Wait()
		}})
		t.Cleanup(ended.Wait)
	}
	t.Cleanup(endAll)
	for i := range servers {
		if servers[i].url = <-greeted[i]; servers[i].url == "" {
			t.Fatal("a server did not start")
		}
	}
	return servers
}

// plain is a configuration of a server with a directory of its own, on addresses that
// the system picks.
func plain(t *testing.T) config.Config {
	k := config.Default()
	k.Listen, k.AdminListen = "127.0.0.1:0", "127.0.0.1:0"
	k.Data, k.Groups = t.TempDir(), 2
	return k
}

// trio are the configurations of a cluster of three, each made from one of a server
// for itself.
func trio(t *testing.T, one func() config.Config) (configs []config.Config) {
	t.Helper()
	var peers []string
	for i := range 3 {
		k := one()
		k.DrainTimeout = 100 * time.Millisecond // who ends last finds no heir, and waits for one
		k.Cluster.NodeID, k.Cluster.Listen = fmt.Sprint(i+1), harness.Address(t, "127.0.0.1")
		configs = append(configs, k)
		peers = append(peers, k.Cluster.NodeID+"="+k.Cluster.Listen)
	}
	for i := range configs {
		configs[i].Cluster.Peers = config.Peers(strings.Join(peers, ","))
	}
	return configs
}

package server

import (
	"fmt"
	"io"
)

// greet tells a person at a shell what runs here and what to try.
func (s *Server) greet(w io.Writer, address string) {
	durability := "no: a restart loses everything"
	if s.node.Durable() {
		durability = "yes: every append is on disk before it is acknowledged"
	}
	url := "http://" + address + "/v1/stream/"
	fmt.Fprintf(w, `Ursula serves durable streams.

  streams  %s
  admin    http://%s (/healthz /readyz /metrics)
  data     %s
  engine   %s, %s on %s
  synced   %s

Try it:
  curl -X PUT %shello -H 'Content-Type: text/plain' -d 'Hello, stream!'
  curl -N '%shello?offset=-1&live=sse'

`, url, s.config.AdminListen, s.config.Data, s.config.Engine,
		count(s.node.Groups(), "group"), count(s.node.Shards(), "shard"), durability, url, url)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

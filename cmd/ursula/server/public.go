package server

import (
	"log/slog"
	"net/http"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/core/protocol"
	"ursula/core/protocol/control"
	"ursula/core/protocol/gather"
	"ursula/infra/transport"
)

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
)

// protocols are HTTP/1.1 and, for clients that know it from the start, HTTP/2
// without TLS.
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}

// publicServer serves clients.
func (s *Server) publicServer() *http.Server {
	return &http.Server{
		Handler:           s.telemetry.Middleware(s.handler),
		Protocols:         protocols(),
		MaxHeaderBytes:    int(s.config.Limits.HeaderBytes),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		ConnContext:       gather.Context,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) protocolOptions() protocol.Options {
	c := &s.config
	return protocol.Options{
		Writer: s.node, Reader: s.node, Tails: s.hub,
		Control:  s.controlHandler(),
		LongPoll: c.LongPollTimeout, Heartbeat: c.SSEHeartbeat, Rotate: c.SSERotate,
		MaxBody: s.maxBody(), InFlight: c.Limits.InflightBytes,
		Private: c.Cache == config.CachePrivate, Origin: c.CORSOrigin, Logger: s.log,
	}
}

const streamRoot = "/v1/stream"

// controlHandler serves requests about subscriptions: here, or in a cluster where
// they are driven.
func (s *Server) controlHandler() http.Handler {
	here := control.New(s.subscriptions.Load(), control.Options{Root: streamRoot, PublicURL: s.config.PublicURL, Log: s.log})
	if s.cluster == nil {
		return here
	}
	s.serve(&http.Server{Handler: s.telemetry.Hop(here), ReadHeaderTimeout: readHeaderTimeout}, s.cluster.links.Service(serviceControl))
	return newSubscriptionHop(streamRoot, here, s.node.LeaderOfHome, s.cluster.openControl, s.telemetry.Inject)
}

// maxBody is the longest request body that can be stored. An append is one
// record of the journal, which must fit into a segment even where framing makes
// JSON half as long again, and it must fit under the hot budget's reject mark
// beside others. A longer body would be told to try again for ever.
func (s *Server) maxBody() int64 {
	c := &s.config
	most := min(c.Limits.Body, c.SegmentBytes/2, s.hotMark(c.Hot.RejectAt)/2)
	if s.cluster != nil {
		most = min(most, transport.MaxCall-1<<20) // it may be forwarded, with its name and headers
	}
	if most < c.Limits.Body {
		s.log.Warn("request bodies are limited by segment-bytes, hot-bytes, or what nodes pass each other", "max_body", most)
	}
	return most
}

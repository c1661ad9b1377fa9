package transport

import (
	"errors"
	"io"

	"github.com/hashicorp/yamux"
)

const (
	maxStreams  = 256     // of a peer that have not reached their service, and snapshots
	streamBytes = 1 << 20 // of one stream, that its reader has not yet taken
)

// session carries streams on a bulk connection. The side that dialed opens them.
type session struct {
	*yamux.Session
	t      *Transport
	opened *opened
}

func (t *Transport) newSession(o *opened) *session {
	config := yamux.DefaultConfig()
	config.LogOutput = io.Discard // what it has to say is in the errors
	// Either side asks, and each question wakes both.
	config.KeepAliveInterval = t.options.DeadAfter * 2 / 3
	config.ConnectionWriteTimeout = t.options.DeadAfter
	config.StreamOpenTimeout = t.options.DeadAfter
	config.MaxStreamWindowSize = streamBytes
	start := yamux.Server
	if o.dialed {
		start = yamux.Client
	}
	y, err := start(o.conn, config)
	if err != nil {
		panic("transport: the configuration of streams is wrong: " + err.Error())
	}
	return &session{Session: y, t: t, opened: o}
}

var errStreamsEnded = errors.New("connection for streams ended")

// run implements carrier: it serves the streams that the peer opens.
func (s *session) run() error {
	defer s.fail(nil)
	if s.opened.dialed {
		<-s.CloseChan()
		return errStreamsEnded
	}
	places := make(chan struct{}, maxStreams)
	for {
		stream, err := s.AcceptStream()
		if err != nil {
			return err
		}
		select {
		case places <- struct{}{}:
			s.t.done.Go(func() {
				defer func() { <-places }()
				s.t.serveStream(stream, s.opened.peer.Node)
			})
		default:
			_ = stream.Close()
		}
	}
}

// met implements carrier.
func (s *session) met() (Identity, Class) { return s.opened.peer, s.opened.class }

// fail implements carrier.
func (s *session) fail(error) { _ = s.Close() }

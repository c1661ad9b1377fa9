// Package gather lets an HTTP handler send many pieces of memory with one system
// call. net/http writes each piece that a handler gives it by itself; a page of
// 64 KiB pieces then costs the server half as much again in the kernel, because
// the reader is woken for every one.
//
// A Listener hands out connections that can hold writes back. A handler finds
// its request's connection with Of and calls Send, which lets net/http frame the
// pieces as usual, keeps those that pass through net/http untouched without
// copying them, and writes everything together. HTTP/2 connections, which many
// requests write to at a time, and TLS connections are not held back: Of returns
// nil for them, and a nil Conn just writes.
//
// The package does not know what is sent.
package gather

import (
	"context"
	"io"
	"net"
	"net/http"

	"ursula/core/socket"
)

// Listener wraps a listener so that its connections can hold writes back.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return New(conn), nil
}

// Conn is a connection that can hold writes back. As with any HTTP/1.1
// connection, one goroutine at a time may write.
type Conn struct {
	net.Conn
	direct  *socket.Conn // for single pieces; nil for what is no socket
	holding bool
	piece   []byte // being given to net/http; does not change until Send returns
	held    net.Buffers
}

// New returns c as a connection that can hold writes back.
func New(c net.Conn) *Conn { return &Conn{Conn: c, direct: socket.New(c)} }

type key struct{}

// Context is for http.Server.ConnContext: requests on conn will find it.
func Context(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*Conn); ok {
		return context.WithValue(ctx, key{}, c)
	}
	return ctx
}

// Of returns the connection of a request, or nil when it is not one that can
// hold writes back.
func Of(r *http.Request) *Conn {
	if r.ProtoMajor != 1 {
		return nil
	}
	c, _ := r.Context().Value(key{}).(*Conn)
	return c
}

// Send writes pieces to w, the ResponseWriter of a request on c. It returns once
// nothing refers to the pieces any more. c may be nil.
func (c *Conn) Send(w io.Writer, pieces [][]byte) error {
	if c == nil {
		return send(w, pieces, func([]byte) {})
	}
	c.holding = true
	err := send(w, pieces, func(piece []byte) { c.piece = piece })
	if flushed := c.flush(); err == nil {
		err = flushed
	}
	return err
}

func send(w io.Writer, pieces [][]byte, announce func([]byte)) error {
	for _, piece := range pieces {
		announce(piece)
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// Write writes, or keeps p until Send is done. What is an end of the piece at
// hand is kept as it is; anything else is a buffer of net/http's, which will use
// it again, and is copied.
func (c *Conn) Write(p []byte) (int, error) {
	switch {
	case !c.holding && c.direct != nil:
		return c.direct.Write(p)
	case !c.holding:
		return c.Conn.Write(p)
	case isEnd(p, c.piece):
		c.held = append(c.held, p)
	default:
		c.held = append(c.held, append([]byte(nil), p...))
	}
	return len(p), nil
}

// isEnd reports whether p is the same memory as the end of piece.
func isEnd(p, piece []byte) bool {
	return len(p) > 0 && len(p) <= len(piece) && &p[len(p)-1] == &piece[len(piece)-1]
}

func (c *Conn) flush() error {
	c.holding, c.piece = false, nil
	held := c.held
	c.held = nil
	_, err := held.WriteTo(c.Conn)
	return err
}

package transport

import (
	"errors"
	"fmt"
)

// What a request can end with, besides an answer.
var (
	// ErrUnreachable: the request was certainly not carried out, and will not be.
	ErrUnreachable = errors.New("peer cannot be reached")
	// ErrBusy is wrapped beside ErrUnreachable when the peer had no room.
	ErrBusy = errors.New("peer is busy")
	// ErrRefused is wrapped beside ErrUnreachable, with the reason, when one side
	// does not want the other.
	ErrRefused = errors.New("connection was refused")
	// ErrLost: the request was perhaps carried out, or will be. Its connection
	// broke, or whoever asked stopped waiting.
	ErrLost = errors.New("no answer")
	// ErrTooLarge: the payload is beyond MaxCall.
	ErrTooLarge = errors.New("message is too large")
	// ErrClosed is wrapped by what ends because the transport was closed.
	ErrClosed = errors.New("transport is closed")
)

// RemoteError is what a handler on the other side returned.
type RemoteError struct{ Peer, Text string }

// Error implements error.
func (e *RemoteError) Error() string { return fmt.Sprintf("node %s: %s", e.Peer, e.Text) }

func unreachable(cause error) error { return fmt.Errorf("%w: %w", ErrUnreachable, cause) }

func lost(cause error) error { return fmt.Errorf("%w: %w", ErrLost, cause) }

func refused(reason string) error { return fmt.Errorf("%w: %s", ErrRefused, reason) }

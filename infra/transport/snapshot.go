package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// First byte of a record that answers on a snapshot's stream.
const (
	snapshotOK     = 0
	snapshotFailed = 1
	snapshotBusy   = 2
)

// impatient is a stream on which nothing may take longer than idle. A snapshot
// takes as long as it takes, if only it goes on.
type impatient struct {
	net.Conn
	idle time.Duration
}

// Read implements io.Reader.
func (c impatient) Read(b []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(c.idle))
	return c.Conn.Read(b)
}

// Write implements io.Writer.
func (c impatient) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(c.idle))
	return c.Conn.Write(b)
}

// sendSnapshot sends the request, waits for leave, sends the content, and waits
// for the answer.
func (t *Transport) sendSnapshot(peer string, group uint32, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	ctx, cancel := context.WithTimeout(t.ctx, t.options.Timeout)
	defer cancel()
	raw, err := t.Open(ctx, peer, snapshotService)
	if err != nil {
		return err
	}
	defer raw.Close()
	s := impatient{raw, t.options.SnapshotIdle}
	request, err := wire.Append(binary.LittleEndian.AppendUint32(nil, group), []byte(t.options.Identity().Node), args)
	if err != nil {
		return err
	}
	if err := wire.WriteRecord(s, request); err != nil {
		return lost(err)
	}
	if _, err := readSnapshotAnswer(s, peer); err != nil {
		return err
	}
	if err := copyChunks(s, data, args.Size); err != nil {
		return fmt.Errorf("send snapshot: %w", err)
	}
	body, err := readSnapshotAnswer(s, peer)
	if err != nil {
		return err
	}
	t.snapshots.sent.Add(1)
	return wire.Decode(body, []byte(peer), resp)
}

func readSnapshotAnswer(r io.Reader, peer string) ([]byte, error) {
	b, err := wire.ReadRecord(r)
	if err == nil && len(b) == 0 {
		err = wire.ErrMalformed
	}
	if err != nil {
		return nil, lost(err)
	}
	switch b[0] {
	case snapshotOK:
		return b[1:], nil
	case snapshotBusy:
		return nil, unreachable(fmt.Errorf("node %s: %w", peer, ErrBusy))
	}
	return nil, &RemoteError{Peer: peer, Text: string(b[1:])}
}

// receiveSnapshot lets Raft's main loop read the content from the stream.
func (t *Transport) receiveSnapshot(raw net.Conn, from string) {
	defer raw.Close()
	_ = raw.SetDeadline(time.Time{})
	s := impatient{raw, t.options.SnapshotIdle}
	if _, err := s.Write([]byte{streamAccepted}); err != nil {
		return
	}
	g, request, err := t.readSnapshotRequest(s, from)
	if err != nil {
		_ = wire.WriteRecord(s, append([]byte{snapshotFailed}, err.Error()...))
		return
	}
	answered := make(chan raft.RPCResponse, 1)
	content := &chunks{from: s, left: request.Size}
	if !g.Inject(raft.RPC{Command: request, Reader: content, RespChan: answered}) {
		_ = wire.WriteRecord(s, []byte{snapshotBusy})
		return
	}
	if err := wire.WriteRecord(s, []byte{snapshotOK}); err != nil {
		_ = raw.Close() // Raft reads an error instead of the content
	}
	select {
	case r := <-answered:
		t.answerSnapshot(s, r)
		_, _ = io.Copy(io.Discard, s) // a leader reads it when it has sent everything
	case <-g.done:
	}
}

func (t *Transport) readSnapshotRequest(r io.Reader, from string) (*Group, *raft.InstallSnapshotRequest, error) {
	b, err := wire.ReadRecord(r)
	if err != nil {
		return nil, nil, err
	}
	if len(b) < 4 {
		return nil, nil, wire.ErrMalformed
	}
	g := t.lookup(binary.LittleEndian.Uint32(b))
	if g == nil {
		return nil, nil, errNoGroup
	}
	request := new(raft.InstallSnapshotRequest)
	return g, request, wire.Adopt(b[4:], []byte(from), request)
}

// settled makes a success of a snapshot that was not installed because the replica
// holds all that is in it.
func settled(r raft.RPCResponse) raft.RPCResponse {
	var held interface{ Held() bool }
	response, ok := r.Response.(*raft.InstallSnapshotResponse)
	if !ok || !errors.As(r.Error, &held) || !held.Held() {
		return r
	}
	return raft.RPCResponse{Response: &raft.InstallSnapshotResponse{
		RPCHeader: response.RPCHeader, Term: response.Term, Success: true,
	}}
}

func (t *Transport) answerSnapshot(w io.Writer, r raft.RPCResponse) {
	r = settled(r)
	b, err := []byte{snapshotOK}, r.Error
	if err == nil {
		t.snapshots.received.Add(1)
	}
	if err == nil && r.Response != nil {
		b, err = wire.Append(b, []byte(t.options.Identity().Node), r.Response)
	}
	if err != nil {
		b = append([]byte{snapshotFailed}, err.Error()...)
	}
	_ = wire.WriteRecord(w, b) // a peer that is gone does not wait for it
}

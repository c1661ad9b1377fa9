package raftgroup_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// A snapshot that was overtaken by entries on its way changes nothing: what the
// follower acknowledged since stays in its log. The sender is told that it is there.
func TestAnOvertakenSnapshotIsNotInstalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		for range 20 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		c.compact(id)
		meta, content := c.newest(id)
		for range 20 {
			propose(t, leader, *appended("v1/a", "y"))
		}
		want := strings.Repeat("x", 20) + strings.Repeat("y", 20)
		c.agree(want)
		follower := c.node(c.others(id)[0])
		before := follower.View()

		var response raft.InstallSnapshotResponse
		request := &raft.InstallSnapshotRequest{
			RPCHeader:       raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(id), Addr: []byte(id)},
			SnapshotVersion: meta.Version, Term: before.Term, Leader: []byte(id),
			LastLogIndex: meta.Index, LastLogTerm: meta.Term,
			Configuration:      raft.EncodeConfiguration(meta.Configuration),
			ConfigurationIndex: meta.ConfigurationIndex, Size: int64(len(content)),
		}
		err := c.net.Transport("elsewhere", 0).InstallSnapshot("", raft.ServerAddress(c.others(id)[0]), request, &response, bytes.NewReader(content))
		if err != nil || !response.Success {
			t.Errorf("answered %+v, %v", response, err)
		}
		if after := follower.View(); after.Applied < before.Applied || after.Last < before.Last {
			t.Errorf("was at %+v, went back to %+v", before, after)
		}
		c.agree(want)
		c.close()
		time.Sleep(time.Minute)
	})
}

// newest is the newest snapshot of a node.
func (c *cluster) newest(id string) (*raft.SnapshotMeta, []byte) {
	c.t.Helper()
	store := c.nodes[id].options.Snapshots
	list, err := store.List()
	if err != nil || len(list) == 0 {
		c.t.Fatalf("no snapshot: %v", err)
	}
	meta, reader, err := store.Open(list[0].ID)
	if err != nil {
		c.t.Fatal(err)
	}
	defer reader.Close()
	content, err := io.ReadAll(reader)
	if err != nil {
		c.t.Fatal(err)
	}
	return meta, content
}

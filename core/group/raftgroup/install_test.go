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
		if response, err := c.install(c.others(id)[0], before.Term, id, meta, content); err != nil || !response.Success {
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

// A follower has got a snapshot from a former leader that goes further than the leader's, and
// nothing of what leads there: it refuses the leader's, and what the leader sends behind
// that does not continue what it has. The leader takes a new one.
func TestASnapshotIsTakenAnewForWhoHasALaterOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		former, away := c.others(id)[0], c.others(id)[1]
		c.net.Cut(func(from, to string) bool {
			return from != "elsewhere" && to != "elsewhere" && (from == away || to == away)
		})
		for range 20 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		c.compact(id)
		for range 20 {
			propose(t, leader, *appended("v1/a", "y"))
		}
		c.settle()
		c.compact(former)
		meta, content := c.newest(former)
		if sent, _ := c.newest(id); sent.Index >= meta.Index {
			t.Fatalf("the leader's snapshot ends at %d, the other one's at %d", sent.Index, meta.Index)
		}
		if response, err := c.install(away, leader.View().Term, former, meta, content); err != nil || !response.Success {
			t.Fatalf("answered %+v, %v", response, err)
		}
		c.net.Heal()
		time.Sleep(time.Minute)
		propose(t, leader, *appended("v1/a", "z"))
		c.agree(strings.Repeat("x", 20) + strings.Repeat("y", 20) + "z")
		c.close()
	})
}

// install sends a snapshot to a node in the name of a leader.
func (c *cluster) install(to string, term uint64, leader string, meta *raft.SnapshotMeta, content []byte) (response raft.InstallSnapshotResponse, err error) {
	request := &raft.InstallSnapshotRequest{
		RPCHeader:       raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(leader), Addr: []byte(leader)},
		SnapshotVersion: meta.Version, Term: term, Leader: []byte(leader),
		LastLogIndex: meta.Index, LastLogTerm: meta.Term,
		Configuration:      raft.EncodeConfiguration(meta.Configuration),
		ConfigurationIndex: meta.ConfigurationIndex, Size: int64(len(content)),
	}
	err = c.net.Transport("elsewhere", 0).InstallSnapshot("", raft.ServerAddress(to), request, &response, bytes.NewReader(content))
	return response, err
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

package cluster

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/integration/harness"
)

// Node is one process of a cluster. What harness.Server can do to a process, it can
// do; here is what else befalls a node.
type Node struct {
	*harness.Server
	ID int

	t       testing.TB
	network *Network // nil for a node alone

	disk    string // the directory above the data, and the mount if there is one
	args    []string
	paused  bool
	ballast bool
	full    bool // the disk was full in this life
	ended   bool // the process was ended from here, or is expected to end
}

// Pause stops the process: its connections stay open and silent.
func (n *Node) Pause() {
	n.Server.Pause()
	n.paused = true
}

// Resume lets a paused process go on. If it had ended on a full disk before the pause,
// and there is room now, it is started again.
func (n *Node) Resume() {
	n.Server.Resume()
	n.paused = false
	if !n.ended && !n.ballast && n.gaveUp() {
		n.Relaunch()
	}
}

// Kill ends the process at once, also a paused one.
func (n *Node) Kill() {
	n.ended, n.paused = true, false
	if n.network != nil {
		n.network.Leave(n.ID)
	}
	n.Server.Kill()
}

// Terminate sends SIGTERM and returns at once.
func (n *Node) Terminate() {
	n.ended = true
	n.Server.Terminate()
}

// Relaunch starts the next life without waiting. The life before must have ended.
func (n *Node) Relaunch() {
	n.ended, n.full = false, n.ballast
	if n.network != nil {
		if err := n.network.Enter(n.ID); err != nil {
			n.t.Fatalf("node %d: %v", n.ID, err)
		}
	}
	n.Server.Relaunch()
}

// Restart is Relaunch, then AwaitReady.
func (n *Node) Restart() {
	n.Relaunch()
	n.AwaitReady()
}

// RelaunchRefused starts the next life of a node that is to refuse its start.
func (n *Node) RelaunchRefused() {
	n.Relaunch()
	n.ended = true
}

// Skew sets the clock that the node will believe in from its next life on, as far
// from the machine's as offset says; 0 makes it right again.
func (n *Node) Skew(offset time.Duration) {
	args := n.args
	if offset != 0 {
		args = append(slices.Clone(args), "--clock-offset", offset.String())
	}
	n.WithArgs(args...)
}

// MakeRoom frees the disk. A process that could not begin without room is started
// again, as its supervisor does, unless the node is paused: nothing runs there then.
func (n *Node) MakeRoom() {
	n.FreeDisk()
	if !n.ended && !n.paused && n.gaveUp() {
		n.Relaunch()
	}
}

// gaveUp says that the process has ended before it served, on a full disk: it has to
// prepare a journal to write to. One that serves goes on.
func (n *Node) gaveUp() bool {
	return n.full && !n.Alive() && !strings.Contains(n.LastOutput(), "msg=serving")
}

// recover undoes what was done to the node. It does not wait for readiness.
func (n *Node) recover() {
	if n.paused {
		n.Resume()
	}
	n.FreeDisk()
	if !n.Alive() {
		n.Relaunch()
	}
}

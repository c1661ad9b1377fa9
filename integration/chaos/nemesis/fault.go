package nemesis

import (
	"time"

	"ursula/integration/cluster"
)

// Fault is a kind of misfortune.
type Fault string

// The faults of processes, of the network around one node, and of a pair of nodes.
const (
	Kill  Fault = "kill"
	Stop  Fault = "stop" // SIGTERM
	Pause Fault = "pause"
	Skew  Fault = "kill and skew the clock of"
	Fill  Fault = "fill the disk of"

	Isolate Fault = "isolate"
	Mute    Fault = "mute"
	Deafen  Fault = "deafen"
	Slow    Fault = "slow"
	Lose    Fault = "lose pieces around"
	Reset   Fault = "reset connections of"

	Cut    Fault = "cut"
	OneWay Fault = "cut one way"
)

// skews is how far a clock is set wrong: by more than leases last, or by little.
func skews() []time.Duration {
	return []time.Duration{-30 * time.Second, -2 * time.Second, 2 * time.Second, 30 * time.Second}
}

// ofProcesses leaves the clock of a node alone that has nobody to disagree with.
func ofProcesses(nodes int) []Fault {
	faults := []Fault{Kill, Kill, Stop, Pause, Pause}
	if nodes > 1 {
		faults = append(faults, Skew)
	}
	return faults
}

func ofNetwork() []Fault {
	return []Fault{Isolate, Isolate, Mute, Deafen, Slow, Lose, Reset, Cut, OneWay}
}

// pair says that the fault has two ends.
func (f Fault) pair() bool { return f == Cut || f == OneWay }

// process says that the fault hits a process, not the network.
func (f Fault) process() bool { return f == Kill || f == Stop || f == Pause || f == Skew }

// Silences says that a node to which the fault has happened answers nothing.
func (f Fault) Silences() bool { return f == Kill || f == Skew || f == Pause }

// CutsOff says that such a node reaches, or hears, none of the others: it can change
// nothing.
func (f Fault) CutsOff() bool { return f == Isolate || f == Mute || f == Deafen }

// begin makes an event happen.
func (e Event) begin(c *cluster.Cluster) error {
	switch e.Fault {
	case Kill:
		c.Node(e.Node).Kill()
	case Stop:
		c.Node(e.Node).Terminate()
	case Pause:
		c.Node(e.Node).Pause()
	case Skew:
		c.Node(e.Node).Kill()
		c.Node(e.Node).Skew(e.Skew)
	case Fill:
		return c.Node(e.Node).FillDisk(0)
	case Isolate:
		c.Network.Isolate(e.Node)
	case Mute:
		c.Network.Mute(e.Node)
	case Deafen:
		c.Network.Deafen(e.Node)
	case Slow:
		c.Network.Around(e.Node, cluster.Weather{Delay: 20 * time.Millisecond, Jitter: 60 * time.Millisecond})
	case Lose:
		c.Network.Around(e.Node, cluster.Weather{Loss: 0.1})
	case Reset:
		c.Network.Reset(e.Node)
	case Cut:
		c.Network.Cut(e.Node, e.Other)
	case OneWay:
		c.Network.Set(e.Node, e.Other, cluster.Weather{Blocked: true})
	}
	return nil
}

// end undoes an event. A process that was asked to stop and has not yet is killed:
// an operator's patience ends as well.
func (e Event) end(c *cluster.Cluster) error {
	node := c.Node(e.Node)
	switch {
	case e.Fault == Pause:
		node.Resume()
	case e.Fault == Fill:
		node.MakeRoom()
	case e.Fault.process():
		node.Kill()
		node.Relaunch()
	default:
		c.Network.Heal()
	}
	return nil
}

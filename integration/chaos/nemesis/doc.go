// Package nemesis plans what befalls a cluster, and does it.
//
// It owns the faults and the timeline, which is a value that follows from a seed and
// can be printed before, after and beside what happened. There are lanes that go on
// side by side, one for processes, one for the network, one for disks; within a lane a
// fault is undone before the next one begins.
//
// It does not know what clients do meanwhile nor what is right.
package nemesis

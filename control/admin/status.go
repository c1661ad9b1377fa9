package admin

import "ursula/control/place"

// Status is the cluster as one node sees it, and which node that is.
type Status struct {
	Node    string `json:"node"`
	Version string `json:"version"` // of the program
	Boot    string `json:"boot"`    // names the process: another one after each start
	place.Status
}

// accepted answers a change of the roster.
type accepted struct {
	Roster uint64 `json:"roster"` // version that asks for it
}

// memberRequest names a node to be added.
type memberRequest struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

type transferRequest struct {
	To string `json:"to"`
}

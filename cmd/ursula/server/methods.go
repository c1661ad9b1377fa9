package server

import "ursula/core/forward"

// method says what a call between nodes asks for (docs/formats/forward.md lists
// all of them).
type method = forward.Method

// The calls that are not about a group's data.
const (
	methodHello    method = 1 // who are you, and what do you know of a cluster?
	methodJoin     method = 2 // note my disk in the roster
	methodReport   method = 3 // how are you?
	methodTransfer method = 4 // give the lead of a group to another
	methodTakeOver method = 5 // look at a subscription that you drive: I have changed it
)

// Services are what streams between nodes are for.
const (
	serviceObjects = "objects" // cold objects, over HTTP
	serviceTails   = "tails"   // routes of the tail events' bus
	serviceControl = "control" // requests about subscriptions, over HTTP
)

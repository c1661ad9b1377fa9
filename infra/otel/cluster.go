package otel

// Cluster is what a member of a cluster knows of the others, and has done with them
// since it started. What counts events only grows.
type Cluster struct {
	Leaderless int64 // groups whose leader is not known here
	Unserved   int64 // groups without a leader that answers
	Lag        int64 // log entries, the most of any replica here

	ElectionsBegun int64
	ElectionsWon   int64
	LeaderChanges  int64

	SnapshotsSent     int64
	SnapshotsReceived int64

	Forward Forward
	Reads   Reads
	Mirror  Mirror
	Tails   Tails
	Peers   []Peer // few: each costs some series
}

// Forward is the commands that were sent to other nodes, by what became of them.
type Forward struct {
	Done     int64
	NoLeader int64
	Unknown  int64
	Refused  int64
	Repeated int64 // not one of the others: commands that were tried again
}

// Reads are what reads asked of other nodes.
type Reads struct {
	Questions int64
	Calls     int64 // that carried them
}

// Mirror is the copies of cold objects on this node.
type Mirror struct {
	Missing  int64
	Lost     int64
	Fetched  int64
	Failures int64
}

// Tails are the tail events between nodes.
type Tails struct {
	Routes   int64
	Sent     int64
	Received int64
	Used     int64
	Dropped  int64
}

// Peer is another node.
type Peer struct {
	ID           string
	Links        []Link // one of each class
	Calls        int64
	CallFailures int64
	CallsPending int64
}

// Link is the connections of a class that this node dialed.
type Link struct {
	Class    string
	Up       bool
	Received int64 // bytes
	Sent     int64 // bytes
}

// Package keeper keeps the groups of a cluster as the roster wants them: a loop on
// each node that looks, plans, and carries out the moves of the groups that this
// node leads.
//
// A round reads the own replicas and the roster, asks the other members for their
// reports, and makes a plan of what it sees. Nothing is kept from one round to the
// next but what is shown to people. So a keeper that stops at any moment, on any
// node, is replaced by whoever leads its groups then.
//
// The leader of group 0 also writes the progress back into the roster: who joins
// is active once every group has it as a voter, and who leaves is gone once no
// group has it. It judges by what the groups' leaders say is committed.
//
// A keeper does not act on a roster that is older than one that a member knows:
// it would undo what others do.
//
// What a round sees also tells whether this node can serve: which groups have had no
// leader for long that it can ask. The same reports show that, so nobody is asked for
// it.
//
// The package knows no Raft, no network and no record store; they are ports.
package keeper

// Package place decides which node is a voter of which group, and which node
// leads it: a pure planner from what is (View) to a few moves that bring it nearer
// to what the roster wants. Every member holds every group, so what is left to
// decide is the way there, and the leaders.
//
// All nodes compute the same plan from the same view, and each carries out only
// the moves of groups that it leads. Nothing is remembered between two plans: a
// node that crashed between them has forgotten nothing.
//
// Invariants of a plan:
//   - a group gets one move at a time;
//   - no move leaves a group with fewer voters that answer than its majority;
//   - a node that can still vote leaves a group only after all that join have
//     become voters of it;
//   - a node becomes a voter only when it has the log and all cold objects that can
//     be had, and one that answers ceases to be one only when a majority of the rest
//     cannot lack them;
//   - nobody is to lead who lags, drains, leaves or is unfit;
//   - when the leaders differ by one group at most, none is moved, and never more
//     of them than balance needs.
//
// The package knows no clock, network, or Raft. Who carries out plans is package
// keeper.
package place

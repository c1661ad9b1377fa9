// Package member says who belongs to a cluster, and how a cluster begins.
//
// The roster is data: one record that every node sees, changed by
// compare-and-set. A change only writes down what is wanted; the leaders of the
// groups bring it about step by step, and whoever crashes on the way leaves
// nothing behind but a roster to be read again.
//
// A node is known by its id and its disk, a random name that a data directory
// gets when it is made. Votes and log entries are promises of a disk. An empty
// disk under an old id has forgotten them, and must not be taken for the old one.
//
// Invariants:
//   - a roster that is returned without an error is valid: ids and addresses are
//     unique, states are known, and its version is one higher than before, or the
//     same when nothing had to change;
//   - a disk takes another's place under the same id only after that id has left
//     every group;
//   - an empty node founds a cluster only together with all its peers, when all of
//     them are empty and say the same. If it hears of a cluster, it joins or ends.
//
// Everything here is pure. The package does not know how nodes talk, where the
// record is kept, or what a group is.
package member

// Package shard keeps the journal of a shard short.
//
// A shard is the groups that share one append file. Its files can go only when
// nothing in them is needed any more, so a group that holds on to the oldest
// one is made to take a snapshot, and what a snapshot does not free, because
// the group hardly writes, is copied to the head. One group at a time: all at
// once would be a storm of writes that the appends have to share the disk with.
//
// The package knows neither streams nor Raft: it sees groups and files.
package shard

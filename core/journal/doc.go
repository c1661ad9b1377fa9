// Package journal keeps the records of many groups in append-only files: one
// file at a time for each shard, one write and one sync for all that waits.
//
// Writer.Append returns when its records are on disk. A caller that finds no
// sync under way writes for everybody who waits; those who come meanwhile form
// the next frame. No timer is involved, and exactly one frame per shard is ever
// unsynced.
//
// Invariants:
//   - The records of one Append are contiguous, in order, and all or none of
//     them survive a crash.
//   - A segment takes its first frame only when the seal of the segment before
//     it is on disk. So an invalid frame is a torn tail, and cut, only at the
//     very end of a shard's last segment; anywhere else it is damage to records
//     that were acknowledged, and Open refuses with a CorruptionError.
//   - Every Open writes fresh segments with higher numbers. A group belongs to
//     one writer until the next Open, so replay in segment order is replay in
//     append order, whatever the number of shards was.
//   - Segments leave in order: one that could hold an older record of the same
//     group is removed first. So what replay delivers is always a suffix of the
//     history, and a record that overrides an older one need not be kept for
//     that alone.
//   - After a failed write or sync nothing is acknowledged any more.
//
// What the records mean is the caller's: the journal knows neither logs nor
// streams. DESIGN.md beside this file says what it assumes of disks and which
// designs were refused; docs/formats/journal.md has the bytes.
package journal

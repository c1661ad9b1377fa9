// Package linear judges histories of what clients did to streams: was there one
// order of all operations, in keeping with the clock on the wall, that explains
// every answer?
//
// It owns the tokens by which each append is recognised, the history and its file
// form, a sequential model of one stream for the porcupine checker, and direct
// checks that need no search and name what broke:
//
//   - an acknowledged append is in the final content (lost), once (doubled), where
//     its answer said (misplaced), and after all that was acknowledged before it was
//     sent (reordered); nothing else is there (invented), no append in part (torn);
//   - a live reader was given the content from where it began, without a gap and
//     without a repetition (gapped);
//   - once anyone has seen the tail at some offset, no later answer that speaks for
//     the tail is behind it (receded);
//   - a stream with a lifetime is there until that has passed since its last use, less
//     what clocks may differ by (vanished), and is gone when it has passed by more than
//     that and an eighth (lingered);
//   - at the end all nodes give the same answer (diverged).
//
// Outcomes are honest: an operation without a definite answer may take effect at any
// later time, or never. What was refused for certain has no effect. In the search a
// stream with a lifetime may end at any moment, once: when it may is for a direct check.
//
// Everything here is a pure function of the history: no clock, no chance, no input
// or output but the reader and writer of the file form. Planted faults in a recorded
// history prove that each check bites. It does not know HTTP, nodes or faults.
package linear

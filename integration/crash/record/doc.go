// Package record judges whether a server kept its promises: it notes what
// clients sent and what was acknowledged, and compares that with what a later
// read of the stream gives back.
//
// It owns the payloads (every append is recognisable by its bytes), the note of
// each stream, and the list of faults. It does no input or output and knows no
// clock, so that planted faults can prove that it bites.
//
// The promises, with the fault that names a breach:
//
//   - an acknowledged append is there (lost), once (doubled), in the order in
//     which its writer sent it and in the order of the offsets that were
//     acknowledged (reordered);
//   - an append with an unknown outcome is there at most once;
//   - nothing else is there (invented), and no append in part (torn);
//   - bytes that a reader saw stay where they were (rewritten);
//   - offsets do not go back (receded);
//   - closed stays closed (reopened), deleted stays deleted (revived), created
//     stays created (vanished), and none of the three happens by itself;
//   - a fork begins with exactly the bytes that it inherited (disinherited);
//   - the number that a producer must send next is the one after the last that was
//     acknowledged (forgotten).
//
// A Stream is safe for concurrent use, except that Check and Settle want a
// moment in which no request is under way.
package record

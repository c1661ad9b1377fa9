// Package socket moves bytes through sockets that never block.
//
// A system call that Go makes tells the scheduler first, for it may block: the
// processor may be given to another thread meanwhile, and the thread that watches
// over such calls is woken. Reads and writes of a non-blocking socket return at
// once, so on Linux they are made without a word. That spares processor time under
// load, and wake-ups of threads at rest (docs/decisions/0023 has figures).
//
// Invariant: a descriptor is non-blocking, as net's are, and stays open during the
// call, as syscall.RawConn sees to.
//
// The package does not know what is read and written, and does not wait.
package socket

// Package harness starts, watches and ends real ursula processes for tests.
//
// It owns the binary under test, the ports and data directory of each process,
// the process's life (ready, paused, killed, ended) and its captured output,
// which is printed when the test fails. Every process is ended by its own id
// when its test ends, whatever way the test ends.
//
// Invariants: a Server keeps its ports and its directory over restarts, so that
// clients may go on retrying the same URL; no method returns from Kill or Wait
// before the operating system has reaped the process.
//
// It does not know the protocol (see integration/wire) and imports nothing of
// the product: what it proves is proved from outside.
package harness

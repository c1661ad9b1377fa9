// Package clients is the crowd that uses a cluster while it suffers, and that writes
// down what it asked and what it was told.
//
// It owns the workers (producers that repeat an append until it is answered, writers
// that repeat nothing, closers, those who delete streams and make them again, forkers,
// those who fork a stream and delete it, those whose streams have a lifetime, one who
// writes much, readers of the tail, live readers that reconnect where they were), the
// streams that they share, and the reading of answers into outcomes. Each request goes to a node drawn by chance. An answer that no rule
// allows is a surprise, and is reported beside the history.
//
// Streams are of six sorts. Lasting ones are made before the run and live through it;
// closing ones are made and closed; reborn ones are deleted and made again; forks begin
// with a part of a lasting one, or with all of one that is deleted then; mayflies expire
// when they are not used; hauled ones are large, and nobody but who made them writes to
// them.
//
// What each worker chooses follows from the seed; how the workers interleave does not.
// The package judges nothing (see integration/linear) and knows no faults.
package clients

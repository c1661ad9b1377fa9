// Package load drives a server with workers that note what they do, for as long
// as the server lives.
//
// It owns the cast of workers (writers with and without producer headers,
// creators, closers, deleters, forkers, live readers), their seeded choices, and
// the world of streams that they share. A run ends when every worker has seen
// the server die, so that afterwards nothing is under way; the next run takes up
// the retries that were cut off.
//
// It does not judge: what was noted is for package record to compare with what
// is read. Which worker does what follows from the seed; how the workers
// interleave does not, so a seed repeats the kind of a run and not its course.
package load

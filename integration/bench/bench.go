// Package bench is a load generator for any Durable Streams server.
//
// A Workload drives a Target by its URL and returns a Result: named figures with
// units, and every error counted by its kind. The generator is made to cost less
// than what it measures: plain TCP connections that are kept alive, requests built
// once in which only digits change, and no more of a response parsed than is needed
// to check it. It still counts its own CPU and reports it, because generator and
// server usually share a machine.
//
// Correctness comes first: a workload checks statuses, lengths and sequence numbers,
// and a Result with errors says so wherever it is printed. Times are measured here
// and asserted nowhere; the tests of this package check counting and framing only.
//
// A Target may be a cluster, whose nodes act as one server. Each request then goes to a
// node drawn at random, and a connection that lasts, such as a subscriber's, to the
// nodes in turn.
//
// The package knows HTTP and /proc. It does not know any server's code.
package bench

import (
	"context"
	"fmt"
	"time"
)

// A Workload is one way to load a server. Implementations are values that hold
// their parameters; Run may be called many times, on different targets.
type Workload interface {
	// Name returns the word under which the workload is known.
	Name() string
	// Parameters describes the load for the report.
	Parameters() []Parameter
	// Run loads the target until opts.Duration has passed or the work is done. Errors of
	// single operations are counted in the Result; an error is returned only when the
	// run could not be carried out. Run returns early when ctx ends.
	Run(ctx context.Context, target Target, opts Options) (Result, error)
}

// Options holds for any workload.
type Options struct {
	Warmup   time.Duration // load before counting starts
	Duration time.Duration // counted load
	Progress func(line string)
}

func (o Options) progress(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}

// runName makes the part of stream names that tells runs apart.
func runName() string {
	return fmt.Sprintf("%x", time.Now().UnixNano())
}

package benchcmd

import (
	"time"

	"github.com/spf13/pflag"

	"ursula/integration/bench"
)

// A workload is a command that runs one kind of load. flags defines the parameters and
// returns a function that builds the load once they are parsed.
type workload struct {
	name, short string
	flags       func(*pflag.FlagSet) func() bench.Workload
}

func workloads() []workload {
	return []workload{
		{"append", "Append to many streams, one writer for each", appendFlags},
		{"head", "Ask for the tails of many streams", headFlags},
		{"fanout", "Deliver one stream's messages to many SSE subscribers", fanoutFlags},
		{"idle", "Hold SSE subscribers to whom nothing is sent", idleFlags},
		{"catchup", "Read a large stream from its start, again and again", catchupFlags},
		{"wake", "Wake a long-poll, on an empty stream and on a large one", wakeFlags},
		{"many", "Create many small streams and leave them", manyFlags},
	}
}

func appendFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Append
	flags.IntVar(&w.Streams, "streams", 50, "number of streams")
	flags.IntVar(&w.Payload, "payload", 256, "bytes of one append")
	flags.BoolVar(&w.Producer, "producer", false, "send the headers of an idempotent producer")
	flags.IntVar(&w.Connections, "connections", 0, "number of connections; 0: one for each stream")
	return func() bench.Workload { return w }
}

func headFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Head
	flags.IntVar(&w.Streams, "streams", 50, "number of streams")
	flags.IntVar(&w.Connections, "connections", 0, "number of connections; 0: one for each stream")
	return func() bench.Workload { return w }
}

func fanoutFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Fanout
	flags.IntVar(&w.Subscribers, "subscribers", 1000, "number of SSE connections")
	flags.Float64Var(&w.Rate, "rate", 20, "messages a second")
	flags.IntVar(&w.Payload, "payload", 256, "bytes of one message")
	return func() bench.Workload { return w }
}

func idleFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Idle
	flags.IntVar(&w.Subscribers, "subscribers", 1000, "number of SSE connections; 0: only the server itself")
	return func() bench.Workload { return w }
}

func catchupFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Catchup
	flags.IntVar(&w.Size, "size", 64<<20, "bytes of the stream")
	flags.IntVar(&w.Chunk, "chunk", 1<<20, "bytes of one append while the stream is filled")
	return func() bench.Workload { return w }
}

func wakeFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Wake
	flags.IntVar(&w.Stored, "stored", 64<<20, "bytes of the large stream")
	flags.IntVar(&w.Payload, "payload", 256, "bytes of one append")
	flags.DurationVar(&w.Pause, "pause", 5*time.Millisecond, "time between the long-poll and the append")
	return func() bench.Workload { return w }
}

func manyFlags(flags *pflag.FlagSet) func() bench.Workload {
	var w bench.Many
	flags.IntVar(&w.Streams, "streams", 100_000, "number of streams")
	flags.IntVar(&w.Payload, "payload", 1024, "bytes of each stream")
	return func() bench.Workload { return w }
}

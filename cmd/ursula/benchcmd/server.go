package benchcmd

import (
	"github.com/spf13/pflag"

	"ursula/integration/bench"
)

// serverFlags name what is loaded.
type serverFlags struct {
	name string
	urls []string
	pids []int
}

func (f *serverFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.name, "name", "server", "how the report calls it")
	flags.StringSliceVar(&f.urls, "url", []string{"http://127.0.0.1:4437/v1/stream"},
		"root of the streams; of a cluster one for each node, repeated or separated by commas")
	flags.IntSliceVar(&f.pids, "pid", nil, "process id of the server, or of each node, to measure CPU and memory")
}

func (f *serverFlags) target() (bench.Target, error) { return target(f.name, f.urls, f.pids) }

// adminFlags name the nodes of a cluster by their admin addresses.
type adminFlags struct{ urls []string }

func (f *adminFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.urls, "admin", nil, "admin address of each node, such as http://127.0.0.1:4438")
}

func (f *adminFlags) target() (bench.Target, error) { return target("cluster", f.urls, nil) }

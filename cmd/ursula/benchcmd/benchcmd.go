// Package benchcmd is `ursula bench`: flags in, a workload of integration/bench, and
// its report out. It knows no workload beyond the names of its parameters.
package benchcmd

import (
	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
)

// New returns the command with one subcommand for each workload.
func New() *cobra.Command {
	group := usage.Group(&cobra.Command{
		Use:   "bench",
		Short: "Load a durable streams server and measure it",
		Long: `Load any durable streams server by its URL and measure it. Give the server's process id
with --pid to see what it spends; that works on Linux.`,
	}, newCompareCommand(), newBareCommand(), newBareHandlerCommand())
	for _, w := range workloads() {
		group.AddCommand(newRunCommand(w))
	}
	return group
}

// newRunCommand runs one workload on one server.
func newRunCommand(w workload) *cobra.Command {
	var url string
	var pid int
	var opts runFlags
	cmd := &cobra.Command{Use: w.name, Short: w.short, Args: usage.Args(cobra.NoArgs)}
	load := w.flags(cmd.Flags())
	cmd.Flags().StringVar(&url, "url", "http://127.0.0.1:4437/v1/stream", "root of the streams")
	cmd.Flags().IntVar(&pid, "pid", 0, "process id of the server, to measure its CPU and memory")
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		t, err := target("server", url, pid)
		if err != nil {
			return err
		}
		return opts.run(cmd, load(), t)
	}
	return cmd
}

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
with --pid to see what it spends; that works on Linux. A cluster is given by the URLs and
process ids of all its nodes: each request then goes to a node drawn at random.`,
	}, newCompareCommand(), newBareCommand(), newBareHandlerCommand(),
		newReadyCommand(), newFailoverCommand(), newDatasyncCommand(), newGoalsCommand())
	for _, w := range workloads() {
		group.AddCommand(newRunCommand(w))
	}
	return group
}

// newRunCommand runs one workload on one server.
func newRunCommand(w workload) *cobra.Command {
	var server serverFlags
	var opts runFlags
	cmd := &cobra.Command{Use: w.name, Short: w.short, Args: usage.Args(cobra.NoArgs)}
	load := w.flags(cmd.Flags())
	server.add(cmd.Flags())
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		t, err := server.target()
		if err != nil {
			return err
		}
		return opts.run(cmd, load(), t)
	}
	return cmd
}

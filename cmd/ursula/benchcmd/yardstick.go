package benchcmd

import (
	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/integration/bench"
	"ursula/integration/bench/goals"
)

// newDatasyncCommand measures a disk.
func newDatasyncCommand() *cobra.Command {
	var w bench.Datasync
	var opts runFlags
	cmd := &cobra.Command{
		Use:   "datasync",
		Short: "Write to a file and sync each write, as a yardstick",
		Args:  usage.Args(cobra.NoArgs),
	}
	cmd.Flags().StringVar(&w.Dir, "dir", ".", "directory on the disk to measure")
	cmd.Flags().IntVar(&w.Payload, "payload", 512, "bytes of one write")
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return opts.run(cmd, w, bench.Target{Name: "disk", URL: w.Dir})
	}
	return cmd
}

// newGoalsCommand judges reports.
func newGoalsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "goals DIRECTORY",
		Short: "Tell from the reports in a directory whether a cluster reaches its goals",
		Args:  usage.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			runs, err := goals.Load(args[0])
			if err != nil {
				return err
			}
			return goals.WriteTable(cmd.OutOrStdout(), goals.Judge(goals.Cluster(), runs))
		},
	}
}

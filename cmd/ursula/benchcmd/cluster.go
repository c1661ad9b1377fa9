package benchcmd

import (
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/integration/bench"
)

// newReadyCommand waits for a cluster.
func newReadyCommand() *cobra.Command {
	var w bench.Ready
	var admin adminFlags
	var opts runFlags
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Wait until each group of a cluster has a leader, and tell how long it took",
		Args:  usage.Args(cobra.NoArgs),
	}
	admin.add(cmd.Flags())
	cmd.Flags().DurationVar(&w.Limit, "limit", time.Minute, "longest wait")
	cmd.Flags().BoolVar(&w.Balanced, "balanced", false, "wait also until the nodes lead equally many groups")
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		t, err := admin.target()
		if err != nil {
			return err
		}
		return opts.run(cmd, w, t)
	}
	return cmd
}

// newFailoverCommand kills the nodes of a cluster.
func newFailoverCommand() *cobra.Command {
	var server serverFlags
	var admin adminFlags
	var opts runFlags
	cmd := &cobra.Command{
		Use:   "failover",
		Short: "Kill nodes of a cluster under load, and measure how long writers and readers wait",
		Example: `  ursula bench failover --url $NODE1,$NODE2,$NODE3 --admin $ADMIN1,$ADMIN2,$ADMIN3 \
    --kill './kill.sh' --restart './start.sh'    # the node's id follows as the argument`,
		Args: usage.Args(cobra.NoArgs),
	}
	server.add(cmd.Flags())
	admin.add(cmd.Flags())
	w := killFlags(cmd)
	opts.add(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if w.Kill == "" || w.Restart == "" {
			return usage.Errorf("failover needs --kill and --restart")
		}
		t, err := server.target()
		if err != nil {
			return err
		}
		if len(admin.urls) > 0 {
			if w.Admin, err = admin.target(); err != nil {
				return err
			}
		}
		return opts.run(cmd, w, t)
	}
	return cmd
}

func killFlags(cmd *cobra.Command) *bench.Failover {
	w := &bench.Failover{}
	flags := cmd.Flags()
	flags.IntVar(&w.Streams, "streams", 128, "number of streams, each with a writer")
	flags.IntVar(&w.Payload, "payload", 256, "bytes of one append")
	flags.DurationVar(&w.Pause, "pause", 20*time.Millisecond, "of a writer between two appends")
	flags.IntVar(&w.Readers, "readers", 4, "readers of what was written before")
	flags.IntVar(&w.Kills, "kills", 20, "how many times a node is killed")
	flags.StringVar(&w.Kill, "kill", "", "shell `command` that kills the node whose id follows, as the last thing it does")
	flags.StringVar(&w.Restart, "restart", "", "shell `command` that starts the node whose id follows")
	flags.DurationVar(&w.Settle, "settle", 10*time.Second, "longest wait for the cluster after a restart")
	return w
}

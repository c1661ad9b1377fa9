// Package ctlcmd is `ursula ctl`: the cluster for people at a shell. Tables and what
// a script may keep go to standard output; progress goes to standard error. The work
// is done by control/admin and control/rollout; this package joins it to flags.
package ctlcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/member"
)

// New returns the command with its subcommands.
func New() *cobra.Command { return newCommand(&connection{pause: 500 * time.Millisecond}) }

func newCommand(c *connection) *cobra.Command {
	group := usage.Group(&cobra.Command{
		Use:   "ctl",
		Short: "Look after a cluster",
		Example: `  ursula ctl cluster status
  ursula ctl cluster add 4=127.0.0.4:5437
  ursula ctl cluster verify --admin http://127.0.0.1:4438,http://127.0.0.2:4438,http://127.0.0.3:4438
  ursula ctl cluster replace 2=127.0.0.2:5437   # an empty disk in the place of node 2's
  ursula ctl rollout plan --admin http://127.0.0.1:4438,http://127.0.0.2:4438,http://127.0.0.3:4438
  ursula ctl rollout run`,
	}, newCluster(c), newRollout(c))
	group.PersistentFlags().StringSliceVar(&c.admin, "admin", []string{"http://127.0.0.1:4438"},
		"admin `URLs` of nodes; the first that answers is asked")
	return group
}

// connection reaches the cluster.
type connection struct {
	admin []string
	pause time.Duration // between two looks at what is awaited
}

func (c *connection) open() (*admin.Client, error) {
	client, err := admin.NewClient(c.admin...)
	if err != nil {
		return nil, usage.Wrap(err)
	}
	client.Pause = c.pause
	return client, nil
}

// waiting is for commands that ask for something that takes its time.
type waiting struct {
	noWait  bool
	timeout time.Duration
}

func (w *waiting) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.noWait, "no-wait", false, "return once it is asked for")
	cmd.Flags().DurationVar(&w.timeout, "timeout", 10*time.Minute, "how long to wait until it is done; it goes on all the same")
}

// await waits for what was asked for, and tells how far it is.
func (w *waiting) await(cmd *cobra.Command, client *admin.Client, goal admin.Goal) error {
	if w.noWait {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), w.timeout,
		fmt.Errorf("not done after %v; it goes on: see ursula ctl cluster status", w.timeout))
	defer cancel()
	return client.Await(ctx, goal, func(progress string) { fmt.Fprintln(cmd.ErrOrStderr(), progress) })
}

// parsePeer reads ID=HOST:PORT.
func parsePeer(text string) (member.Peer, error) {
	p, err := member.ParsePeer(text)
	return p, usage.Wrap(err)
}

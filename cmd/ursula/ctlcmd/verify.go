package ctlcmd

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/rollout"
)

func newVerify(c *connection) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare the replicas of every group; --admin must name every node",
		Long: `Compare the replicas of every group; --admin must name every node.

Each node sums up its own state of a group, all at the same log entry, also while writes go on. A difference means that
nodes no longer follow the same log, and should never be seen. The command ends with an error when replicas differ, and
when some could not be compared in time.`,
		Args: usage.Args(cobra.NoArgs),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		nodes, err := c.nodes(cmd.Context())
		if err != nil {
			return err
		}
		return c.verify(cmd, nodes, timeout)
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long to try for each group")
	return cmd
}

func (c *connection) verify(cmd *cobra.Command, nodes []rollout.Node, timeout time.Duration) error {
	client, err := c.open()
	if err != nil {
		return err
	}
	status, err := client.Status(cmd.Context())
	if err != nil {
		return err
	}
	clients, err := c.each(nodes)
	if err != nil {
		return err
	}
	var all []admin.Comparison
	for _, g := range status.Groups {
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		all = append(all, admin.Verify(ctx, g.ID, clients))
		cancel()
	}
	if err := printComparisons(cmd.OutOrStdout(), nodes, all); err != nil {
		return err
	}
	return summarize(all)
}

// each opens a client for each node.
func (c *connection) each(nodes []rollout.Node) (clients []*admin.Client, err error) {
	for _, n := range nodes {
		client, err := admin.NewClient(n.Admin)
		if err != nil {
			return nil, usage.Wrap(err)
		}
		client.Pause = c.pause
		clients = append(clients, client)
	}
	return clients, nil
}

// printComparisons writes a row for each group, and one for each of its replicas if
// they are not known to agree.
func printComparisons(w io.Writer, nodes []rollout.Node, all []admin.Comparison) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "GROUP\tNODE\tAPPLIED\tBYTES\tSHA256\tVERDICT")
	for _, c := range all {
		if c.Verdict == admin.Agree {
			printDigest(table, "all", c, 0)
			continue
		}
		for i, n := range nodes {
			printDigest(table, n.ID, c, i)
		}
	}
	return table.Flush()
}

func printDigest(w io.Writer, node string, c admin.Comparison, i int) {
	d := c.Digests[i]
	fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%s\t%s\n", c.Group, node, d.Applied, d.Bytes, or(fmt.Sprintf("%.16s", d.SHA256)), c.Verdict)
}

// summarize is nil if all replicas agree.
func summarize(all []admin.Comparison) error {
	var differ, undecided int
	why := ""
	for _, c := range all {
		switch c.Verdict {
		case admin.Differ:
			differ++
		case admin.Undecided:
			undecided++
			why = c.String()
		}
	}
	switch {
	case differ > 0:
		return fmt.Errorf("the replicas of %d of %d groups differ", differ, len(all))
	case undecided > 0:
		return fmt.Errorf("%d of %d groups could not be compared; %s", undecided, len(all), why)
	}
	return nil
}

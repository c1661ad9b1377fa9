package ctlcmd

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/rollout"
	"ursula/core/vfs"
)

func newRollout(c *connection) *cobra.Command {
	r := &rolloutFlags{connection: c}
	group := usage.Group(&cobra.Command{
		Use:   "rollout",
		Short: "Restart the nodes one after the other, without an interruption",
		Long: `Restart the nodes one after the other, without an interruption: with a new binary or a new configuration.

A rollout is a plan in a file. For each node it verifies that all is well, drains the node, stops its process, has it
started again, waits until it has caught up, and undrains it. What is done is noted in the file, so that a rollout that
was interrupted anywhere is resumed there.`,
	}, r.plan(), r.run("run", "Carry the plan out"), r.run("resume", "Go on with a plan that was interrupted"), r.status())
	group.PersistentFlags().StringVar(&r.file, "file", "rollout.json", "`file` that holds the plan")
	return group
}

type rolloutFlags struct {
	*connection
	file     string
	start    string
	force    bool
	patience time.Duration
}

// run is also resume: every step looks whether it is done.
func (r *rolloutFlags) run(name, short string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: usage.Args(cobra.NoArgs)}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		file, err := rollout.Open(vfs.OS{}, r.file)
		if err != nil {
			return err
		}
		defer file.Close()
		plan, err := rollout.Read(vfs.OS{}, r.file)
		if err != nil {
			return err
		}
		executor, err := r.executor(plan)
		if err != nil {
			return err
		}
		executor.Save = file.Save
		executor.Say = func(progress string) { fmt.Fprintln(cmd.ErrOrStderr(), progress) }
		return explain(executor.Run(cmd.Context(), plan))
	}
	cmd.Flags().DurationVar(&r.patience, "patience", 5*time.Minute, "how long to wait for each step")
	return cmd
}

func explain(err error) error {
	if stuck := new(rollout.StuckError); errors.As(err, &stuck) {
		return fmt.Errorf("%w; nothing was undone: when that is mended, ursula ctl rollout resume", err)
	}
	return err
}

// executor asks the cluster through all nodes of the plan: one of them is away at
// times.
func (r *rolloutFlags) executor(p rollout.Plan) (*rollout.Executor, error) {
	var addresses []string
	for _, n := range p.Nodes {
		addresses = append(addresses, n.Admin)
	}
	client, err := admin.NewClient(addresses...)
	return &rollout.Executor{Cluster: client, Nodes: rollout.Processes{}, Patience: r.patience, Pause: r.pause}, err
}

func (r *rolloutFlags) status() *cobra.Command {
	cmd := &cobra.Command{Use: "status", Short: "Show the plan, and what its next step waits for", Args: usage.Args(cobra.NoArgs)}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		plan, err := rollout.Read(vfs.OS{}, r.file)
		if err != nil {
			return err
		}
		executor, err := r.executor(plan)
		if err != nil {
			return err
		}
		now := ""
		if next := plan.Next(); next >= 0 {
			now = executor.Look(cmd.Context(), plan, next).Why
		}
		return printPlan(cmd.OutOrStdout(), plan, now)
	}
	return cmd
}

// printPlan lists the steps; now says how the first that is not done stands.
func printPlan(w io.Writer, p rollout.Plan, now string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STEP\tNODE\tDO\tSTATE")
	for i, s := range p.Steps {
		state := "-"
		switch {
		case s.Done:
			state = "done"
		case i == p.Next() && now != "":
			state = "next: " + now
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", i+1, s.Node, s.Do, state)
	}
	return table.Flush()
}

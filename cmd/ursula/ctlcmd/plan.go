package ctlcmd

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/rollout"
	"ursula/core/vfs"
)

func (r *rolloutFlags) plan() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Write a plan; --admin must name every node",
		Args:  usage.Args(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return r.write(cmd) },
	}
	cmd.Flags().StringVar(&r.start, "start", "", "shell `command` that starts node {id}, such as 'systemctl start ursula@{id}'; without it a supervisor does")
	cmd.Flags().BoolVar(&r.force, "force", false, "replace a plan that is not done")
	return cmd
}

func (r *rolloutFlags) write(cmd *cobra.Command) error {
	file, err := rollout.Open(vfs.OS{}, r.file)
	if err != nil {
		return err
	}
	defer file.Close()
	if old, err := rollout.Read(vfs.OS{}, r.file); !errors.Is(err, fs.ErrNotExist) && !r.force && (err != nil || old.Next() >= 0) {
		return usage.Errorf("%s holds a plan that is not done: resume it, or replace it with --force", r.file)
	}
	nodes, err := r.nodes(cmd.Context())
	if err != nil {
		return err
	}
	p := rollout.New(nodes, r.start)
	if err := file.Save(p); err != nil {
		return err
	}
	return printPlan(cmd.OutOrStdout(), p, "")
}

// nodes asks at each admin address which node it is. All members must be there, for
// each has to be spoken to by itself.
func (c *connection) nodes(ctx context.Context) (nodes []rollout.Node, err error) {
	missing := map[string]bool{}
	found := map[string]bool{}
	for _, address := range c.admin {
		client, err := admin.NewClient(address)
		if err != nil {
			return nil, usage.Wrap(err)
		}
		s, err := client.Status(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range s.Members {
			missing[m.ID] = true
		}
		if !found[s.Node] {
			nodes = append(nodes, rollout.Node{ID: s.Node, Admin: address})
		}
		found[s.Node] = true
	}
	for id := range missing {
		if !found[id] {
			return nil, usage.Errorf("--admin does not name node %s: give the admin URLs of all nodes", id)
		}
	}
	return nodes, nil
}

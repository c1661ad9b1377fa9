package ctlcmd

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/member"
)

func newCluster(c *connection) *cobra.Command {
	return usage.Group(&cobra.Command{
		Use:   "cluster",
		Short: "Show and change who belongs to the cluster",
	}, newStatus(c), newVerify(c), newAdd(c), newRemove(c), newReplace(c), newDrain(c), newUndrain(c), newTransfer(c))
}

// change is what a command asks for: how, and when it is reached.
type change struct {
	ask  func(context.Context, *admin.Client) (roster uint64, err error)
	goal func(roster uint64) admin.Goal
}

// command builds a subcommand that changes the members. read makes the change of
// its arguments.
func (c *connection) command(use, short string, args cobra.PositionalArgs, read func(args []string) (change, error)) *cobra.Command {
	var wait waiting
	cmd := &cobra.Command{Use: use, Short: short, Args: usage.Args(args)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		change, err := read(args)
		if err != nil {
			return err
		}
		client, err := c.open()
		if err != nil {
			return err
		}
		roster, err := change.ask(cmd.Context(), client)
		if err != nil {
			return err
		}
		return wait.await(cmd, client, change.goal(roster))
	}
	wait.add(cmd)
	return cmd
}

func newAdd(c *connection) *cobra.Command {
	return c.command("add ID=HOST:PORT", "Let a node join that has been started with an empty directory", cobra.ExactArgs(1),
		func(args []string) (change, error) {
			p, err := parsePeer(args[0])
			return change{
				func(ctx context.Context, a *admin.Client) (uint64, error) { return a.Add(ctx, p) },
				func(roster uint64) admin.Goal { return admin.Joined(p.ID, roster) },
			}, err
		})
}

// ofMember builds a subcommand that changes one member, which must be there.
func (c *connection) ofMember(use, short string, ask func(*admin.Client, context.Context, string) (uint64, error),
	goal func(id string, roster uint64) admin.Goal) *cobra.Command {
	return c.command(use, short, cobra.ExactArgs(1), func(args []string) (change, error) {
		return change{
			func(ctx context.Context, a *admin.Client) (uint64, error) { return ask(a, ctx, args[0]) },
			func(roster uint64) admin.Goal { return goal(args[0], roster) },
		}, usage.Wrap(member.ValidID(args[0]))
	})
}

func newRemove(c *connection) *cobra.Command {
	return c.ofMember("remove ID", "Let a node leave, dead or alive", (*admin.Client).Remove, admin.Left)
}

func newReplace(c *connection) *cobra.Command {
	cmd := c.command("replace [ID] ID=HOST:PORT", "Put a new disk, or a new node, in the place of a node", cobra.RangeArgs(1, 2),
		func(args []string) (change, error) {
			p, err := parsePeer(args[len(args)-1])
			old := p.ID
			if len(args) == 2 {
				old = args[0]
			}
			if err == nil {
				err = usage.Wrap(member.ValidID(old))
			}
			return change{
				func(ctx context.Context, a *admin.Client) (uint64, error) { return a.Replace(ctx, old, p) },
				func(roster uint64) admin.Goal { return admin.Replaced(old, p.ID, roster) },
			}, err
		})
	cmd.Long = `Put a new disk, or a new node, in the place of a node.

replace 2=HOST:PORT says that node 2 comes back with an empty directory: the old one, which must not run any more, is
taken out of every group first. replace 2 4=HOST:PORT lets node 4 join and node 2 leave.`
	return cmd
}

func newDrain(c *connection) *cobra.Command {
	return c.ofMember("drain ID", "Have a node lead nothing", (*admin.Client).Drain, admin.Drained)
}

func newUndrain(c *connection) *cobra.Command {
	return c.ofMember("undrain ID", "Let a node lead again", (*admin.Client).Undrain, admin.Undrained)
}

func newTransfer(c *connection) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "transfer GROUP ID",
		Short: "Make a node the leader of a group, until balance needs another",
		Args:  usage.Args(cobra.ExactArgs(2)),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		group, err := strconv.ParseUint(args[0], 10, 32)
		if err != nil {
			return usage.Errorf("%q is not the number of a group", args[0])
		}
		if err := member.ValidID(args[1]); err != nil {
			return usage.Wrap(err)
		}
		client, err := c.open()
		if err != nil {
			return err
		}
		return client.Transfer(cmd.Context(), uint32(group), args[1])
	}
	return cmd
}

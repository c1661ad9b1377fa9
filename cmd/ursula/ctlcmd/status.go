package ctlcmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/place"
)

func newStatus(c *connection) *cobra.Command {
	var asJSON, groups bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show members, groups and what is moving",
		Args:  usage.Args(cobra.NoArgs),
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		client, err := c.open()
		if err != nil {
			return err
		}
		s, err := client.Status(cmd.Context())
		if err != nil {
			return err
		}
		if asJSON {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetIndent("", "  ")
			return encoder.Encode(s)
		}
		return printStatus(cmd.OutOrStdout(), s, groups)
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print everything as JSON")
	cmd.Flags().BoolVar(&groups, "groups", false, "list every group, not only those that are not settled")
	return cmd
}

// printStatus writes tables for people.
func printStatus(w io.Writer, s admin.Status, everyGroup bool) error {
	fmt.Fprintf(w, "cluster %s, %d groups, as node %s sees it (%s)\n", s.Cluster, len(s.Groups), s.Node, s.Version)
	if healthy, why := admin.Healthy(s); healthy {
		fmt.Fprintln(w, "healthy")
	} else {
		fmt.Fprintf(w, "not healthy: %s\n", why)
	}
	fmt.Fprintln(w)
	if err := printMembers(w, s); err != nil {
		return err
	}
	if err := printGroups(w, s, everyGroup); err != nil {
		return err
	}
	for i, m := range s.Moves {
		if i == 0 {
			fmt.Fprintln(w, "\nMOVING")
		}
		fmt.Fprintln(w, m)
	}
	return nil
}

func printMembers(w io.Writer, s admin.Status) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NODE\tADDRESS\tSTATE\tSINCE\tANSWERS\tLEADS\tVOTES\tLEARNS\tLAG\tNOTE")
	for _, m := range s.Members {
		answers := "yes"
		if !m.Reachable {
			answers = "no"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", m.ID, m.Address, m.State,
			m.Since.UTC().Format(time.DateTime), answers, m.Leads, m.Votes, m.Learns, m.Lag, note(m))
	}
	return table.Flush()
}

func note(m place.MemberStatus) string {
	var notes []string
	switch {
	case m.Unfit != "":
		notes = append(notes, m.Unfit)
	case m.Replaced:
		notes = append(notes, "another disk takes its place")
	case m.Disk == "":
		notes = append(notes, "has not come yet")
	}
	if cold := m.Cold.String(); cold != "" {
		notes = append(notes, cold)
	}
	return or(strings.Join(notes, "; "))
}

// printGroups lists the groups that somebody may want to look at.
func printGroups(w io.Writer, s admin.Status, every bool) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	listed := false
	for _, g := range s.Groups {
		if !every && g.Leader != "" && g.Settled && len(g.Learners) == 0 {
			continue
		}
		if !listed {
			fmt.Fprintln(table, "\nGROUP\tLEADER\tVOTERS\tLEARNERS\tLAG")
			listed = true
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\n", g.ID, or(g.Leader), or(strings.Join(g.Voters, ",")), or(strings.Join(g.Learners, ",")), g.Lag)
	}
	return table.Flush()
}

// or keeps the cells of a table from being empty.
func or(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

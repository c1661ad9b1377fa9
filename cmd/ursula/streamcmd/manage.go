package streamcmd

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"ursula/core/client"
)

func newHead(c *connection) *cobra.Command {
	return c.command("head", "Print a stream's tail offset and settings", func(cmd *cobra.Command, s *client.Stream) error {
		info, err := s.Head(cmd.Context())
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(info.Header)) {
			for _, value := range info.Header[name] {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", name, value)
			}
		}
		return nil
	})
}

func newClose(c *connection) *cobra.Command {
	return c.command("close", "Close a stream and print its final offset", func(cmd *cobra.Command, s *client.Stream) error {
		final, err := s.Close(cmd.Context())
		if err != nil {
			return err
		}
		return printOffset(cmd, final)
	})
}

func newDelete(c *connection) *cobra.Command {
	return c.command("delete", "Delete a stream", func(cmd *cobra.Command, s *client.Stream) error {
		return s.Delete(cmd.Context())
	})
}

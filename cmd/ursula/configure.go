package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/config"
	"ursula/cmd/ursula/usage"
)

func newConfigCommand() *cobra.Command {
	return usage.Group(&cobra.Command{
		Use:   "config",
		Short: "Look at the configuration of the server",
	}, newConfigPrintCommand())
}

func newConfigPrintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print the configuration in force as TOML, and where each value came from",
		Args:  usage.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := config.Load(cmd.Flags())
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), loaded.TOML())
			return err
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

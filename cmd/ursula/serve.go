package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/config"
	"ursula/cmd/ursula/usage"
)

// serveFunc runs a server until ctx ends, and then drains it. Its error is why the
// server did not start, or what ended it before its time.
type serveFunc func(ctx context.Context, cfg config.Config, log *slog.Logger) error

func newServeCommand(serve serveFunc) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a server",
		Long: `Run a server. Every flag can also be given as a variable (--hot-bytes as URSULA_HOT_BYTES)
and as a key of the TOML file that --config names; 'ursula config print' shows what is in force.`,
		Args: usage.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := config.Load(cmd.Flags())
			if err != nil {
				return err
			}
			return serve(cmd.Context(), loaded.Config, newLogger(cmd.ErrOrStderr(), loaded.Config.Log))
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

func newLogger(w io.Writer, c config.Log) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.Level}
	if c.Format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

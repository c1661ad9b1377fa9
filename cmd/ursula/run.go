package main

import (
	"context"
	"log/slog"
	"os"

	"ursula/cmd/ursula/config"
	"ursula/cmd/ursula/server"
)

// serve runs a server until ctx ends. It greets on standard output; everything
// after that is a log record.
func serve(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	return server.Run(ctx, cfg, log, os.Stdout)
}

// Command ursula is a server for durable streams, and the tools to use, measure and
// configure one. This package only wires: what the commands do is elsewhere.
package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"ursula/infra/timerslack"
)

func main() {
	if len(os.Args) > 1 && slices.Contains([]string{"serve", "bench"}, os.Args[1]) {
		timerslack.Widen() // for those who make many system calls
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

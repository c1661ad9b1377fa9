package streamcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/core/client"
)

// readFlags say from where to read and how to print.
type readFlags struct {
	from string
	raw  bool
	mode string
}

func (f *readFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", string(client.Start), "`offset` to begin at: -1 for the start, now for the tail")
	cmd.Flags().BoolVar(&f.raw, "raw", false, "print JSON as it was sent, in arrays, instead of one message a line")
}

func newRead(c *connection) *cobra.Command {
	var f readFlags
	cmd := c.command("read", "Print what a stream holds", func(cmd *cobra.Command, s *client.Stream) error {
		_, err := f.print(cmd, s, s.Pages(cmd.Context(), client.Offset(f.from)))
		return err
	})
	f.add(cmd)
	return cmd
}

func newTail(c *connection) *cobra.Command {
	var f readFlags
	cmd := c.command("tail", "Print what a stream holds and what is appended to it, until it is closed",
		func(cmd *cobra.Command, s *client.Stream) error { return f.tail(cmd, s) })
	f.add(cmd)
	cmd.Flags().StringVar(&f.mode, "mode", "auto", "how to wait: sse, long-poll or auto")
	return cmd
}

// tail follows the stream. An interrupt is the usual way to end it, and no failure.
func (f *readFlags) tail(cmd *cobra.Command, s *client.Stream) error {
	modes := map[string]client.Mode{"auto": client.Auto, "sse": client.SSE, "long-poll": client.LongPoll}
	mode, known := modes[f.mode]
	if !known {
		return usage.Errorf("--mode is sse, long-poll or auto, not %q", f.mode)
	}
	at, err := f.print(cmd, s, s.Tail(cmd.Context(), client.Offset(f.from), mode))
	if !errors.Is(err, context.Canceled) {
		return err
	}
	if at != "" { // something was read
		fmt.Fprintf(cmd.ErrOrStderr(), "resume with --from %s\n", at)
	}
	return nil
}

// print writes batches to standard output, and returns the offset after the last one.
func (f *readFlags) print(cmd *cobra.Command, s *client.Stream, batches iter.Seq2[client.Batch, error]) (client.Offset, error) {
	write, err := f.writer(cmd.Context(), s)
	if err != nil {
		return "", err
	}
	at := client.Offset(f.from)
	for b, err := range batches {
		if err != nil {
			return at, err
		}
		if err := write(cmd.OutOrStdout(), b.Data); err != nil {
			return at, err
		}
		at = b.Next
	}
	return at, nil
}

// writer chooses how batches of the stream are written.
func (f *readFlags) writer(ctx context.Context, s *client.Stream) (func(io.Writer, []byte) error, error) {
	if f.raw {
		return writeRaw, nil
	}
	info, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	if client.IsJSON(info.ContentType) {
		return writeMessages, nil
	}
	return writeRaw, nil
}

func writeRaw(w io.Writer, data []byte) error {
	_, err := w.Write(data)
	return err
}

func writeMessages(w io.Writer, data []byte) error {
	messages, err := client.Messages(data)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if _, err := w.Write(append(m, '\n')); err != nil {
			return err
		}
	}
	return nil
}

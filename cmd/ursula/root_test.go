package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/config"
)

// ursula runs a command line and returns what it printed.
func ursula(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	cases := map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"version":               {[]string{"version"}, 0, ""},
		"help":                  {[]string{"--help"}, 0, ""},
		"nothing":               {nil, 2, "ursula: ursula needs a command\n"},
		"unknown command":       {[]string{"sreve"}, 2, `ursula: unknown command "ursula sreve"`},
		"unknown flag":          {[]string{"config", "print", "--lisen=x"}, 2, "Try 'ursula config print --help'.\n"},
		"too many arguments":    {[]string{"version", "please"}, 2, "ursula: "},
		"failure of a command":  {[]string{"stream", "head", "http://127.0.0.1:1/x", "--attempts=1"}, 1, "ursula: head: "},
		"invalid configuration": {[]string{"config", "print", "--groups=-1"}, 1, "ursula: groups: -1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := ursula(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.stderr) || (c.stderr == "") != (stderr == "") {
				t.Fatalf("exit %d, stderr %q", code, stderr)
			}
		})
	}
}

func TestConfigPrintShowsWhatIsInForce(t *testing.T) {
	t.Setenv("URSULA_GROUPS", "5")
	if code, out, _ := ursula(t, "config", "print"); code != 0 || !strings.Contains(out, "groups = 5  # environment URSULA_GROUPS\n") {
		t.Fatalf("exit %d, printed\n%s", code, out)
	}
}

// tryServe runs `serve ARGS` with a server that only looks at what it was given.
func tryServe(t *testing.T, server serveFunc, args ...string) (stderr string, err error) {
	t.Helper()
	var errs bytes.Buffer
	root := &cobra.Command{SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(newServeCommand(server))
	root.SetArgs(append([]string{"serve"}, args...))
	root.SetErr(&errs)
	err = root.ExecuteContext(t.Context())
	return errs.String(), err
}

func TestServeHandsOverConfigurationAndLogger(t *testing.T) {
	failure := errors.New("no luck")
	stderr, err := tryServe(t, func(_ context.Context, cfg config.Config, log *slog.Logger) error {
		if cfg.Groups != 3 {
			t.Errorf("configuration %+v", cfg)
		}
		log.Debug("hidden")
		log.Warn("shown")
		return failure
	}, "--groups=3", "--log-format=json", "--log-level=warn")
	if !errors.Is(err, failure) || !strings.Contains(stderr, `"msg":"shown"`) || strings.Contains(stderr, "hidden") {
		t.Fatalf("%v, logged %q", err, stderr)
	}
}

func TestServeDoesNotStartWithAnInvalidConfiguration(t *testing.T) {
	_, err := tryServe(t, func(context.Context, config.Config, *slog.Logger) error {
		t.Error("started")
		return nil
	}, "--flush-at=2")
	if err == nil || !strings.Contains(err.Error(), "flush-at") {
		t.Fatal(err)
	}
}

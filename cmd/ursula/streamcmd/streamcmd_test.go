package streamcmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"ursula/cmd/ursula/usage"
	"ursula/core/client"
	"ursula/core/client/clienttest"
)

// shell runs `stream ARGS` as a shell would.
func shell(ctx context.Context, in io.Reader, out io.Writer, args ...string) (stderr string, err error) {
	var messages bytes.Buffer
	cmd := New()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetIn(in)
	cmd.SetOut(out)
	cmd.SetErr(&messages)
	err = cmd.ExecuteContext(ctx)
	return messages.String(), err
}

// do runs a command that must succeed and returns its output.
func do(t *testing.T, in string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := shell(t.Context(), strings.NewReader(in), &out, args...); err != nil {
		t.Fatalf("stream %q: %v", args, err)
	}
	return out.String()
}

func TestALifeOfAStream(t *testing.T) {
	url := clienttest.New(t) + "/log"
	do(t, "first\n", "create", url, "--content-type", "text/plain")
	at := strings.TrimSpace(do(t, "second\n", "append", url))
	do(t, "third\nfourth", "append", url, "--lines", "--close")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"first\nsecond\nthird\nfourth", []string{"read", url}},
		{"first\nsecond\nthird\nfourth", []string{"tail", url}},
		{"third\nfourth", []string{"tail", url, "--from", at, "--mode", "sse"}},
		{"third\nfourth", []string{"read", url, "--from", at}},
	} {
		if got := do(t, "", c.args...); got != c.want {
			t.Errorf("%v printed %q, want %q", c.args, got, c.want)
		}
	}
	if head := do(t, "", "head", url); !strings.Contains(head, "Stream-Closed: true\n") || !strings.Contains(head, "Content-Type: text/plain\n") {
		t.Errorf("head printed\n%s", head)
	}
	do(t, "", "delete", url)
	if _, err := shell(t.Context(), nil, io.Discard, "head", url); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("after delete: %v", err)
	}
}

func TestJSONIsPrintedOneMessageALine(t *testing.T) {
	url := clienttest.New(t) + "/events"
	do(t, "", "create", url, "--content-type", "application/json", "--data", `{"n": 1}`)
	do(t, "\n  [1, 2] \n\n\"x\"", "append", url, "--lines")
	do(t, "", "close", url)
	want := "{\"n\": 1}\n1\n2\n\"x\"\n"
	for _, name := range []string{"read", "tail"} {
		if got := do(t, "", name, url); got != want {
			t.Errorf("%s printed %q", name, got)
		}
	}
	if got := do(t, "", "read", url, "--raw"); !strings.HasPrefix(got, "[{") {
		t.Errorf("raw is %q", got)
	}
}

func TestInterruptedTailSaysWhereToResume(t *testing.T) {
	url := clienttest.New(t) + "/log"
	at := strings.TrimSpace(do(t, "abc", "create", url))
	ctx, cancel := context.WithCancel(t.Context())
	stderr, err := shell(ctx, nil, writerFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	}), "tail", url)
	if err != nil || stderr != "resume with --from "+at+"\n" {
		t.Fatalf("%v, said %q", err, stderr)
	}
}

func TestMistakesAreToldFromFailures(t *testing.T) {
	url := clienttest.New(t) + "/log"
	cases := map[string]struct {
		args    []string
		mistake bool
	}{
		"no URL":                   {[]string{"head"}, true},
		"not a URL":                {[]string{"head", "localhost"}, true},
		"no such command":          {[]string{"hed", url}, true},
		"no command":               {nil, true},
		"half seconds":             {[]string{"create", url, "--ttl", "1500ms"}, true},
		"no time":                  {[]string{"create", url, "--expires-at", "tomorrow"}, true},
		"no such mode":             {[]string{"tail", url, "--mode", "telepathy"}, true},
		"order of several appends": {[]string{"append", url, "--lines", "--seq", "a"}, true},
		"no such stream":           {[]string{"read", url}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := shell(t.Context(), strings.NewReader(""), io.Discard, c.args...)
			var mistake *usage.Error
			if err == nil || errors.As(err, &mistake) != c.mistake {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestALineThatIsTooLongIsRefused(t *testing.T) {
	endless := io.LimitReader(zeros{}, maxLine+2)
	err := eachLine(endless, false, func([]byte) error { return nil })
	if err == nil {
		t.Fatal("accepted")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

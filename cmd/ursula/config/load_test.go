package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// load parses args as the flags of a command and loads with them.
func load(t *testing.T, args ...string) (Loaded, error) {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return Load(flags)
}

func mustLoad(t *testing.T, args ...string) Loaded {
	t.Helper()
	l, err := load(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// file writes a configuration file and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ursula.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNothingToldGivesDefaults(t *testing.T) {
	if got := mustLoad(t).Config; got != Default() {
		t.Fatalf("got %+v", got)
	}
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	path := file(t, `
listen = "127.0.0.1:1"
data = "/from/file"
engine = "memory"
`)
	t.Setenv("URSULA_LISTEN", "127.0.0.1:2")
	t.Setenv("URSULA_DATA", "/from/env")
	l := mustLoad(t, "--config", path, "--listen", "127.0.0.1:3")

	c := l.Config
	if c.Listen != "127.0.0.1:3" || c.Data != "/from/env" || c.Engine != EngineMemory || c.AdminListen != Default().AdminListen {
		t.Fatalf("got %+v", c)
	}
	for key, want := range map[string]string{
		"listen": "flag --listen", "data": "environment URSULA_DATA",
		"engine": "file " + path, "admin-listen": "default",
	} {
		if l.origins[key] != want {
			t.Errorf("%s came from %q, want %q", key, l.origins[key], want)
		}
	}
}

func TestEmptyVariableCountsAsUnset(t *testing.T) {
	t.Setenv("URSULA_ENGINE", "")
	if l := mustLoad(t); l.origins["engine"] != "default" || l.Config.Engine != EngineRaftWAL {
		t.Fatalf("engine %q from %q", l.Config.Engine, l.origins["engine"])
	}
}

func TestEveryKindIsReadFromEverySource(t *testing.T) {
	want := Default()
	want.Groups, want.Hot.Bytes, want.Hot.FlushAt = 7, 96*mib, 0.25
	want.SSERotate, want.Pprof = 90*time.Second, true
	want.Log = Log{Level: slog.LevelDebug, Format: LogJSON}

	texts := map[string]string{
		"groups": "7", "hot-bytes": "96MiB", "flush-at": "0.25", "sse-rotate": "1m30s",
		"pprof": "true", "log-level": "debug", "log-format": "json",
	}
	t.Run("flags", func(t *testing.T) {
		var args []string
		for name, text := range texts {
			args = append(args, "--"+name+"="+text)
		}
		if got := mustLoad(t, args...).Config; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
	t.Run("environment", func(t *testing.T) {
		for name, text := range texts {
			t.Setenv(key{name: name}.env(), text)
		}
		if got := mustLoad(t).Config; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
	t.Run("file", func(t *testing.T) {
		t.Setenv("URSULA_CONFIG", file(t, `
groups = 7
hot-bytes = 100663296
flush-at = 0.25
sse-rotate = "90s"
pprof = true
log-level = "DEBUG"
log-format = "json"
`))
		if got := mustLoad(t).Config; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestPrintedConfigurationLoadsAsItself(t *testing.T) {
	before := mustLoad(t, "--pprof", "--sse-rotate=1h", "--hot-bytes=1000", "--public-url=https://a.example/x", "--groups=3")
	after := mustLoad(t, "--config", file(t, before.TOML()))
	if before.Config != after.Config {
		t.Fatalf("printed\n%s\nread back as %+v", before.TOML(), after.Config)
	}
}

func TestPrintNamesTheSourceOfEachValue(t *testing.T) {
	text := mustLoad(t, "--groups=3").TOML()
	for _, line := range []string{"groups = 3  # flag --groups", "flush-at = 0.5  # default", `listen = "127.0.0.1:4437"  # default`} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestRefusals(t *testing.T) {
	cases := map[string]struct {
		file string
		args []string
		want []string // every one of them, in one error
	}{
		"unknown keys, all named": {
			file: "lisen = \"x\"\n[log]\nlevel = \"info\"\n",
			want: []string{`unknown key "lisen"`, `unknown key "log.level"`},
		},
		"bad syntax, with its place": {
			file: "groups = 1\ndata = \n",
			want: []string{"ursula.toml:2:"},
		},
		"values that do not parse, all of them": {
			file: "groups = \"many\"\nlisten = [1, 2]\n",
			args: []string{"--log-level=info"},
			want: []string{`groups (file`, `"many" is not a whole number`, "listen (file", "a single value is wanted"},
		},
		"values that make no sense, all of them": {
			args: []string{"--listen=nowhere", "--groups=-1", "--shed-at=0.4", "--reject-at=1.5", "--long-poll-timeout=0s",
				"--max-body=1GiB", "--max-header-bytes=1", "--segment-bytes=5", "--public-url=ftp://x", "--max-waiters=0", "--data=",
				"--otlp-endpoint=collector:4318", "--trace-sample=1.5"},
			want: []string{"listen:", "groups: -1", "flush-at < shed-at < reject-at", "long-poll-timeout:",
				"max-inflight-bytes: 256MiB is below max-body, 1GiB", "max-header-bytes:", "segment-bytes:", "public-url:", "max-waiters:", "data:",
				"otlp-endpoint:", "trace-sample: 1.5 is"},
		},
		"a node that is fit before it is unfit": {
			args: []string{"--unfit-below=300MiB", "--fit-above=256MiB"},
			want: []string{"want 0 < unfit-below < fit-above, got 300MiB, 256MiB"},
		},
		"one address for two listeners": {
			args: []string{"--listen=:80", "--admin-listen=:80"},
			want: []string{"admin-listen: :80 is taken by listen"},
		},
		"no such file": {
			args: []string{"--config=/does/not/exist.toml"},
			want: []string{"read configuration /does/not/exist.toml"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if c.file != "" {
				args = append(args, "--config", file(t, c.file))
			}
			_, err := load(t, args...)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in\n%v", part, err)
				}
			}
		})
	}
}

func TestFlagWithWrongValueIsRefusedWhenParsed(t *testing.T) {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	AddFlags(flags)
	err := flags.Parse([]string{"--engine=paxos"})
	if err == nil || !strings.Contains(err.Error(), "raft-wal, raft-memory, memory") {
		t.Fatalf("got %v", err)
	}
}

func TestEqualAddressesWithAFreePortDoNotMeet(t *testing.T) {
	mustLoad(t, "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0")
}

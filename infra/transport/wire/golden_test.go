package wire_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew; read the difference before you commit it")

// me is the node that writes all samples.
var me = []byte("7")

func own() raft.RPCHeader { return raft.RPCHeader{ProtocolVersion: 3, ID: me, Addr: me} }

// samples has every message once with all fields set, and the one whose id and
// address are not the sender's.
func samples() []any {
	other := raft.RPCHeader{ProtocolVersion: 2, ID: []byte("a"), Addr: []byte("b:1")}
	return []any{
		&raft.AppendEntriesRequest{RPCHeader: own(), Term: 300, PrevLogEntry: 9, PrevLogTerm: 8,
			LeaderCommitIndex: 7, Entries: []*raft.Log{
				{Index: 10, Term: 300, Type: raft.LogCommand, Data: []byte("data"), Extensions: []byte("ext")},
				{Index: 11, Term: 300, Type: raft.LogBarrier},
			}},
		&raft.AppendEntriesRequest{RPCHeader: other, Term: 1},
		&raft.AppendEntriesResponse{RPCHeader: own(), Term: 5, LastLog: 1 << 40, Success: true, NoRetryBackoff: true},
		&raft.RequestVoteRequest{RPCHeader: own(), Term: 2, LastLogIndex: 3, LastLogTerm: 4, LeadershipTransfer: true},
		&raft.RequestVoteResponse{RPCHeader: own(), Term: 2, Granted: true},
		&raft.RequestPreVoteRequest{RPCHeader: own(), Term: 2, LastLogIndex: 3, LastLogTerm: 4},
		&raft.RequestPreVoteResponse{RPCHeader: own(), Term: 2, Granted: true},
		&raft.TimeoutNowRequest{RPCHeader: own()},
		&raft.TimeoutNowResponse{RPCHeader: own()},
		&raft.InstallSnapshotRequest{RPCHeader: own(), SnapshotVersion: 1, Term: 2, LastLogIndex: 3,
			LastLogTerm: 4, Configuration: []byte("conf"), ConfigurationIndex: 5, Size: 6},
		&raft.InstallSnapshotResponse{RPCHeader: own(), Term: 2, Success: true},
		&wire.Heartbeats{RPCHeader: own(), Of: []wire.Leading{{Group: 1, Term: 300}, {Group: 1<<32 - 1, Term: 1<<64 - 1}}},
		&wire.Followed{Bits: []byte{1, 2}},
	}
}

func encode(t testing.TB, message any) []byte {
	t.Helper()
	b, err := wire.Append(nil, me, message)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func empty(message any) any { return reflect.New(reflect.TypeOf(message).Elem()).Interface() }

func TestEveryMessageSurvivesTheWire(t *testing.T) {
	for _, want := range samples() {
		for name, decode := range map[string]func([]byte, []byte, any) error{"decode": wire.Decode, "adopt": wire.Adopt} {
			got := empty(want)
			if err := decode(encode(t, want), me, got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, %v, want %+v", name, got, err, want)
			}
		}
	}
}

func TestAHeartbeatSurvivesTheWireAndIsSmall(t *testing.T) {
	want := raft.AppendEntriesRequest{RPCHeader: own(), Term: 1 << 20}
	if !wire.IsHeartbeat(&want) {
		t.Fatal("not taken for a heartbeat")
	}
	b := encode(t, wire.Beat{AppendEntriesRequest: &want})
	got := raft.AppendEntriesRequest{PrevLogEntry: 9}
	if err := wire.Decode(b, me, wire.Beat{AppendEntriesRequest: &got}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if len(b) > 6 {
		t.Errorf("%d bytes", len(b))
	}
}

// TestWhatIsDecodedIsACopy guards the reader's buffer, which it uses again.
func TestWhatIsDecodedIsACopy(t *testing.T) {
	for _, want := range samples() {
		b, got := encode(t, want), empty(want)
		if err := wire.Decode(b, me, got); err != nil {
			t.Fatal(err)
		}
		clear(b)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%T changed with the buffer that it was read from", want)
		}
	}
}

// TestBytesOfVersionOne pins what other builds of version 1 understand.
func TestBytesOfVersionOne(t *testing.T) {
	var lines strings.Builder
	line := func(name string, b []byte) { fmt.Fprintf(&lines, "%-28s %s\n", name, hex.EncodeToString(b)) }
	for _, m := range samples() {
		name := strings.TrimPrefix(fmt.Sprintf("%T", m), "*raft.")
		line(strings.TrimPrefix(name, "*wire."), encode(t, m))
	}
	beat := raft.AppendEntriesRequest{RPCHeader: own(), Term: 6}
	line("Heartbeat", encode(t, wire.Beat{AppendEntriesRequest: &beat}))
	line("Frame", frame(wire.Header{Kind: wire.Call.Answer(), Flags: wire.More, Group: 0x01020304, ID: 5}, "body"))
	var b bytes.Buffer
	_, _ = hello().WriteTo(&b)
	line("Hello", b.Bytes())
	b.Reset()
	_, _ = reply().WriteTo(&b)
	line("Reply", b.Bytes())
	b.Reset()
	_ = wire.WriteRecord(&b, []byte("record"))
	line("Record", b.Bytes())
	golden(t, "testdata/version1.golden", lines.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v\ngot\n%s\nwant\n%s", path, err, got, want)
	}
}

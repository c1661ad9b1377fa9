package bench

import (
	"bufio"
	"maps"
	"strings"
	"testing"
	"time"
)

// arriving is a subscriber to whom the numbered messages come, the last one marked.
func arriving(seqs ...uint64) *subscriber {
	var sse strings.Builder
	out := newOutgoing("h:1", "/s", 0)
	for i, seq := range seqs {
		kind := byte(kindMessage)
		if i == len(seqs)-1 {
			kind = kindLast
		}
		out.set(kind, seq, time.Unix(0, 1_700_000_000_000_000_000))
		line := strings.TrimSuffix(string(out.request[len(out.request)-messageHead-1:]), "\n")
		sse.WriteString("event: data\ndata:" + line + "\ndata:\n\nevent: control\ndata: {\"streamNextOffset\":\"1\"}\n\n")
	}
	return &subscriber{lines: bufio.NewReaderSize(strings.NewReader(sse.String()), readBuffer)}
}

func TestReceiverChecksTheOrder(t *testing.T) {
	cases := map[string]struct {
		seqs []uint64
		want map[string]int64
	}{
		"in order": {[]uint64{0, 1, 2, 3}, map[string]int64{}},
		"a gap":    {[]uint64{0, 2, 3}, map[string]int64{"missed messages": 1}},
		"twice":    {[]uint64{0, 1, 1, 2}, map[string]int64{"repeated messages": 1}},
		"no end":   {nil, map[string]int64{"subscriber: unexpected EOF": 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rec := newRecorder()
			rec.open.Store(true)
			receive(arriving(c.seqs...), 0, rec)
			if _, errors := rec.totals(); !maps.Equal(errors, c.want) {
				t.Fatalf("errors %v", errors)
			}
			if done, _ := rec.count(); done != int64(max(len(c.seqs)-1, 0)) {
				t.Fatalf("%d deliveries", done)
			}
		})
	}
}

func TestMessagesParseBack(t *testing.T) {
	now := time.Now()
	out := newOutgoing("h:1", "/s", 100)
	out.set(kindMessage, 123, now)
	m, err := parseMessage(out.request[len(out.request)-100:])
	if err != nil || m.kind != kindMessage || m.seq != 123 || m.sentAt.UnixNano() != now.UnixNano() {
		t.Fatalf("%+v, %v", m, err)
	}
	for _, line := range []string{"m", "m x" + strings.Repeat(" ", 100), "m 1" + strings.Repeat(" ", 100)} {
		if m, err := parseMessage([]byte(line)); err == nil {
			t.Errorf("%q is %+v", line, m)
		}
	}
}

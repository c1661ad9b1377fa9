package chaos

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
)

// Where a segment's frames begin, how long the headers of frames and records are, and
// where their lengths stand: docs/formats/journal.md.
const (
	firstFrame   = 64
	frameHead    = 32
	frameLength  = 24
	recordHead   = 16
	recordLength = 4
)

// tamper changes the first byte of needle wherever a journal has it, with all
// checksums made right again: what a faulty state machine, and no disk, would do.
func tamper(t *testing.T, journal string, needle []byte) {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(journal, "*.seg"))
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, path := range segments {
		segment, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed += tamperFrames(segment, needle)
		if err := os.WriteFile(path, segment, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if changed == 0 {
		t.Fatalf("no journal segment in %s holds %q", journal, needle)
	}
}

func tamperFrames(segment, needle []byte) (changed int) {
	for at := firstFrame; at+frameHead <= len(segment) && string(segment[at:at+4]) == "URJF"; {
		length := int(binary.LittleEndian.Uint32(segment[at+frameLength:]))
		frame := segment[at : at+frameHead+length]
		if n := tamperRecords(frame[frameHead:], needle); n > 0 {
			changed += n
			checksum(frame[4:], frame[8:])
		}
		at += len(frame)
	}
	return changed
}

func tamperRecords(body, needle []byte) (changed int) {
	for len(body) > 0 {
		length := recordHead + int(binary.LittleEndian.Uint32(body[recordLength:]))
		record := body[:length]
		if i := bytes.Index(record, needle); i >= 0 {
			record[i]++
			checksum(record, record[4:])
			changed++
		}
		body = body[min((length+7)&^7, len(body)):]
	}
	return changed
}

func checksum(into, of []byte) {
	binary.LittleEndian.PutUint32(into, crc32.Checksum(of, crc32.MakeTable(crc32.Castagnoli)))
}

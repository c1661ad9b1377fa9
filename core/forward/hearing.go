package forward

import (
	"context"
	"encoding/binary"
	"time"
)

// Hears asks a node whether it has heard from the leaders of some groups within a time,
// which it says for each of them.
func Hears(ctx context.Context, calls Caller, peer string, within time.Duration, groups []uint32) ([]bool, error) {
	payload := binary.LittleEndian.AppendUint32(nil, uint32(within.Milliseconds()))
	for _, id := range groups {
		payload = binary.LittleEndian.AppendUint32(payload, id)
	}
	answer, err := calls.Call(ctx, peer, MethodHear, payload)
	if err != nil {
		return nil, err
	}
	if len(answer) != len(groups) {
		return nil, errWire
	}
	heard := make([]bool, len(groups))
	for i, said := range answer {
		heard[i] = said != 0
	}
	return heard, nil
}

// Hear answers MethodHear. It waits for nothing.
func (s *Server) Hear(payload []byte) ([]byte, error) {
	if len(payload) < 4 || len(payload)%4 != 0 {
		return nil, errWire
	}
	within := time.Duration(binary.LittleEndian.Uint32(payload)) * time.Millisecond
	groups := payload[4:]
	answer := make([]byte, len(groups)/4)
	for i := range answer {
		if g := s.node.Local(binary.LittleEndian.Uint32(groups[4*i:])); g != nil && g.Hears(within) {
			answer[i] = 1
		}
	}
	return answer, nil
}

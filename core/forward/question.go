package forward

import (
	"encoding/binary"

	"ursula/core/group"
)

// question is about a group; term is the newest of it that the sender knows of. It
// counts as the sender's word that it has voted in no later one.
type question struct {
	group uint32
	term  uint64
}

const questionBytes = 12

func decodeQuestion(b []byte) question {
	return question{group: binary.LittleEndian.Uint32(b), term: binary.LittleEndian.Uint64(b[4:])}
}

// answer is what a node says of a group. The zero answer says nothing.
type answer struct {
	agrees bool // the node knows of no later term than the question's
	leads  bool // it leads; at covers all that was acknowledged before the question
	at     group.Position
	clock  int64  // Unix milliseconds
	tells  bool   // it does not lead, and its log ends at end
	end    uint64 // an index
}

// answerBytes is a byte of flags, a position and a clock.
const answerBytes = 1 + positionBytes + 8

const (
	flagAgrees = 1 << iota
	flagLeads
	flagTells // a build before it neither says nor reads it, and asks the leader
)

func (a answer) encode(b []byte) {
	b[0] = 0
	if a.agrees {
		b[0] |= flagAgrees
	}
	if a.leads {
		b[0] |= flagLeads
	}
	at := a.at
	if a.tells && !a.leads {
		b[0] |= flagTells
		at.Commit = a.end
	}
	appendPosition(b[:1], at)
	binary.LittleEndian.PutUint64(b[1+positionBytes:], uint64(a.clock))
}

func decodeAnswer(b []byte) answer {
	a := answer{
		agrees: b[0]&flagAgrees != 0, leads: b[0]&flagLeads != 0,
		at: decodePosition(b[1:]), clock: int64(binary.LittleEndian.Uint64(b[1+positionBytes:])),
	}
	if a.tells = b[0]&flagTells != 0 && !a.leads; a.tells {
		a.at, a.end = group.Position{}, a.at.Commit
	}
	return a
}

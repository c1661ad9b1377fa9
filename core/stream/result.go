package stream

// Result is the answer to a Command. When Err is set the command changed
// nothing, but Next and Closed still describe the stream where that helps the
// client (a closed stream's final offset, for example).
type Result struct {
	Err       error
	Created   bool // OpCreate: a new stream, not the confirmation of one
	Duplicate bool // OpAppend: the producer had sent this before
	Next      uint64
	Closed    bool
	Producer  Producer // the epoch and highest accepted sequence in force
	Info      *Info    // OpCreate, OpRetain and OpActivate: the stream (the source); rarely needed, so not in every Result
	Pending   *Fork    // OpCreate: the fork waits for its source; drive it on
}

// Event says what a command changed for those who wait at a stream's tail. Its
// Data shares the stream's memory and never changes.
type Event struct {
	Name   Name
	ID     uint64
	From   uint64
	To     uint64
	Data   []byte // [From, To), or nil when it is to be read
	Closed bool   // the stream is closed and To is its final offset
	Gone   bool   // the stream was deleted or has expired
}

// Info describes a stream at one moment. It is a value: nothing in it changes.
type Info struct {
	Name        Name
	ID          uint64 // incarnation, unique in the group
	ContentType string
	JSON        bool // ContentType is application/json: data is framed messages
	Base        uint64
	Tail        uint64
	Closed      bool
	Created     int64 // Unix milliseconds
	Lifetime    Lifetime
	Fork        *Fork // not to be modified; nil unless the stream is a fork
}

package bench

import (
	"fmt"
	"syscall"
	"time"
)

// usage is what a process has consumed so far.
type usage struct {
	cpu time.Duration // user and system
	rss int64         // resident memory in bytes
}

// meter reads the usage of the server and of this process at two moments.
type meter struct {
	target    Target
	server    []usage // of each process
	serverErr error
	own       time.Duration
	started   time.Time
}

// startMeter takes the first reading.
func startMeter(t Target) meter {
	m := meter{target: t, started: time.Now(), own: ownCPU()}
	m.server, m.serverErr = serverUsage(t)
	return m
}

func serverUsage(t Target) ([]usage, error) {
	if len(t.PIDs) == 0 {
		return nil, fmt.Errorf("no --pid was given")
	}
	all := make([]usage, len(t.PIDs))
	for i, pid := range t.PIDs {
		var err error
		if all[i], err = processUsage(pid); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func residentOf(all []usage) (rss int64) {
	for _, u := range all {
		rss += u.rss
	}
	return rss
}

// spent is the difference between two readings of a meter.
type spent struct {
	elapsed   time.Duration
	server    time.Duration // of all processes
	own       time.Duration
	rssBefore int64
	rssAfter  int64
	processes []usage // each one's CPU between the readings, and its memory at the end
	err       error   // why the server's part is missing
}

// read takes the second reading.
func (m meter) read() spent {
	s := spent{elapsed: time.Since(m.started), own: ownCPU() - m.own, err: m.serverErr}
	if s.err != nil {
		return s
	}
	now, err := serverUsage(m.target)
	if s.err = err; err != nil {
		return s
	}
	for i, u := range now {
		u.cpu -= m.server[i].cpu
		s.server += u.cpu
		s.processes = append(s.processes, u)
	}
	s.rssBefore, s.rssAfter = residentOf(m.server), residentOf(now)
	return s
}

// addUsage adds CPU per operation of both sides, and the server's memory.
func (r *Result) addUsage(s spent, operations int64) {
	perOp := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(max(operations, 1)) }
	if s.err == nil {
		r.add("server CPU", perOp(s.server), unitMicroOp)
	}
	r.addServer(s)
	r.add("generator CPU", perOp(s.own), unitMicroOp)
	r.add("generator cores", s.own.Seconds()/s.elapsed.Seconds(), unitCount)
}

// addServer adds what a server used in all, or why that is not known.
func (r *Result) addServer(s spent) {
	if s.err != nil {
		r.note("the server's CPU and memory are unknown: " + s.err.Error())
		return
	}
	r.add("server cores", s.server.Seconds()/s.elapsed.Seconds(), unitCount)
	r.add("server RSS", float64(s.rssAfter), unitBytes)
	if len(s.processes) > 1 {
		r.addProcesses(s)
	}
}

// addProcesses adds what each process used, and the most that one of them holds.
func (r *Result) addProcesses(s spent) {
	var most int64
	for i, u := range s.processes {
		r.add(fmt.Sprintf("node %d cores", i+1), u.cpu.Seconds()/s.elapsed.Seconds(), unitCount)
		r.add(fmt.Sprintf("node %d RSS", i+1), float64(u.rss), unitBytes)
		most = max(most, u.rss)
	}
	r.add("largest RSS", float64(most), unitBytes)
}

// addGrowth adds the memory that each of n things made the server take. A server that
// ran before gives used memory to new things, and only a fresh one shows their cost.
func (r *Result) addGrowth(name string, s spent, n, payload int) {
	each := float64(s.rssAfter-s.rssBefore) / float64(n)
	r.add(name, each, unitBytes)
	if payload > 0 {
		r.add(name+" beyond its bytes", each-float64(payload), unitBytes)
	}
	if each < 0 {
		r.note("the server reused memory it had before: start it afresh to see what one costs")
	}
}

// ownCPU returns the CPU time of this process.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Package goals says what a cluster shall do, and tells from the reports of bench
// whether it does. It measures nothing.
//
// A run is known by the name of its report's file up to the first point: append-1.json
// and append-1.2.json are two rounds of one run, of which medians are taken.
package goals

// Measure names one figure of one target in a run.
type Measure struct{ Run, Target, Figure string }

// Goal is a bound of one figure.
type Goal struct {
	What    string
	Of      Measure
	AtLeast bool    // a lower bound; else an upper one
	Bound   float64 // in the unit of the figure
	Factor  float64 // of the figure that Beside names, added to Bound
	Beside  Measure // measured in the same run of the script, on the same machine
}

// free tells that a goal has no bound: the figure is only shown.
func (g Goal) free() bool { return g.Bound == 0 && g.Factor == 0 }

// Cluster returns the goals of three nodes on one machine of two cores.
func Cluster() []Goal {
	of := func(run, figure string) Measure { return Measure{run, "cluster", figure} }
	single := func(run, figure string) Measure { return Measure{run, "single", figure} }
	return []Goal{
		{What: "500 streams, appends", Of: of("append-500", "throughput"), AtLeast: true, Bound: 15_000},
		{What: "500 streams, CPU an append, all nodes", Of: of("append-500", "server CPU"), Bound: 110},
		{What: "100 streams, p99", Of: of("append-100", "latency p99"), Bound: 25},
		{What: "1 stream, p50", Of: of("append-1", "latency p50"), Bound: 0.7, Factor: 3, Beside: Measure{"datasync", "disk", "sync p50"}},
		{What: "kill of a leader, writes back, p50", Of: of("failover", "outage p50")},
		{What: "kill of a leader, writes back, max", Of: of("failover", "outage max")},
		{What: "longest read of history meanwhile", Of: of("failover", "history read max"), Bound: 1000},
		{What: "1024 groups, all led after", Of: of("ready-1024", "ready after"), Bound: 15},
		{What: "1024 groups, idle, cores of all nodes", Of: of("idle-1024", "server cores"), Bound: 0.2},
		{What: "1024 groups, idle, memory of the largest node", Of: of("idle-1024", "largest RSS"), Bound: 300e6},
		{What: "1000 SSE subscribers, CPU a delivery", Of: of("fanout-1000", "server CPU"), Factor: 1.2, Beside: single("fanout-1000", "server CPU")},
		head("500 clients", "head-500", "apart"), head("500 clients", "head-500", "single"),
		head("100 clients", "head-100", "apart"), head("100 clients", "head-100", "single"),
	}
}

// head compares with a local HEAD: of three servers apart, which share the processors as the
// nodes do and ask nobody, or of a single one with all of the load.
func head(load, run, beside string) Goal {
	return Goal{What: "linearizable HEAD, " + load + ", CPU each, beside " + beside, Of: Measure{run, "cluster", "server CPU"},
		Factor: 1.5, Beside: Measure{run, beside, "server CPU"}}
}

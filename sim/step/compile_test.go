package step

import (
	"strings"
	"testing"
)

// compiled holds steps and their instructions.
var compiled = []struct {
	name  string
	steps List
	want  string
}{
	{"nothing", nil, "0 end"},
	{"one after the other", list(cpu("exp(2ms)"), sleep("80ms"), call("a.x")), `
0 cpu exp(2ms)
1 sleep 80ms
2 call a.x over 0
3 end`},
	{"read and write", list(&Read{Store: "orders", Modifiers: always}, &Write{Store: "orders", Modifiers: always}), `
0 call orders.read over 0
1 call orders.write over 1
2 end`},
	{"a time of its own", list(&Write{Store: "orders", StoreAccess: StoreAccess{Time: ptr(value("9ms"))}, Modifiers: always}), `
0 call orders.write 9ms over 0
1 end`},
	{"an optional call", list(&Call{"a.x", Modifiers{Probability: 1, Optional: true}}), `
0 call a.x over 0 optional
1 end`},
	{"a step that not all take", list(seldom("a.x"), cpu("1ms")), `
0 maybe 0.25, else 2
1 call a.x over 0 optional
2 cpu 1ms
3 end`},
	{"bare calls are direct branches", list(fork(call("a.x"), call("b.y")), cpu("1ms")), `
0 fork 2, then 3
1 branch call a.x over 0
2 branch call b.y over 1
3 cpu 1ms
4 end`},
	{"other branches have code", list(fork(cpu("1ms"), call("b.y"), seldom("c.z"))), `
0 fork 3, then 9
1 branch 4
2 branch call b.y over 0
3 branch 6
4 cpu 1ms
5 end
6 maybe 0.25, else 8
7 call c.z over 1 optional
8 end
9 end`},
	{"lists within lists", list(fork(fork(call("a.x"), call("b.y")), call("c.z"))), `
0 fork 2, then 7
1 branch 3
2 branch call c.z over 2
3 fork 2, then 6
4 branch call a.x over 0
5 branch call b.y over 1
6 end
7 end`},
	{"exactly one of three, whatever the rounding", list(&Choose{[]Alternative{
		{0.3333, list(cpu("1ms"))}, {0.3333, list(call("a.x"), cpu("2ms"))}, {0.3333, nil}}}, cpu("3ms")), `
0 choose 3, then 10
1 branch 4 below 0.3333
2 branch 6 below 0.6666
3 branch 9 below 1
4 cpu 1ms
5 jump 10
6 call a.x over 0
7 cpu 2ms
8 jump 10
9 jump 10
10 cpu 3ms
11 end`},
	{"a loop", list(&Repeat{RepeatBody{count("uniform(1 5)"), list(cpu("1ms"), call("a.x"))}}, cpu("2ms")), `
0 loop uniform(1 5), then 4
1 cpu 1ms
2 call a.x over 0
3 end
4 cpu 2ms
5 end`},
	{"a cache", list(&Cached{CacheBody{HitRatio: 0.9, Refill: 60e9, Steps: list(&Read{Store: "s", Modifiers: always})}}, cpu("2ms")), `
0 cache 0.9 1m0s, hit 2
1 call s.read over 0
2 cpu 2ms
3 end`},
	{"the first of two, the second of which is code", list(&Fork{ForkBody{1, Parallel(list(call("a.x"), cpu("1ms")))}}), `
0 fork 2, then 5 after 1
1 branch call a.x over 0
2 branch 3
3 cpu 1ms
4 end
5 end`},
	{"branches of several steps", list(&Fork{ForkBody{0, Parallel(list(fork(cpu("1ms"), call("a.x")), fork(call("b.y")), fork(fork(cpu("2ms")), cpu("3ms"))))}}), `
0 fork 3, then 13
1 branch 4
2 branch call b.y over 1
3 branch 7
4 cpu 1ms
5 call a.x over 0
6 end
7 fork 1, then 11
8 branch 9
9 cpu 2ms
10 end
11 cpu 3ms
12 end
13 end`},
	{"a fallback", list(&Call{"a.x", Modifiers{Probability: 1, Fallback: list(call("b.y"), cpu("1ms"))}}, cpu("2ms")), `
0 call a.x over 0 or
1 fallback, else 4
2 call b.y over 1
3 cpu 1ms
4 cpu 2ms
5 end`},
	{"a fallback of nothing", list(&Call{"a.x", Modifiers{Probability: 1, Fallback: List{}}}), `
0 call a.x over 0 or
1 fallback, else 2
2 end`},
	{"no call in the fallback of an optional call can fail it", list(&Call{"a.x", Modifiers{Probability: 1, Optional: true,
		Fallback: list(call("b.y"), fork(call("c.z")))}}, call("d.w")), `
0 call a.x over 0 optional or
1 fallback, else 5
2 call b.y over 1 optional
3 fork 1, then 5
4 branch call c.z over 2 optional
5 call d.w over 3
6 end`},
	{"probability outside, then times, then the fallback", list(&Call{"a.x", Modifiers{Probability: 0.5, Times: count("3"), Fallback: list(cpu("1ms"))}}), `
0 maybe 0.5, else 6
1 loop 3, then 6
2 call a.x over 0 or
3 fallback, else 5
4 cpu 1ms
5 end
6 end`},
	{"a call with a modifier is no bare branch", list(fork(&Call{"a.x", Modifiers{Probability: 1, Times: count("2")}},
		&Call{"b.y", Modifiers{Probability: 1, Fallback: list(cpu("1ms"))}})), `
0 fork 2, then 11
1 branch 3
2 branch 7
3 loop 2, then 6
4 call a.x over 0
5 end
6 end
7 call b.y over 1 or
8 fallback, else 10
9 cpu 1ms
10 end
11 end`},
}

func TestStepsCompileToTheirInstructions(t *testing.T) {
	for _, c := range compiled {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimSpace(listing(compile("shop.do", false, c.steps)))
			if want := strings.TrimSpace(c.want); got != want {
				t.Errorf("compiled to\n%s\nwant\n%s", got, want)
			}
		})
	}
}

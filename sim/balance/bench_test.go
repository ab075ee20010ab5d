package balance

import "testing"

// BenchmarkPick, in ns for a pick of 4 and of 32 instances, on a shared amd64
// core: LEAST_REQUEST 17 and 80, ROUND_ROBIN 3, RANDOM 4, POWER_OF_TWO 7,
// RING_HASH 8 and 92. No allocation.
func BenchmarkPick(b *testing.B) {
	for _, k := range Table {
		for _, n := range []int32{4, 32} {
			v := &View{Outstanding: make([]int32, n)}
			for i := range n {
				v.Healthy = append(v.Healthy, i)
				v.Outstanding[i] = i % 3
			}
			name := map[int32]string{4: "4", 32: "32"}[n]
			b.Run(k.Name+"/"+name, func(b *testing.B) {
				p, s := k.New(), stream(1)
				b.ReportAllocs()
				for b.Loop() {
					v.Turn++
					v.Key++
					p.Pick(v, s)
				}
			})
		}
	}
}

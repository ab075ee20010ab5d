package step

import (
	"faultline/sim/model"
	"faultline/sim/unit"
)

// Cached runs its steps on a miss of a cache that each instance has to itself.
type Cached struct {
	Cache CacheBody `yaml:"cache" required:"true" doc:"steps that run on a miss of a cache"`
}

// CacheBody is what stands under cache.
type CacheBody struct {
	HitRatio unit.Share    `yaml:"hitRatio" required:"true" doc:"share of the requests that find what they look for once the cache is full"`
	Refill   unit.Duration `yaml:"refill" default:"0" doc:"after a restart or a flush the hit ratio climbs from 0 to hitRatio for so long"`
	Steps    List          `yaml:"steps" required:"true" doc:"the steps of a miss"`

	_ struct{} `yaml:"keys" notyet:"true"`
	_ struct{} `yaml:"zipf" notyet:"true"`
	_ struct{} `yaml:"capacity" notyet:"true"`
	_ struct{} `yaml:"ttl" notyet:"true"`
	_ struct{} `yaml:"coalesce" notyet:"true"`
}

// Validate refuses a cache of nothing.
func (s *CacheBody) Validate() error {
	if len(s.Steps) == 0 {
		return fieldError("steps", "a miss does nothing; write at least one step")
	}
	return nil
}

// Validate leaves the body to its own.
func (*Cached) Validate() error { return nil }

// Compile appends OpCache, which jumps over the code of a miss.
func (s *Cached) Compile(a *Asm) {
	cache := a.Emit(model.Instr{Op: model.OpCache, P: a.Place("cache"),
		A: a.Cache(model.Cache{HitRatio: float64(s.Cache.HitRatio), Refill: s.Cache.Refill.Std()})})
	a.steps("miss", s.Cache.Steps)
	a.sys.Code[cache].B = a.Here()
}
